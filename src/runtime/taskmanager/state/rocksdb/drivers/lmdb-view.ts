// Duty: a version of an LMDB store, which is a read transaction, and cursors in it.
// Invariants: cursors are closed before their transaction, which ends once. Bytes that come out are copies.
// Thread: the task worker that owns the backend.
import type { RangeOptions, RootDatabase, Transaction } from 'lmdb'
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import type { KvCursor, KvEntry, KvView } from '../kv-store.js'
import { beginsWith } from '../begins-with.js'
import { endOfPrefix } from './key-range.js'
import { entryOf, ORDERED_BYTES } from './lmdb-keys.js'
import { explainNative, type StorePlace } from './native-failure.js'
import { OpenResources } from './open-resources.js'

export type LmdbDatabase = RootDatabase<Uint8Array, Uint8Array>

/** No key is empty, so none is before it. */
const FIRST_KEY = Uint8Array.of(0)

export class LmdbView implements KvView {
  readonly #database: LmdbDatabase
  readonly #place: StorePlace
  readonly #store: OpenResources
  readonly #cursors = new OpenResources()
  readonly #transaction: Transaction

  constructor(database: LmdbDatabase, place: StorePlace, store: OpenResources) {
    this.#database = database
    this.#place = place
    this.#store = store
    this.#transaction = explainNative(place, () => database.useReadTransaction())
  }

  range(prefix: Uint8Array): KvCursor {
    this.#store.check()
    this.#cursors.check()
    const start = prefix.length === 0 ? FIRST_KEY : new Uint8Array(prefix.subarray(0, ORDERED_BYTES))
    const end = endOfPrefix(start.subarray(0, prefix.length))
    const bounds = { start, ...(end === undefined ? {} : { end }), transaction: this.#transaction }
    const entries = explainNative(this.#place, () => this.#entriesIn(bounds))
    const filter = prefix.length > ORDERED_BYTES ? new Uint8Array(prefix) : undefined
    return this.#cursors.add(new LmdbCursor({ entries, filter, place: this.#place, resources: this.#cursors }))
  }

  #entriesIn(bounds: RangeOptions): Iterator<KvEntry, unknown, undefined> {
    const range: Iterable<KvEntry, unknown, undefined> = this.#database.getRange(bounds)
    return range[Symbol.iterator]()
  }

  close(): void {
    if (this.#cursors.isClosed) return
    this.#cursors.closeAll()
    this.#store.delete(this)
    this.#transaction.done()
  }
}

/** A view for one range. */
export class LmdbRange implements KvCursor {
  readonly #view: LmdbView
  readonly #cursor: KvCursor

  constructor(view: LmdbView, prefix: Uint8Array) {
    this.#view = view
    this.#cursor = view.range(prefix)
  }

  next(count: number): readonly KvEntry[] {
    return this.#cursor.next(count)
  }

  close(): void {
    this.#view.close()
  }
}

interface CursorParts {
  readonly entries: Iterator<KvEntry, unknown, undefined>
  /** The whole prefix, where it is longer than what entries are found by. */
  readonly filter: Uint8Array | undefined
  readonly place: StorePlace
  readonly resources: OpenResources
}

class LmdbCursor implements KvCursor {
  readonly #parts: CursorParts
  #state: 'open' | 'ended' | 'closed' = 'open'

  constructor(parts: CursorParts) {
    this.#parts = parts
  }

  next(count: number): readonly KvEntry[] {
    if (this.#state === 'closed')
      throw new FlinkError('ASSERTION_FAILED', { what: 'a cursor of a state store was used after it was closed' })
    return explainNative(this.#parts.place, () => this.#read(count))
  }

  close(): void {
    if (this.#state === 'open') this.#parts.entries.return?.()
    this.#state = 'closed'
    this.#parts.resources.delete(this)
  }

  #read(count: number): KvEntry[] {
    const { entries, filter } = this.#parts
    const read: KvEntry[] = []
    while (this.#state === 'open' && read.length < count) {
      const step = entries.next()
      if (step.done === true) {
        this.#state = 'ended'
        break
      }
      const entry = entryOf(step.value)
      if (filter === undefined || beginsWith(entry.key, filter)) read.push(entry)
    }
    return read
  }
}
