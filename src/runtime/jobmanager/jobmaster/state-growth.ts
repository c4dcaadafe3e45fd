// Duty: finds the keyed states of functions that only grow: nothing bounds what a job keeps of each key that it ever saw.
//
//   first count -> grows -> (GROWTHS times, twice the first count, enough of it) -> told
//        \________ fewer than before: all anew ________/
//
// Invariants: counts are those of completed checkpoints, over all subtasks, in their order; a restart goes on with them, as the
// state does. A state is told of once a job.
// Thread: main thread.
import type { Clock } from '../../../core/time/clock.js'
import type { JobGraph } from '../../../graph/job-graph.js'
import type { EntryCounts } from '../../protocol/entry-counts.js'

/** So many checkpoints have to find more keys than the one before: less may be the start of a job with known keys. */
export const GROWTHS = 10

/** How the number of keys of a state went, since there were fewer than before. */
export interface Growth {
  readonly first: number
  /** Epoch ms of the first. */
  readonly sinceMs: number
  readonly last: number
  /** Checkpoints that found more; anew after as many in a row that did not: the state stood still. */
  readonly growths: number
  readonly stands: number
}

export interface GrowingState {
  readonly operator: string
  readonly state: string
  readonly first: number
  readonly last: number
  readonly forMs: number
}

export interface StateGrowthInput {
  readonly jobGraph: JobGraph
  readonly clock: Clock
  /** States of fewer keys are not told of; 0: none is. */
  readonly leastEntries: number
  readonly onGrowing: (growing: GrowingState) => void
}

/** With the count of another checkpoint. */
export function grown(growth: Growth | undefined, count: number, nowMs: number): Growth {
  if (growth === undefined || count < growth.last) {
    return { first: count, sinceMs: nowMs, last: count, growths: 0, stands: 0 }
  }
  if (count > growth.last) return { ...growth, last: count, growths: growth.growths + 1, stands: 0 }
  const stands = growth.stands + 1
  return stands < GROWTHS ? { ...growth, stands } : { ...growth, growths: 0, stands: 0 }
}

export function onlyGrows({ first, last, growths }: Growth, leastEntries: number): boolean {
  return growths >= GROWTHS && last >= leastEntries && last >= 2 * first
}

export class StateGrowth {
  readonly #input: StateGrowthInput
  /** By operator id and state. */
  readonly #growths = new Map<string, Growth>()
  readonly #told = new Set<string>()

  constructor(input: StateGrowthInput) {
    this.#input = input
  }

  /** One that is no savepoint: `counts` of all subtasks that had a part in it. */
  checkpointCompleted(counts: Iterable<EntryCounts>): void {
    if (this.#input.leastEntries === 0) return
    for (const [operatorId, states] of sumsOf(counts)) {
      for (const [state, count] of states) this.#counted(operatorId, state, count)
    }
  }

  #counted(operatorId: string, state: string, count: number): void {
    const { clock, leastEntries, onGrowing } = this.#input
    const place = `${operatorId} ${state}`
    if (this.#told.has(place)) return
    const nowMs = clock.now()
    const growth = grown(this.#growths.get(place), count, nowMs)
    this.#growths.set(place, growth)
    if (!onlyGrows(growth, leastEntries)) return
    this.#told.add(place)
    this.#growths.delete(place)
    const { first, last, sinceMs } = growth
    onGrowing({ operator: this.#nameOf(operatorId), state, first, last, forMs: Math.max(0, nowMs - sinceMs) })
  }

  #nameOf(operatorId: string): string {
    const operators = this.#input.jobGraph.vertices.flatMap((vertex) => vertex.operators)
    return operators.find(({ id }) => id === operatorId)?.name ?? operatorId
  }
}

function sumsOf(counts: Iterable<EntryCounts>): Map<string, Map<string, number>> {
  const sums = new Map<string, Map<string, number>>()
  for (const operators of counts) {
    for (const [operatorId, states] of Object.entries(operators)) {
      const ofOperator = sums.get(operatorId) ?? new Map<string, number>()
      sums.set(operatorId, ofOperator)
      for (const [state, count] of Object.entries(states)) ofOperator.set(state, (ofOperator.get(state) ?? 0) + count)
    }
  }
  return sums
}
