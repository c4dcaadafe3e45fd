// Duty: the entries of the lists of one state in the store, so that adding to a long list writes no more than its end.
//
//   key   = prefix of the list's key and namespace, [number of the chunk (4 bytes)]: the first one has no number
//   value = number of elements (var int), elements: what a list of these is in a savepoint
//
// Invariants: the chunks of a list are numbered without gaps. All but the last are full; a full one is not written again while
// elements are added. Nothing is in a batch where an element cannot be written.
// Thread: the task worker that owns the backend.
import { FlinkError } from '../../../../core/errors/flink-error.js'
import { DataInputView } from '../../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../../core/memory/data-output-view.js'
import { ValueNotSerializableError } from '../../../../core/types/value-not-serializable-error.js'
import { skipValue } from '../../../../core/types/skip-value.js'
import type { TypeSerializer } from '../../../../core/types/type-serializer.js'
import type { KvBatch } from './kv-store.js'
import type { RestoreTarget } from './restored-entries.js'
import type { WriteBuffer } from './write-buffer.js'

/** With all changes so far; `added` lets a large batch be written on the way. */
export type ListStore = Pick<WriteBuffer, 'get' | 'getMany' | 'added'>

export interface ListChunk {
  readonly number: number
  readonly count: number
  /** The elements, without their number. */
  readonly bytes: Uint8Array
}

/** What an empty list ends with. */
export const NO_ELEMENTS: ListChunk = { number: 0, count: 0, bytes: new Uint8Array(0) }

/** Of elements: a list that grows writes so much again at most, each time that it is written. */
const FULL_BYTES = 4096
/** Read together. */
const CHUNKS = 16

export class ListChunks {
  readonly #store: ListStore
  readonly #element: TypeSerializer<unknown>
  readonly #key = new DataOutputView()
  readonly #elements = new DataOutputView()
  readonly #value = new DataOutputView()

  constructor(store: ListStore, element: TypeSerializer<unknown>) {
    this.#store = store
    this.#element = element
  }

  /** The chunk that the next elements go to, undefined where there is no list. Of a short list it is the only one: one read. */
  readEnd(prefix: Uint8Array): ListChunk | undefined {
    const first = this.#read(prefix, 0)
    if (first === undefined || !isFull(first)) return first
    let last = first
    let step = 1
    // Steps become larger until one is too large, then smaller: of thousands of chunks some are read.
    for (let next = this.#read(prefix, 1); next !== undefined; next = this.#read(prefix, last.number + step)) {
      last = next
      step *= 2
    }
    for (step /= 2; step >= 1; step /= 2) last = this.#read(prefix, last.number + step) ?? last
    return isFull(last) ? { ...NO_ELEMENTS, number: last.number + 1 } : last
  }

  /** The elements of all chunks before one. */
  readBefore(prefix: Uint8Array, end: number): unknown[] {
    const elements: unknown[] = []
    for (let start = 0; start < end; start += CHUNKS) {
      const numbers = Array.from({ length: Math.min(CHUNKS, end - start) }, (_, index) => start + index)
      const values = this.#store.getMany(numbers.map((number) => this.#keyOf(prefix, number).slice()))
      for (const [index, value] of values.entries()) {
        if (value === undefined)
          throw new FlinkError('ASSERTION_FAILED', { what: 'a part of a list is not in the store' })
        this.decode(chunkOf(start + index, value), elements)
      }
    }
    return elements
  }

