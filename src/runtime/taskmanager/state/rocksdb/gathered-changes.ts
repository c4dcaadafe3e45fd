// Duty: changes that wait to be written together, and whether a key may be one of theirs.
// Invariants: it never says that a key is not among them which is; of 1,500 keys, which 32 kB are about, it says of 2 % of others
// that they may be.
// Thread: the task worker that owns the backend.
import type { KvBatch, KvStore } from './kv-store.js'

const MARKS = 2 ** 16
/** Of FNV-1a. */
const BASIS = 0x811c9dc5
const PRIME = 0x01000193

export class GatheredChanges implements KvBatch {
  readonly #batch: KvBatch
  /** One bit each. */
  readonly #marks = new Uint8Array(MARKS / 8)

  constructor(batch: KvBatch) {
    this.#batch = batch
  }

  get sizeBytes(): number {
    return this.#batch.sizeBytes
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#mark(key)
    this.#batch.put(key, value)
  }

  delete(key: Uint8Array): void {
    this.#mark(key)
    this.#batch.delete(key)
  }

  mayHave(key: Uint8Array): boolean {
    if (this.#batch.sizeBytes === 0) return false
    const mark = markOf(key)
    return ((this.#marks[mark >>> 3] as number) & (1 << (mark & 7))) !== 0
  }

  /** They are gone then, also where that fails. */
  writeTo(store: KvStore): void {
    this.#marks.fill(0)
    store.write(this.#batch)
  }

  #mark(key: Uint8Array): void {
    const mark = markOf(key)
    this.#marks[mark >>> 3] = (this.#marks[mark >>> 3] as number) | (1 << (mark & 7))
  }
}

function markOf(key: Uint8Array): number {
  let hash = BASIS
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ (key[at] as number), PRIME)
  return (hash ^ (hash >>> 16)) & (MARKS - 1)
}
