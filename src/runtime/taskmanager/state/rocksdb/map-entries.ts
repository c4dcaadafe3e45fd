// Duty: the entries of the maps of one state in the store, one for each of the user's keys: their bytes, there and back.
//
//   key   = prefix of the map's key and namespace, bytes of the user's key (user-key-bytes.ts)
//   value = user's key, value, as a map in a savepoint has them: its bytes are their number and these, one after the other
//
// Invariants: the bytes that are handed to the store are used again by the next call. Nothing is in a batch where something of
// it cannot be written: all bytes are made before.
// Thread: the task worker that owns the backend.
import { describeValue } from '../../../../core/errors/describe-value.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { skipValue } from '../../../../core/types/skip-value.js'
import { ValueNotSerializableError } from '../../../../core/types/value-not-serializable-error.js'
import type { UserKeys } from '../user-map.js'
import type { UserMapSerializer } from '../user-map-serializer.js'
import type { KvBatch, KvEntry } from './kv-store.js'
import type { RestoreTarget } from './restored-entries.js'
import { writeUserKey } from './user-key-bytes.js'
import type { WriteBuffer } from './write-buffer.js'

/** In place of a value: there is none. */
export const ABSENT: unique symbol = Symbol('absent')

/** Entries that are read, or removed, together. */
const CHUNK = 128

/** With all changes so far; `added` lets a large batch be written on the way. */
export type MapStore = Pick<WriteBuffer, 'get' | 'range' | 'added'>

export interface MapEntry {
  readonly key: unknown
  /** ABSENT where an entry is to be removed. */
  readonly value: unknown
}

export interface MostEntries {
  readonly entries: number
  readonly sizeBytes: number
}

export class MapEntries {
  readonly #store: MapStore
  readonly #serializer: UserMapSerializer
  readonly #keyOutput = new DataOutputView()
  readonly #valueOutput = new DataOutputView()

  constructor(store: MapStore, serializer: UserMapSerializer) {
    this.#store = store
    this.#serializer = serializer
  }

  get userKeys(): UserKeys {
    return this.#serializer.userKeys
  }

  /** The value of a key, or ABSENT. */
  read(prefix: Uint8Array, userKey: unknown): unknown {
    const bytes = this.#store.get(this.#keyOf(prefix, userKey))
    return bytes === undefined ? ABSENT : this.#decoded(bytes).value
  }

  /** All of a map, undefined where it has more. */
  readAll(prefix: Uint8Array, most: MostEntries): readonly MapEntry[] | undefined {
    const entries: KvEntry[] = []
    let sizeBytes = 0
    const cursor = this.#store.range(prefix)
    try {
      while (entries.length <= most.entries && sizeBytes <= most.sizeBytes) {
        const chunk = cursor.next(Math.min(CHUNK, most.entries + 1 - entries.length))
        if (chunk.length === 0) return entries.map(({ value }) => this.#decoded(value))
        for (const entry of chunk) {
          entries.push(entry)
          sizeBytes += entry.value.length
        }
      }
      return undefined
    } finally {
      cursor.close()
    }
  }

  /** In chunks, all as they are when the first one is asked for. */
  *readEach(prefix: Uint8Array): Generator<MapEntry> {
    for (const { value } of this.#stored(prefix)) yield this.#decoded(value)
  }

  write(prefix: Uint8Array, changes: readonly MapEntry[], batch: KvBatch): void {
    const ends = this.#encode(changes)
    const { bytes } = this.#valueOutput
    let start = 0
    for (const [index, { key, value }] of changes.entries()) {
      const end = ends[index] ?? start
      if (value === ABSENT) batch.delete(this.#keyOf(prefix, key))
      else batch.put(this.#keyOf(prefix, key), bytes.subarray(start, end))
      this.#store.added()
      start = end
    }
  }

  /** A map as a savepoint has it. */
  writeAll(entries: readonly (readonly [key: unknown, value: unknown])[], output: DataOutputView): void {
    output.writeVarInt(entries.length)
    for (const [key, value] of entries) this.#encodeOne({ key, value }, output)
  }

  /** A map as a savepoint has it, which comes next in the input; no value is made. */
  restore(prefix: Uint8Array, map: DataInputView, target: RestoreTarget): void {
    const { keySerializer, valueSerializer } = this.#serializer
    const size = map.readVarInt()
    for (let done = 0; done < size; done += 1) {
      const start = map.position
      const key = this.#keyOf(prefix, keySerializer.deserialize(map))
      skipValue(valueSerializer, map)
      target.put(key, map.bytes, start, map.position)
    }
  }

  /** The same of values that are to be written as they are read now; one at a time is made. */
  restoreAnew(prefix: Uint8Array, map: DataInputView, target: RestoreTarget, reader: UserMapSerializer): void {
    const size = map.readVarInt()
    const output = this.#valueOutput
    for (let done = 0; done < size; done += 1) {
      const key = reader.keySerializer.deserialize(map)
      const value = reader.valueSerializer.deserialize(map)
      output.reset()
      this.#encodeOne({ key, value }, output)
      target.put(this.#keyOf(prefix, key), output.bytes, 0, output.position)
    }
  }

  removeAll(prefix: Uint8Array, batch: KvBatch): void {
    for (const { key } of this.#stored(prefix)) {
      batch.delete(key)
      this.#store.added()
    }
  }

  *#stored(prefix: Uint8Array): Generator<KvEntry> {
    const cursor = this.#store.range(prefix)
    try {
      for (let chunk = cursor.next(CHUNK); chunk.length > 0; chunk = cursor.next(CHUNK)) yield* chunk
    } finally {
      cursor.close()
    }
  }

  /** Where each ends: they lie one after the other. */
  #encode(changes: readonly MapEntry[]): number[] {
    const output = this.#valueOutput
    output.reset()
    return changes.map((change) => {
      if (change.value !== ABSENT) this.#encodeOne(change, output)
      return output.position
    })
  }

  #encodeOne({ key, value }: MapEntry, output: DataOutputView): void {
    const { keySerializer, valueSerializer } = this.#serializer
    keySerializer.serialize(key, output)
    try {
      valueSerializer.serialize(value, output)
    } catch (error) {
      throw ValueNotSerializableError.within(error, `get(${describeValue(key)})`)
    }
  }

  #keyOf(prefix: Uint8Array, userKey: unknown): Uint8Array {
    const output = this.#keyOutput
    output.reset()
    output.writeBytes(prefix)
    writeUserKey(userKey, this.userKeys, output)
    return output.written()
  }

  #decoded(bytes: Uint8Array): MapEntry {
    const input = new DataInputView(bytes)
    const { keySerializer, valueSerializer } = this.#serializer
    const key = keySerializer.deserialize(input)
    return { key, value: valueSerializer.deserialize(input) }
  }
}
