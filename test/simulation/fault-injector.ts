/**
 * What goes wrong and when. Every kind has a budget, so that a job that recovers reaches its end; what is left over is
 * never spent. Which kinds there are in a seed at all is drawn first: where few are, each comes to its own.
 */
import type { Random } from '../../src/core/random/random.js'
import { between, oneOf } from './draw.js'
import { isLeftOut, type LeftOut } from './known-faults.js'
import type { Simulation } from './simulation.js'

export type FaultKind = keyof typeof BUDGETS

export type FaultBudget = Readonly<Record<FaultKind, number>>

/** How often each may strike, where it exists. */
const BUDGETS = {
  'user-function-throws': (random: Random) => between(random, 1, 3),
  'hook-throws': (random: Random) => between(random, 1, 4),
  'hook-is-slow': (random: Random) => between(random, 1, 6),
  'sink-rejects': (random: Random) => between(random, 1, 2),
  'consumer-is-slow': (random: Random) => between(random, 1, 10),
  'worker-dies': (random: Random) => between(random, 1, 3),
  'worker-hangs': (random: Random) => between(random, 1, 2),
  'program-does-not-load': (random: Random) => between(random, 1, 2),
  'value-not-storable': (random: Random) => between(random, 1, 3),
  'disk-fails': (random: Random) => between(random, 1, 8),
  'disk-is-slow': (random: Random) => between(random, 1, 4),
  'disk-is-full': (random: Random) => between(random, 1, 2),
  'snapshot-is-damaged': (random: Random) => between(random, 1, 3),
} satisfies Readonly<Record<string, (random: Random) => number>>

export const FAULT_KINDS = Object.keys(BUDGETS) as FaultKind[]

/** A fault of a kind exists in one of so many seeds; few in most of them. */
export function drawFaults(random: Random, leftOut: LeftOut): FaultBudget {
  const density = oneOf(random, [15, 35, 60])
  const budgets = FAULT_KINDS.map((kind): [FaultKind, number] => {
    const isThere = random.nextInt(100) < density
    const budget = BUDGETS[kind](random)
    return [kind, isThere && !isLeftOut(kind, leftOut) ? budget : 0]
  })
  return Object.fromEntries(budgets) as FaultBudget
}

export class FaultInjector {
  /** Faults that happened, by kind. */
  readonly happened: Record<FaultKind, number>
  readonly #budget: FaultBudget
  readonly #random: Random
  readonly #simulation: Simulation
  #isPaused = false
  #fullUntilMs = 0

  constructor(budget: FaultBudget, simulation: Simulation) {
    this.happened = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>
    this.#budget = budget
    this.#simulation = simulation
    this.#random = simulation.stream('faults')
  }

  get total(): number {
    return Object.values(this.happened).reduce((sum, count) => sum + count, 0)
  }

  get diskIsFull(): boolean {
    return this.#simulation.clock.now() < this.#fullUntilMs
  }

  /** Nothing goes wrong while something is awaited that must happen, or must not. */
  pause(): void {
    this.#isPaused = true
    this.#fullUntilMs = 0
  }

  resume(): void {
    this.#isPaused = false
  }

  /** True in one of so many cases, as long as the budget lasts. */
  strikes(kind: FaultKind, oneIn: number, where: string): boolean {
    if (this.#isPaused || this.happened[kind] >= this.#budget[kind] || this.#random.nextInt(oneIn) > 0) return false
    this.#happens(kind, where)
    return true
  }

  /** For one that was drawn by itself, whatever is left of the budget; false where nothing may go wrong. */
  strikesSurely(kind: FaultKind, where: string): boolean {
    if (this.#isPaused) return false
    this.#happens(kind, where)
    return true
  }

  /** As `strikes`, with how long it lasts. */
  lasts(kind: FaultKind, oneIn: number, where: string, longestMs: number): number | undefined {
    if (!this.strikes(kind, oneIn, where)) return undefined
    const delayMs = 1 + this.#random.nextInt(longestMs)
    this.#simulation.note(`it lasts ${delayMs} ms`)
    this.#simulation.troubleUntil(this.#simulation.clock.now() + delayMs)
    return delayMs
  }

  fillDisk(durationMs: number): void {
    this.#fullUntilMs = this.#simulation.clock.now() + durationMs
  }

  nextInt(bound: number): number {
    return this.#random.nextInt(bound)
  }

  #happens(kind: FaultKind, where: string): void {
    this.happened[kind] += 1
    this.#simulation.note(`FAULT ${kind}: ${where}`)
    this.#simulation.troubleUntil(this.#simulation.clock.now())
  }
}
