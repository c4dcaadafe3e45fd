// Duty: how the value of one key and namespace lies in the store: as one entry, or as one for each of the user's keys.
// Invariants: a prefix is lent: who keeps it makes a copy. The value of an entry is in the form that every backend reads,
// as the serializer of the state writes it; that of a map's entry is key and value, one after the other.
// Thread: the task worker that owns the backend.
import type { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import type { KvBatch } from './kv-store.js'
import type { RestoreTarget } from './restored-entries.js'

/** `prefix`: key group, state, key and namespace (entry-key.ts). */
export interface StoredForm {
  /** A value is one entry, so that one takes the place of another. Where it is more, a removal comes before another value. */
  readonly isOneEntry: boolean
  /** Undefined where the store has none. */
  read(prefix: Uint8Array): unknown
  /**
   * With these changes the store holds the value, as it is now. What it holds before them is what this object was read
   * from, or was written with last, or nothing. Nothing is in the batch where it throws.
   */
  write(prefix: Uint8Array, value: unknown, batch: KvBatch): void
  /** Of a value that is one entry, those that `write` puts, lent. Absent where a value may be more. */
  bytesOf?(value: unknown): Uint8Array
  /** A value that was written, and of which the store may have nothing now. Absent where no value is nothing. */
  mayBeNothing?(value: unknown): boolean
  /** With these changes the store has none. */
  remove(prefix: Uint8Array, batch: KvBatch): void
  /**
   * The value that comes next, in the form that every backend reads, over nothing: its bytes go on as they are, or what the
   * `reader` makes of them is written anew.
   */
  restore(prefix: Uint8Array, value: DataInputView, target: RestoreTarget, reader?: TypeSerializer<unknown>): void
  /** A value as it is now, in the form that every backend reads. Nothing of it is loaded into memory, and nothing changes. */
  writeWhole(value: unknown, output: DataOutputView): void
  /** That it takes in memory, roughly. In a time that does not grow with the value, and without throwing. */
  sizeOf(value: unknown): number
}