  decode({ count, bytes }: ListChunk, elements: unknown[]): void {
    const input = new DataInputView(bytes)
    for (let index = 0; index < count; index += 1) elements.push(this.#element.deserialize(input))
  }

  /** The elements come after the end. What the end is then. */
  append(prefix: Uint8Array, end: ListChunk, elements: readonly unknown[], batch: KvBatch): ListChunk {
    const chunks = this.#encode(end, elements)
    for (const chunk of chunks) if (chunk.count > 0) this.#put(prefix, chunk, batch)
    const last = chunks.at(-1) ?? end
    // Not `slice`, which of a Buffer copies nothing.
    return { ...last, bytes: new Uint8Array(last.bytes) }
  }

  /** A list as a savepoint has it, which comes next in the input; no element is made. */
  restore(prefix: Uint8Array, list: DataInputView, target: RestoreTarget): void {
    const length = list.readVarInt()
    let number = 0
    for (let done = 0; done < length; number += 1) {
      const start = list.position
      let count = 0
      for (; done < length && list.position - start < FULL_BYTES; done += 1) {
        skipValue(this.#element, list)
        count += 1
      }
      const value = this.#valueOf({ number, count, bytes: list.bytes.subarray(start, list.position) })
      target.put(this.#keyOf(prefix, number), value.bytes, 0, value.position)
    }
  }

  /** The same of elements that are to be written as they are read now; a chunk of them at a time is made. */
  restoreAnew(prefix: Uint8Array, list: DataInputView, target: RestoreTarget, reader: TypeSerializer<unknown>): void {
    const length = list.readVarInt()
    const output = this.#elements
    let number = 0
    for (let done = 0; done < length; number += 1) {
      output.reset()
      let count = 0
      for (; done < length && output.position < FULL_BYTES; done += 1) {
        this.#element.serialize(reader.deserialize(list), output)
        count += 1
      }
      const value = this.#valueOf({ number, count, bytes: output.written() })
      target.put(this.#keyOf(prefix, number), value.bytes, 0, value.position)
    }
  }

  /** Those from one on, up to another one. */
  remove(prefix: Uint8Array, { from, end }: { readonly from: number; readonly end: number }, batch: KvBatch): void {
    for (let number = from; number <= end; number += 1) {
      batch.delete(this.#keyOf(prefix, number))
      this.#store.added()
    }
  }

  /** From the end on; their bytes are in the memory of the next call. The last one is not full. */
  #encode(end: ListChunk, elements: readonly unknown[]): ListChunk[] {
    const output = this.#elements
    output.reset()
    output.writeBytes(end.bytes)
    const ends: { readonly position: number; readonly count: number }[] = []
    let start = 0
    let count = end.count
    for (const [index, element] of elements.entries()) {
      this.#encodeOne(element, end, index)
      count += 1
      if (output.position - start < FULL_BYTES) continue
      ends.push({ position: output.position, count })
      start = output.position
      count = 0
    }
    ends.push({ position: output.position, count })
    return ends.map(({ position, count: counted }, index) => {
      const bytes = output.bytes.subarray(ends[index - 1]?.position ?? 0, position)
      return { number: end.number + index, count: counted, bytes }
    })
  }

  #encodeOne(element: unknown, { number, count }: ListChunk, index: number): void {
    try {
      this.#element.serialize(element, this.#elements)
    } catch (error) {
      // Of a long list nobody knows how many come before.
      throw ValueNotSerializableError.within(error, number === 0 ? `[${String(count + index)}]` : '[...]')
    }
  }

  #put(prefix: Uint8Array, chunk: ListChunk, batch: KvBatch): void {
    batch.put(this.#keyOf(prefix, chunk.number), this.#valueOf(chunk).written())
    this.#store.added()
  }

  #valueOf({ count, bytes }: ListChunk): DataOutputView {
    const value = this.#value
    value.reset()
    value.writeVarInt(count)
    value.writeBytes(bytes)
    return value
  }

  #read(prefix: Uint8Array, number: number): ListChunk | undefined {
    const value = this.#store.get(this.#keyOf(prefix, number))
    return value === undefined ? undefined : chunkOf(number, value)
  }

  #keyOf(prefix: Uint8Array, number: number): Uint8Array {
    const key = this.#key
    key.reset()
    key.writeBytes(prefix)
    if (number > 0) key.writeInt32(number)
    return key.written()
  }
}

function chunkOf(number: number, value: Uint8Array): ListChunk {
  const input = new DataInputView(value)
  const count = input.readVarInt()
  return { number, count, bytes: value.subarray(input.position) }
}

function isFull({ bytes }: ListChunk): boolean {
  return bytes.length >= FULL_BYTES
}
