// Duty: a version of the store. RocksDB's own snapshots are not in the package, but an iterator sees the database as it was
// when it was made: one iterator over everything serves all ranges of the view.
// Invariants: the iterator stands where the cursor that used it last has left it; another one seeks first.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import type { KvCursor, KvEntry, KvView } from '../kv-store.js'
import { beginsWith } from '../begins-with.js'
import type { RocksIterator } from './rocksdb-database.js'

/** No key is empty, so none is before it. */
const FIRST_KEY = Uint8Array.of(0)
/** Whatever follows the range is read with its last entries, so these are asked for in few at first. */
const FIRST_ENTRIES = 16

export class RocksView implements KvView {
  readonly #iterator: RocksIterator
  #lastUser: RocksViewCursor | undefined

  constructor(iterator: RocksIterator) {
    this.#iterator = iterator
  }

  range(prefix: Uint8Array): KvCursor {
    this.#iterator.check()
    return new RocksViewCursor(this, new Uint8Array(prefix))
  }

  close(): void {
    this.#iterator.close()
  }

  /** Entries from the key on, for the cursor that goes on from where it was, or seeks. */
  read(cursor: RocksViewCursor, from: Uint8Array, count: number): KvEntry[] {
    if (this.#lastUser !== cursor) this.#iterator.seek(from)
    this.#lastUser = cursor
    return this.#iterator.next(count)
  }
}

class RocksViewCursor implements KvCursor {
  readonly #view: RocksView
  readonly #prefix: Uint8Array
  #from: Uint8Array
  #step = FIRST_ENTRIES
  #state: 'open' | 'ended' | 'closed' = 'open'

  constructor(view: RocksView, prefix: Uint8Array) {
    this.#view = view
    this.#prefix = prefix
    this.#from = prefix.length === 0 ? FIRST_KEY : prefix
  }

  next(count: number): readonly KvEntry[] {
    if (this.#state === 'closed')
      throw new FlinkError('ASSERTION_FAILED', { what: 'a cursor of a state store was used after it was closed' })
    const entries: KvEntry[] = []
    while (this.#state === 'open' && entries.length < count) this.#readInto(entries, count - entries.length)
    return entries
  }

  close(): void {
    this.#state = 'closed'
  }

  #readInto(entries: KvEntry[], wanted: number): void {
    const asked = Math.min(wanted, this.#step)
    this.#step *= 2
    const read = this.#view.read(this, this.#from, asked)
    const past = read.findIndex(({ key }) => !beginsWith(key, this.#prefix))
    const own = past === -1 ? read : read.slice(0, past)
    entries.push(...own)
    const last = own.at(-1)
    if (read.length < asked || past !== -1) this.#state = 'ended'
    else if (last !== undefined) this.#from = keyAfter(last.key)
  }
}

function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1)
  after.set(key)
  return after
}
