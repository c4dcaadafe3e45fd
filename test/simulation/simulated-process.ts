/** What dies as one: the job process, or one worker. Nothing that it began goes on after its death. */
import type { Random } from '../../src/core/random/random.js'
import type { Clock, TimerHandle } from '../../src/core/time/clock.js'
import type { Simulation } from './simulation.js'

export class SimulatedProcess implements Clock {
  readonly name: string
  readonly simulation: Simulation
  readonly #random: Random
  #isAlive = true
  #reading = 0
  #stalledUntilMs = 0

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

  /** Its thread does nothing else for so long: neither timers nor messages get through. */
  stall(durationMs: number): void {
    this.#stalledUntilMs = this.simulation.clock.now() + durationMs
  }

  /** As soon as the thread has time; never where it died. */
  whenResponsive(action: () => void): void {
    if (!this.#isAlive) return
    const waitMs = this.#stalledUntilMs - this.simulation.clock.now()
    if (waitMs <= 0) {
      action()
      return
    }
    this.simulation.after(waitMs, () => {
      this.whenResponsive(action)
    })
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
      this.whenResponsive(callback)
    })
  }

  /** Never resolves in a process that died meanwhile. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delayMs, resolve))
  }
}
