/**
 * What goes wrong and when. Every kind has a budget, so that a job that recovers reaches its end; what is left over is
 * never spent.
 */
import type { Random } from '../../src/core/random/random.js'
import type { Simulation } from './simulation.js'

export type FaultKind =
  'user-function-throws' | 'worker-dies' | 'disk-fails' | 'disk-is-slow' | 'value-not-storable' | 'snapshot-is-damaged'

export type FaultBudget = Readonly<Record<FaultKind, number>>

export class FaultInjector {
  /** Faults that happened, by kind. */
  readonly happened: Record<FaultKind, number> = {
    'user-function-throws': 0,
    'worker-dies': 0,
    'disk-fails': 0,
    'disk-is-slow': 0,
    'value-not-storable': 0,
    'snapshot-is-damaged': 0,
  }
  readonly #budget: FaultBudget
  readonly #random: Random
  readonly #simulation: Simulation
  #isPaused = true

  constructor(budget: FaultBudget, simulation: Simulation) {
    this.#budget = budget
    this.#simulation = simulation
    this.#random = simulation.stream('faults')
  }

  /** Nothing goes wrong while a job is being started: that it cannot be started then is right. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
  }

  /** True in one of so many cases, as long as the budget lasts. */
  strikes(kind: FaultKind, oneIn: number, where: string): boolean {
    if (this.#isPaused || this.happened[kind] >= this.#budget[kind] || this.#random.nextInt(oneIn) > 0) return false
    this.happened[kind] += 1
    this.#simulation.note(`FAULT ${kind}: ${where}`)
    return true
  }

  nextInt(bound: number): number {
    return this.#random.nextInt(bound)
  }
}
