// Duty: records and watermarks that have to wait in front of an operator that is in the middle of something asynchronous.
// Invariants: they come back in order, and through a channel: what waits is bounded in memory, however many records the
// call of a function before it emits.
// Thread: the task worker that owns the operator.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { ChannelEnds, ChannelHandler } from '../network/channel.js'
import type { WatermarkStatus } from '../network/stream-element.js'

/** Who gets them back; statuses only where they are put there. */
export type WaitingElementsReader = Pick<ChannelHandler, 'onRecord' | 'onWatermark' | 'mayContinue'> &
  Partial<Pick<ChannelHandler, 'onWatermarkStatus'>>

const ONLY_CHANNEL = 0

export class WaitingElements {
  readonly #channel: ChannelEnds
  readonly #handler: ChannelHandler

  constructor(channel: ChannelEnds, reader: WaitingElementsReader) {
    this.#channel = channel
    this.#handler = {
      onWatermarkStatus: refuse,
      ...reader,
      onComingKeys: () => undefined,
      onBarrier: refuse,
      onCancelBarrier: refuse,
      onIterationMarker: refuse,
      onEndOfData: refuse,
      onEndOfPartition: refuse,
    }
  }

  /** The record must be the operator's own. */
  addRecord(value: unknown, timestamp: number, keyHash: number): void {
    this.#channel.writer.writeRecord(value, timestamp, keyHash)
  }

  addWatermark(timestamp: number): void {
    this.#channel.writer.writeWatermark(timestamp)
  }

  addWatermarkStatus(status: WatermarkStatus): void {
    this.#channel.writer.writeWatermarkStatus(status)
  }

  /** Until the reader takes no more or nothing waits. */
  deliver(): void {
    const { writer, reader } = this.#channel
    writer.flush()
    while (reader.hasData() && this.#handler.mayContinue()) reader.drain(this.#handler, ONLY_CHANNEL)
  }

  /** Nothing waits any more, now and later. */
  close(): void {
    this.#channel.reader.close()
  }
}

function refuse(): never {
  throw new FlinkError('ASSERTION_FAILED', {
    what: 'an element waited in front of an operator that was never put there',
  })
}
