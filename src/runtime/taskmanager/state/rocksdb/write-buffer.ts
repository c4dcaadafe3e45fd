// Duty: the store as the cache and the forms of values use it: changes are gathered and written together.
// Invariants: changes reach the store in their order, and whoever reads finds all of them; a read of one entry that is none of
// those gathered leaves them. What could not be written is lost to the store, so nothing is read or written any more after
// that: whoever tries is told why.
// Thread: the task worker that owns the backend.
import { GatheredChanges } from './gathered-changes.js'
import type { KvBatch, KvCursor, KvStore, KvView } from './kv-store.js'

/** What forms read: the store with all changes. */
export type StoreReader = Pick<KvStore, 'get' | 'getMany' | 'range'>

/** Written at once in some 0.1 ms. */
const MOST_GATHERED_BYTES = 32 * 1024

export class WriteBuffer implements StoreReader {
  readonly #store: KvStore
  /** For changes; `added` must follow. */
  readonly batch: KvBatch
  readonly #gathered: GatheredChanges
  #failure: { readonly reason: unknown } | undefined

  constructor(store: KvStore) {
    this.#store = store
    this.#gathered = new GatheredChanges(store.newBatch())
    this.batch = this.#gathered
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.#gathered.mayHave(key)) this.flush()
    this.#check()
    return this.#store.get(key)
  }

  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[] {
    this.flush()
    return this.#store.getMany(keys)
  }

  range(prefix: Uint8Array): KvCursor {
    this.flush()
    return this.#store.range(prefix)
  }

  view(): KvView {
    this.flush()
    return this.#store.view()
  }

  /** There are changes in the batch. */
  added(): void {
    if (this.batch.sizeBytes >= MOST_GATHERED_BYTES) this.flush()
  }

  flush(): void {
    this.#check()
    if (this.batch.sizeBytes === 0) return
    try {
      this.#gathered.writeTo(this.#store)
    } catch (reason) {
      this.#failure = { reason }
      throw reason
    }
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.reason
  }
}
