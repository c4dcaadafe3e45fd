// Duty: how the value of one key and namespace lies in the store: as one entry, or as one for each of the user's keys.
// Thread: the task worker that owns the backend.
import type { KvBatch } from './kv-store.js'

/** `prefix`: key group, state, key and namespace (entry-key.ts). */
export interface StoredForm {
  /** Undefined where the store has none. */
  read(prefix: Uint8Array): unknown
  /** With these changes the store holds the value, as it is now. */
  write(prefix: Uint8Array, value: unknown, batch: KvBatch): void
  /** With these changes the store has none. */
  remove(prefix: Uint8Array, batch: KvBatch): void
  /** That it takes in memory, roughly. */
  sizeOf(value: unknown): number
}
