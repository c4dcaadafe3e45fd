// Duty: changes that wait for a transaction of LMDB, in one piece of memory: the package asks the system for the address of
// every piece that it is given, which costs more than the copy.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../../core/errors/flink-error.js'
import type { KvBatch } from '../kv-store.js'
import { isLongKey, storedKeyOfLong, storedValueOfLong } from './lmdb-keys.js'

const FIRST_BYTES = 64 * 1024
/** A batch that was once large does not hold its memory for ever. */
const KEPT_BYTES = 16 * 1024 * 1024

export interface LmdbWriter {
  put(key: Uint8Array, value: Uint8Array): void
  /** Whether it was there. */
  remove(key: Uint8Array): boolean
}

export class LmdbBatch implements KvBatch {
  sizeBytes = 0
  #bytes: Uint8Array = new Uint8Array(FIRST_BYTES)
  #used = 0
  /** Three numbers a change: where its key begins, where its value begins, where that ends (-1: it is a deletion). */
  #changes: number[] = []

  put(key: Uint8Array, value: Uint8Array): void {
    checkKey(key)
    this.sizeBytes += key.length + value.length
    if (isLongKey(key)) this.#add(storedKeyOfLong(key), storedValueOfLong(key, value))
    else this.#add(key, value)
  }

  delete(key: Uint8Array): void {
    checkKey(key)
    this.sizeBytes += key.length
    this.#add(isLongKey(key) ? storedKeyOfLong(key) : key, undefined)
  }

  applyTo(writer: LmdbWriter): void {
    for (let at = 0; at + 2 < this.#changes.length; at += 3) {
      const keyAt = this.#changes[at] ?? 0
      const valueAt = this.#changes[at + 1] ?? 0
      const end = this.#changes[at + 2] ?? 0
      const key = this.#bytes.subarray(keyAt, valueAt)
      if (end === -1) writer.remove(key)
      else writer.put(key, this.#bytes.subarray(valueAt, end))
    }
  }

  clear(): void {
    this.sizeBytes = 0
    this.#used = 0
    this.#changes = []
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES)
  }

  #add(key: Uint8Array, value: Uint8Array | undefined): void {
    const keyAt = this.#used
    const valueAt = keyAt + key.length
    const end = valueAt + (value?.length ?? 0)
    this.#makeRoom(end)
    this.#bytes.set(key, keyAt)
    if (value !== undefined) this.#bytes.set(value, valueAt)
    this.#changes.push(keyAt, valueAt, value === undefined ? -1 : end)
    this.#used = end
  }

  #makeRoom(end: number): void {
    if (end <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length))
    larger.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = larger
  }
}

function checkKey(key: Uint8Array): void {
  if (key.length === 0) throw new FlinkError('ASSERTION_FAILED', { what: 'a key of a state store is empty' })
}
