// Duty: a value as one entry of the store: what the serializer of its state writes.
// Thread: the task worker that owns the backend.
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { skipValue } from '../../../../core/types/skip-value.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import type { KvBatch } from './kv-store.js'
import type { RestoreTarget } from './restored-entries.js'
import type { StoredForm } from './stored-form.js'
import { sizeOfValue } from './value-size.js'
import type { StoreReader } from './write-buffer.js'

export class SingleEntryForm implements StoredForm {
  readonly isOneEntry = true
  readonly #reader: StoreReader
  readonly #serializer: TypeSerializer<unknown>
  readonly #scratch = new DataOutputView()

  constructor(reader: StoreReader, serializer: TypeSerializer<unknown>) {
    this.#reader = reader
    this.#serializer = serializer
  }

  read(prefix: Uint8Array): unknown {
    const bytes = this.#reader.get(prefix)
    return bytes === undefined ? undefined : this.#serializer.deserialize(new DataInputView(bytes))
  }

  write(prefix: Uint8Array, value: unknown, batch: KvBatch): void {
    batch.put(prefix, this.bytesOf(value))
  }

  bytesOf(value: unknown): Uint8Array {
    this.#scratch.reset()
    this.#serializer.serialize(value, this.#scratch)
    return this.#scratch.written()
  }

  remove(prefix: Uint8Array, batch: KvBatch): void {
    batch.delete(prefix)
  }

  restore(prefix: Uint8Array, value: DataInputView, target: RestoreTarget, reader?: TypeSerializer<unknown>): void {
    if (reader !== undefined) {
      this.#scratch.reset()
      this.#serializer.serialize(reader.deserialize(value), this.#scratch)
      target.put(prefix, this.#scratch.bytes, 0, this.#scratch.position)
      return
    }
    const start = value.position
    skipValue(this.#serializer, value)
    target.put(prefix, value.bytes, start, value.position)
  }

  writeWhole(value: unknown, output: DataOutputView): void {
    this.#serializer.serialize(value, output)
  }

  sizeOf(value: unknown): number {
    return sizeOfValue(value)
  }
}
