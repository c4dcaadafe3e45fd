// Duty: keeps the values that are used as objects within a budget of memory, and writes those that changed to the store
// when others need their room, or a snapshot does.
// Invariants: who was not used since the hand came by last leaves (second chance). Making room costs a record well below a
// millisecond: some entries leave together, so that their changes are one batch and the next records need not ask.
// Thread: the task worker that owns the backend.
import { AwaitedEntries } from './awaited-entries.js'
import { CacheMarks } from './cache-marks.js'
import { CachedEntries, type CachedEntriesEnvironment, type CachedEntriesParameters } from './cached-entries.js'
import { PrefixRun } from './prefix-run.js'
import type { WriteBuffer } from './write-buffer.js'

/** At once, so that they are one batch. */
const LEAVING_TOGETHER = 128
/** At once, of which most were used: then they are over the budget for a moment. */
const MOST_LOOKED_AT = 2048
/** More than can come while they are saved, so that a snapshot comes to its end. */
const SAVED_TOGETHER = 64

/** Looking for room where there is none takes as long as some dozen changes. */
const CHANGES_BETWEEN_LOOKS = 64

export interface WriteBackCacheParameters {
  readonly buffer: WriteBuffer
  readonly budgetBytes: number
  readonly entries: Omit<CachedEntriesEnvironment, 'marks' | 'buffer'>
}

export class WriteBackCache {
  readonly #parameters: WriteBackCacheParameters
  readonly #marks: CacheMarks
  readonly #states: CachedEntries[] = []
  readonly #run = new PrefixRun()
  #awaited: AwaitedEntries | undefined
  /** Where the hand is. */
  #state = 0
  #position = 0
  #changes = 0

  constructor(parameters: WriteBackCacheParameters) {
    this.#parameters = parameters
    this.#marks = new CacheMarks(parameters.budgetBytes)
  }

  get usedBytes(): number {
    return this.#marks.usedBytes
  }

  createEntries(parameters: CachedEntriesParameters): CachedEntries {
    const { buffer, entries } = this.#parameters
    const created = new CachedEntries(parameters, { ...entries, buffer, marks: this.#marks })
    this.#states.push(created)
    return created
  }

  /** Before an entry is put into memory. Fails where a value that has to leave cannot be stored. */
  makeRoom(): void {
    if (this.#marks.usedBytes > this.#parameters.budgetBytes) this.#evictSome()
  }

  /** After a value in memory may have become larger: where no entry comes into memory, nobody else makes room. */
  grew(): void {
    this.#changes += 1
    if (this.#changes % CHANGES_BETWEEN_LOOKS === 0) this.makeRoom()
  }

  /** What changed so far is to be in the store when it is captured. A snapshot that still waits gets the rest at once. */
  awaitChanges(capture: () => void): AwaitedEntries {
    this.#awaited?.finish()
    const { buffer } = this.#parameters
    const states = [...this.#states]
    this.#awaited = new AwaitedEntries({ states, marks: this.#marks, buffer, run: this.#run, capture })
    return this.#awaited
  }

  /** A snapshot that waits comes nearer to its end, so that what it holds up can go on. */
  advanceAwaited(): void {
    if (this.#awaited?.isWaiting === true) this.#awaited.advance(SAVED_TOGETHER)
  }

  #evictSome(): void {
    this.advanceAwaited()
    let left = 0
    for (let looked = 0; looked < MOST_LOOKED_AT && left < LEAVING_TOGETHER; looked += 1) {
      const state = this.#states[this.#state]
      if (state === undefined || this.#position >= state.limit) {
        this.#state = this.#state + 1 >= this.#states.length ? 0 : this.#state + 1
        this.#position = 0
      } else {
        this.#position += 1
        if (state.evict(this.#position - 1)) left += 1
      }
    }
  }
}
