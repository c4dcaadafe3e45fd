// Duty: which entries changed, for checkpoints of a store whose files others cannot name again: noted in the store itself.
// Invariants: time is cut into epochs, each beginning with such a checkpoint; an entry is noted once an epoch, with the change
// itself. Nothing is noted before the first epoch. Epochs that no checkpoint will ask for are removed. In memory is
// no more than two numbers.
// Thread: the task worker that owns the backend.
import type { TimeSlices } from '../time-slices.js'
import type { KvBatch, KvCursor, KvEntry, KvStore, KvView } from './kv-store.js'
import { changedPrefix, changeKey, changesPrefix, epochOfChange } from './reserved-keys.js'

const NOTHING = new Uint8Array(0)
const NOTES_AT_ONCE = 64
/** Of checkpoints none of which completes; more are not kept apart. */
const MAX_EPOCHS = 64

export class ChangeNotes {
  readonly #store: KvStore
  #oldest = 0
  /** 0 while nothing is noted. */
  #current = 0

  constructor(store: KvStore) {
    this.#store = store
  }

  /** The entries of the prefix come to be, change or go with this batch. */
  note(prefix: Uint8Array, batch: KvBatch): void {
    if (this.#current > 0) batch.put(changeKey(this.#current, prefix), NOTHING)
  }

  /** A checkpoint was taken: what happens from here on is not in it. */
  begin(epoch: number): void {
    this.#current = epoch
    if (this.#oldest === 0 || epoch - this.#oldest >= MAX_EPOCHS) this.#oldest = epoch
  }

  /** True when everything is known that happened in the epoch and since. */
  reachesBackTo(epoch: number): boolean {
    return this.#oldest > 0 && this.#oldest <= epoch
  }

  /** Nobody will ask for older changes. */
  forgetBefore(epoch: number): void {
    this.#oldest = Math.max(this.#oldest, epoch)
  }

  /** Removes what is forgotten from the store. */
  async removeForgotten(slices: TimeSlices): Promise<void> {
    const batch = this.#store.newBatch()
    const cursor = this.#store.range(changesPrefix())
    try {
      for (let isMore = true; isMore;) {
        const found = cursor.next(NOTES_AT_ONCE)
        const forgotten = found.filter(({ key }) => epochOfChange(key) < this.#oldest)
        for (const { key } of forgotten) batch.delete(key)
        if (forgotten.length > 0) this.#store.write(batch)
        isMore = found.length > 0 && forgotten.length === found.length
        if (slices.step()) await slices.next()
      }
    } finally {
      cursor.close()
    }
  }
}

/** The prefixes that changed in some epochs, each once, in the order of the store. */
export class ChangedPrefixes {
  readonly #epochs: readonly EpochCursor[]
  #next: Uint8Array | undefined

  constructor(view: KvView, epochs: { readonly first: number; readonly last: number }) {
    const count = epochs.last - epochs.first + 1
    this.#epochs = Array.from({ length: count }, (_, index) => new EpochCursor(view, epochs.first + index))
    this.#next = this.#smallest()
  }

  /** Undefined at the end. */
  peek(): Uint8Array | undefined {
    return this.#next
  }

  skip(): void {
    const passed = this.#next
    if (passed === undefined) return
    for (const epoch of this.#epochs) {
      const { head } = epoch
      if (head !== undefined && Buffer.compare(head, passed) === 0) epoch.advance()
    }
    this.#next = this.#smallest()
  }

  close(): void {
    for (const epoch of this.#epochs) epoch.close()
  }

  #smallest(): Uint8Array | undefined {
    let smallest: Uint8Array | undefined
    for (const { head } of this.#epochs) {
      if (head !== undefined && (smallest === undefined || Buffer.compare(head, smallest) < 0)) smallest = head
    }
    return smallest
  }
}

class EpochCursor {
  readonly #cursor: KvCursor
  #read: readonly KvEntry[] = []
  #at = 0
  head: Uint8Array | undefined

  constructor(view: KvView, epoch: number) {
    this.#cursor = view.range(changesPrefix(epoch))
    this.advance()
  }

  advance(): void {
    if (this.#at === this.#read.length) {
      this.#read = this.#cursor.next(NOTES_AT_ONCE)
      this.#at = 0
    }
    const entry = this.#read[this.#at]
    this.#at += 1
    this.head = entry === undefined ? undefined : changedPrefix(entry.key)
    if (entry === undefined) this.#at = this.#read.length
  }

  close(): void {
    this.#cursor.close()
  }
}
