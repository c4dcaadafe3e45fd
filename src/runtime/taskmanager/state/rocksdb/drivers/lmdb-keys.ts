// Duty: keys of any length in LMDB, which takes none above 1,978 bytes.
//
//   up to 1,977 bytes   the key as it is; value
//   longer ones         its first 1,946 bytes, SHA-256 of the whole key; length of the key (4 bytes), key, value
//
// Invariants: a stored key of 1,978 bytes stands for a longer one. Entries that begin with a prefix lie together, as far as
// the first 1,946 bytes of the prefix say; longer keys that agree in these are in no order.
// Thread: any.
import { createHash } from 'node:crypto'
import type { KvEntry } from '../kv-store.js'

const MOST_BYTES = 1978
const DIGEST_BYTES = 32
const LENGTH_BYTES = 4
/** Of a longer key as it is stored, and of a prefix by which entries can be found. */
export const ORDERED_BYTES: number = MOST_BYTES - DIGEST_BYTES

export function isLongKey(key: Uint8Array): boolean {
  return key.length >= MOST_BYTES
}

export function storedKeyOfLong(key: Uint8Array): Uint8Array {
  const stored = new Uint8Array(MOST_BYTES)
  stored.set(key.subarray(0, ORDERED_BYTES))
  stored.set(createHash('sha256').update(key).digest(), ORDERED_BYTES)
  return stored
}

export function storedValueOfLong(key: Uint8Array, value: Uint8Array): Uint8Array {
  const stored = new Uint8Array(LENGTH_BYTES + key.length + value.length)
  viewOf(stored).setUint32(0, key.length)
  stored.set(key, LENGTH_BYTES)
  stored.set(value, LENGTH_BYTES + key.length)
  return stored
}

export function valueOfLong(stored: Uint8Array): Uint8Array {
  return stored.subarray(LENGTH_BYTES + viewOf(stored).getUint32(0))
}

/** Of an entry as it is stored. */
export function entryOf(stored: KvEntry): KvEntry {
  if (stored.key.length < MOST_BYTES) return stored
  const keyEnd = LENGTH_BYTES + viewOf(stored.value).getUint32(0)
  return { key: stored.value.subarray(LENGTH_BYTES, keyEnd), value: stored.value.subarray(keyEnd) }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
