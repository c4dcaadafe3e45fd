/** What dies as one: the job process, or one worker. Nothing that it began goes on behind its death. */
import type { Random } from '../../src/core/random/random.js'
import type { Clock, TimerHandle } from '../../src/core/time/clock.js'
import type { Simulation } from './simulation.js'

export class SimulatedProcess implements Clock {
  readonly name: string
  readonly simulation: Simulation
  readonly #random: Random
  #isAlive = true
  #reading = 0

  constructor(name: string, simulation: Simulation) {
    this.name = name
    this.simulation = simulation
    this.#random = simulation.stream(name)
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  die(): void {
    this.#isAlive = false
  }

  now(): number {
    return Math.floor(this.simulation.clock.now())
  }

  /** Looking at it costs time, so that a step of a task ends after a few inputs, at another one each time. */
  monotonicMs(): number {
    const costMs = this.#random.nextInt(600) / 1000
    this.#reading = Math.max(this.#reading, this.simulation.clock.monotonicMs()) + costMs
    return this.#reading
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    return this.simulation.clock.setTimer(delayMs, () => {
      if (this.#isAlive) callback()
    })
  }

  /** Never resolves in a process that died meanwhile. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delayMs, resolve))
  }
}
