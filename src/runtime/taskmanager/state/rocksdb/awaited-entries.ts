// Duty: the entries that one snapshot waits for: those that had changed before its barrier and that the store does not have yet.
// Invariants: they come in the order of the store, state by state. When the last of them is saved, the store is exactly the state
// at the barrier, and is captured before anything else goes there. What the snapshot cannot have fails it when it is written, and nobody else. One snapshot waits at a time.
// Thread: the task worker that owns the backend.
import type { TimeSlices } from '../time-slices.js'
import { AT_END, type AwaitedOrder } from './awaited-order.js'
import type { CacheMarks } from './cache-marks.js'
import type { CachedEntries } from './cached-entries.js'
import type { PrefixRun } from './prefix-run.js'
import type { WriteBuffer } from './write-buffer.js'

const FINISHED_TOGETHER = 256

export interface AwaitedEntriesParameters {
  readonly states: readonly CachedEntries[]
  readonly marks: CacheMarks
  readonly buffer: WriteBuffer
  /** Nobody else uses it meanwhile. */
  readonly run: PrefixRun
  /** All are saved. */
  readonly capture: () => void
}

export class AwaitedEntries {
  readonly #parameters: AwaitedEntriesParameters
  /** Whose entries come. */
  #state = 0
  #order: AwaitedOrder | undefined
  #outcome: 'waiting' | 'captured' | { readonly failure: unknown } = 'waiting'

  /** From here on what changed is awaited. */
  constructor(parameters: AwaitedEntriesParameters) {
    this.#parameters = parameters
    parameters.marks.exchange()
    parameters.marks.spoilAwaited = (failure) => {
      this.giveUp(failure)
    }
  }

  get isWaiting(): boolean {
    return this.#outcome === 'waiting'
  }

  /** Saves all of them between records. */
  async save(slices: TimeSlices): Promise<void> {
    while (this.isWaiting) {
      this.advance(1)
      if (slices.step() && this.isWaiting) {
        // What is gathered may be changed by the next record, and somebody may read the store.
        await slices.next()
      }
    }
    if (typeof this.#outcome === 'object') throw this.#outcome.failure
  }

  /** Saves so many, at least. */
  advance(count: number): void {
    try {
      for (let saved = 0; saved < count && this.isWaiting;) if (this.#step()) saved += 1
    } catch (failure) {
      this.giveUp(failure)
    }
  }

  finish(): void {
    while (this.isWaiting) this.advance(FINISHED_TOGETHER)
  }

  /** The snapshot has failed, or nobody wants it any more; what it waited for has changed as anything else has. */
  giveUp(failure: unknown): void {
    if (!this.isWaiting) return
    this.#outcome = { failure }
    const { states, marks } = this.#parameters
    for (const state of states) state.awaitNone()
    marks.noneAwaited()
    this.#order = undefined
  }

  /** True when one was saved, or enough was done to find the next one. */
  #step(): boolean {
    const { states, run } = this.#parameters
    const state = states[this.#state]
    if (state === undefined) {
      this.#captureAll()
      return true
    }
    this.#order ??= state.awaitedOrder(run)
    const position = this.#order.next()
    if (position >= 0) return state.saveAwaited(position, this.#order.prefix)
    if (position === AT_END) {
      this.#state += 1
      this.#order = undefined
    }
    return true
  }

  #captureAll(): void {
    const { states, marks, buffer, capture } = this.#parameters
    buffer.flush()
    capture()
    this.#outcome = 'captured'
    marks.noneAwaited()
    for (const state of states) state.awaitedAreSaved()
  }
}
