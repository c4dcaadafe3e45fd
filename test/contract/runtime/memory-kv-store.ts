import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type {
  KvBatch,
  KvCursor,
  KvDriver,
  KvEntry,
  KvStore,
  KvView,
} from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { SortedEntries, type SortedEntry } from './sorted/sorted-entries.js'
import { bytesOf, textOf } from './sorted/sorted-key.js'

type Change = readonly [key: string, value: Uint8Array | undefined]

class MemoryBatch implements KvBatch {
  readonly changes: Change[] = []
  sizeBytes = 0

  put(key: Uint8Array, value: Uint8Array): void {
    // Not `slice`, which of a Buffer copies nothing.
    this.changes.push([textOf(key), new Uint8Array(value)])
    this.sizeBytes += key.length + value.length
  }

  delete(key: Uint8Array): void {
    this.changes.push([textOf(key), undefined])
    this.sizeBytes += key.length
  }
}

/** A store that counts what is asked of it, and may be told to fail. */
export class MemoryKvStore implements KvStore {
  reads = 0
  writes = 0
  openViews = 0
  isClosed = false
  /** Thrown by the next write. */
  failure: Error | undefined
  readonly #entries = new SortedEntries()

  get(key: Uint8Array): Uint8Array | undefined {
    this.#check()
    this.reads += 1
    return this.#entries.get(textOf(key))?.slice()
  }

  getMany(keys: readonly Uint8Array[]): readonly (Uint8Array | undefined)[] {
    return keys.map((key) => this.get(key))
  }

  newBatch(): MemoryBatch {
    return new MemoryBatch()
  }

  write(batch: KvBatch): void {
    this.#check()
    if (this.failure !== undefined) throw this.failure
    this.writes += 1
    const { changes } = batch as MemoryBatch
    for (const [key, value] of changes) {
      if (value === undefined) this.#entries.delete(key)
      else this.#entries.set(key, value)
    }
    changes.length = 0
    ;(batch as MemoryBatch).sizeBytes = 0
  }

  range(prefix: Uint8Array): KvCursor {
    this.#check()
    return cursorOver(this.#entries.startingWith(textOf(prefix)))
  }

  view(): KvView {
    this.#check()
    const entries = this.#entries.all()
    let isOpen = true
    this.openViews += 1
    return {
      range: (prefix) => {
        if (!isOpen) throw new FlinkError('ASSERTION_FAILED', { what: 'a view was used after it was closed' })
        const text = textOf(prefix)
        return cursorOver(entries.filter(([key]) => key.startsWith(text)))
      },
      close: () => {
        if (isOpen) this.openViews -= 1
        isOpen = false
      },
    }
  }

  metrics(): Readonly<Record<string, number>> {
    return {}
  }

  close(): Promise<void> {
    this.isClosed = true
    return Promise.resolve()
  }

  #check(): void {
    if (this.isClosed) throw new FlinkError('ASSERTION_FAILED', { what: 'a store was used after it was closed' })
  }
}

function cursorOver(entries: readonly SortedEntry[]): KvCursor {
  let at = 0
  return {
    next: (count) => {
      const found = entries
        .slice(at, at + count)
        .map(([key, value]): KvEntry => ({ key: bytesOf(key), value: value.slice() }))
      at += found.length
      return found
    },
    close: () => {
      at = entries.length
    },
  }
}

/** Each store is one in memory; `opened` has them all. */
export function memoryKvDriver(opened: MemoryKvStore[] = []): KvDriver {
  return {
    name: 'memory',
    open: () => {
      const store = new MemoryKvStore()
      opened.push(store)
      return Promise.resolve(store)
    },
  }
}
