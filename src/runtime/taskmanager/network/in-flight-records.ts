// Duty: what is in flight at one end of a channel, as a checkpoint may store it: records that stand on their own.
// Invariants: in their order, the oldest first; offsets as in ChannelStateHandle. A record lies as among others
// (record-bytes.ts), with its value as the given serializer writes it, and not as the channel does.
// Thread: the worker whose end it is.
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { ChannelStateHandle } from '../../../storage/state-handles.js'

/** Whose records these are: see `ChannelStateHandle`. */
export type ChannelRecords = Pick<ChannelStateHandle, 'edgeIndex' | 'channelIndex' | 'typeFingerprint'>

/** The type of records of which none was declared: each says itself what it is. */
export const GENERIC_RECORDS = 'GENERIC'

/** What a barrier has overtaken in one channel, oldest first. */
export interface CapturedChannel extends ChannelRecords {
  readonly parts: readonly InFlightRecords[]
}

const NO_BYTES = new Uint8Array(0)

export class InFlightRecords {
  /** offsets[i]: start of record i; one more entry marks the end. */
  readonly offsets: number[] = [0]
  /** At a reader: what it has of a record of which the rest is at the writer still; empty between records. */
  begun: Uint8Array = NO_BYTES
  readonly #serializer: TypeSerializer<unknown>
  readonly #output = new DataOutputView(256)

  constructor(serializer: TypeSerializer<unknown>) {
    this.#serializer = serializer
  }

  /** A copy. */
  get bytes(): Uint8Array {
    return this.#output.toBytes()
  }

  add(value: unknown, timestamp: number, keyHash: number): void {
    this.#output.writeFloat64(timestamp)
    this.#output.writeInt32(keyHash)
    this.#serializer.serialize(value, this.#output)
    this.offsets.push(this.#output.position)
  }

  /** Records as they lie in a channel, which `reader` understands; the watermarks among them are left out. */
  addEncoded(bytes: Uint8Array, reader: TypeSerializer<unknown>): void {
    const input = new DataInputView(bytes)
    while (input.remaining > 0) {
      const timestamp = input.readFloat64()
      const keyHash = input.readInt32()
      if (Number.isNaN(timestamp)) input.readFloat64()
      else this.add(reader.deserialize(input), timestamp, keyHash)
    }
  }
}
