// Duty: what is in flight at one end of a channel, as a checkpoint may store it: records that stand on their own, and what was said of
// time between them.
// Invariants: in their order, the oldest first; offsets as in ChannelStateHandle. A record lies as among others
// (record-bytes.ts), with its value as the given serializer writes it, and not as the channel does; a watermark or its status as in
// stored-time.ts. What is put off (`later`) lies in bytes of its own: nothing that happens to the channel meanwhile changes it.
// Figures: 32 MB of small records took 700 ms of processor time to be encoded anew, and to be read as bytes 4 ms.
// Thread: the worker whose end it is.
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { ChannelStateHandle } from '../../../storage/state-handles.js'
import { writeStoredTime, type StoredTime } from './stored-time.js'

/** Whose records these are: see `ChannelStateHandle`. */
export type ChannelRecords = Pick<ChannelStateHandle, 'edgeIndex' | 'channelIndex' | 'typeFingerprint'>

/** The type of records of which none was declared: each says itself what it is. */
export const GENERIC_RECORDS = 'GENERIC'

/** What a barrier has overtaken in one channel, oldest first. */
export interface CapturedChannel extends ChannelRecords {
  readonly parts: readonly InFlightRecords[]
}

const NO_BYTES = new Uint8Array(0)
const CHUNK_BYTES = 128 * 1024

export class InFlightRecords {
  /** How many of the elements are no records; of those that were put off, those that have been asked for. */
  numTimes = 0
  /** At a reader: what it has of a record of which the rest is at the writer still; empty between records. */
  begun: Uint8Array = NO_BYTES
  readonly #serializer: TypeSerializer<unknown>
  readonly #output = new DataOutputView(256)
  readonly #offsets: number[] = [0]
  /** What adds the rest, in order. */
  #later: (() => void)[] = []
  /** Bytes that were taken. */
  #takenBytes = 0

  constructor(serializer: TypeSerializer<unknown>) {
    this.#serializer = serializer
  }

  /** Nothing has come, now or to be added later. */
  get isEmpty(): boolean {
    return this.#offsets.length === 1 && this.#later.length === 0
  }

  /** offsets[i]: start of element i; one more entry marks the end. */
  get offsets(): readonly number[] {
    this.#addRest()
    return this.#offsets
  }

  /** A copy, of what was not taken. */
  get bytes(): Uint8Array {
    this.#addRest()
    return this.#output.toBytes()
  }

  /** All bytes, once, in chunks that hold until the next one is asked for; what was put off is added as they are. */
  *takeChunks(): Generator<Uint8Array> {
    for (const add of this.#later) {
      if (this.#output.position >= CHUNK_BYTES) yield* this.#takeAdded()
      add()
    }
    this.#later = []
    yield* this.#takeAdded()
  }

  add(value: unknown, timestamp: number, keyHash: number): void {
    this.#output.writeFloat64(timestamp)
    this.#output.writeInt32(keyHash)
    this.#serializer.serialize(value, this.#output)
    this.#offsets.push(this.#takenBytes + this.#output.position)
  }

  /** In its place among the records. */
  addTime(time: StoredTime): void {
    writeStoredTime(time, this.#output)
    this.numTimes += 1
    this.#offsets.push(this.#takenBytes + this.#output.position)
  }

  /** `add` calls `addEncoded`, or nothing, when the records are asked for. Nothing is added in another way after this. */
  later(add: () => void): void {
    this.#later.push(add)
  }

  /** Records as they lie in a channel, which `reader` understands, and the watermarks among them. */
  addEncoded(bytes: Uint8Array, reader: TypeSerializer<unknown>): void {
    const input = new DataInputView(bytes)
    while (input.remaining > 0) {
      const timestamp = input.readFloat64()
      const keyHash = input.readInt32()
      if (Number.isNaN(timestamp)) this.addTime(input.readFloat64())
      else this.add(reader.deserialize(input), timestamp, keyHash)
    }
  }

  #addRest(): void {
    for (const add of this.#later.splice(0)) add()
  }

  *#takeAdded(): Generator<Uint8Array> {
    const bytes = this.#output.written()
    for (let start = 0; start < bytes.length; start += CHUNK_BYTES) yield bytes.subarray(start, start + CHUNK_BYTES)
    this.#takenBytes += bytes.length
    this.#output.reset()
  }
}
