/** One direction between the JobMaster and a worker: late, in order. */
import type { Simulation } from './simulation.js'

export class SimulatedLink {
  readonly #simulation: Simulation
  #onTheWay: (() => void)[] = []

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  /** Whatever overtakes in time waits for those before it: each arrival delivers the oldest message. */
  send(deliver: () => void): void {
    this.#onTheWay.push(deliver)
    this.#simulation.after(this.#simulation.delayMs(), () => this.#onTheWay.shift()?.())
  }

  /** The sender died: the last messages may be lost with it. */
  cut(): void {
    const kept = this.#simulation.random.nextInt(this.#onTheWay.length + 1)
    this.#onTheWay = this.#onTheWay.slice(0, kept)
  }
}
