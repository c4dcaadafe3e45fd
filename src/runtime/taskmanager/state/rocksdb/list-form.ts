// Duty: a list in the store as one entry, or as several where it is long.
// Invariants: a list without elements is none. Of one that is written only its end is, unless its elements may have changed.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { DataInputView } from '../../../../core/memory/data-input-view.js'
import type { DataOutputView } from '../../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import { ListSerializer } from '../list-serializer.js'
import { DiskList } from './disk-list.js'
import type { KvBatch } from './kv-store.js'
import { ListChunks, type ListStore } from './list-chunks.js'
import type { RestoreTarget } from './restored-entries.js'
import type { StoredForm } from './stored-form.js'
import { sizeOfValue } from './value-size.js'

export class ListForm implements StoredForm {
  readonly isOneEntry = false
  readonly #chunks: ListChunks
  readonly #serializer: ListSerializer

  constructor(store: ListStore, serializer: ListSerializer) {
    this.#chunks = new ListChunks(store, serializer.element)
    this.#serializer = serializer
  }

  /** It is the array's owner from here on. */
  newList(elements: unknown[]): DiskList {
    return DiskList.of(elements, this.#chunks)
  }

  read(prefix: Uint8Array): DiskList | undefined {
    const end = this.#chunks.readEnd(prefix)
    return end === undefined ? undefined : DiskList.at(prefix, end, this.#chunks)
  }

  write(prefix: Uint8Array, value: unknown, batch: KvBatch): void {
    asDiskList(value).write(prefix, batch)
  }

  remove(prefix: Uint8Array, batch: KvBatch): void {
    const end = this.#chunks.readEnd(prefix)
    if (end !== undefined) this.#chunks.remove(prefix, { from: 0, end: end.number }, batch)
  }

  restore(prefix: Uint8Array, value: DataInputView, target: RestoreTarget, reader?: TypeSerializer<unknown>): void {
    if (reader instanceof ListSerializer) this.#chunks.restoreAnew(prefix, value, target, reader.element)
    else this.#chunks.restore(prefix, value, target)
  }

  writeWhole(value: unknown, output: DataOutputView): void {
    this.#serializer.serialize(asDiskList(value).copyOfElements(), output)
  }

  sizeOf(value: unknown): number {
    return value instanceof DiskList ? value.sizeBytes : sizeOfValue(value)
  }
}

function asDiskList(value: unknown): DiskList {
  if (value instanceof DiskList) return value
  throw new FlinkError('ASSERTION_FAILED', { what: 'the value of a list state is no list of the disk' })
}
