// Duty: records that a loop's head has and has not given out: those that were restored, and those that came back while the
// job was about to stop.
// Invariants: given out in order, before all that comes back later; bounded in memory, however many they are.
// Thread: the worker of the head.
import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { ChannelEnds, ChannelHandler } from '../network/channel.js'
import type { InFlightRecords } from '../network/in-flight-records.js'

const ONLY_CHANNEL = 0

export class HeldRecords {
  readonly #channel: ChannelEnds

  constructor(channel: ChannelEnds) {
    this.#channel = channel
  }

  get isEmpty(): boolean {
    const { writer, reader } = this.#channel
    return !reader.hasData() && !writer.hasPending()
  }

  add(value: unknown, timestamp: number, keyHash: number): void {
    this.#channel.writer.writeRecord(value, timestamp, keyHash)
  }

  /** Some of them, as long as the handler takes them. */
  drain(handler: ChannelHandler): void {
    const { writer, reader } = this.#channel
    writer.flush()
    reader.drain(handler, ONLY_CHANNEL)
  }

  /** All of them, which stay. */
  inFlight(serializer: TypeSerializer<unknown>): readonly InFlightRecords[] {
    const { writer, reader } = this.#channel
    return [reader.inFlight(serializer), writer.inFlight(serializer)]
  }

  close(): void {
    this.#channel.reader.close()
  }
}
