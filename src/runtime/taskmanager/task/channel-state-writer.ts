// Duty: writes what was in flight in the channels of a task: one file for all of them, with a handle for each.
// Invariants: a handle names the bytes of its channel and their checksum, as if they had a file of their own. Channels with nothing
// in flight have no handle. Where writing fails, nothing is left.
// While it is written the task goes on between two chunks.
// Figures: to sync a file takes about 1 ms, so 64 channels with one each would take longer than all else of a checkpoint.
// Thread: the task's worker.
import { crc32c } from '../../../core/memory/crc32c.js'
import type { CheckpointOutputStream, CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { TimeSlices } from '../state/time-slices.js'
import type { ChannelStateHandle, StreamStateHandle } from '../../../storage/state-handles.js'
import type { CapturedChannel, ChannelRecords } from '../network/in-flight-records.js'

/** Written without a pause. */
const SLICE_BYTES = 128 * 1024

interface WrittenChannel extends ChannelRecords {
  readonly offsets: readonly number[]
  readonly numTimes: number
  readonly start: number
  readonly lengthBytes: number
  readonly crc32c: number
}

/** As many lists of handles, in the same order. */
export async function writeChannelStates(
  lists: readonly (readonly CapturedChannel[])[],
  streams: CheckpointStreamFactory,
  slices: Pick<TimeSlices, 'step' | 'next'>,
): Promise<ChannelStateHandle[][]> {
  if (lists.every((channels) => channels.every(({ parts }) => parts.every(({ isEmpty }) => isEmpty)))) {
    return lists.map(() => [])
  }
  const writer = new ChannelWriting(await streams.createStream(), slices)
  try {
    const placed: WrittenChannel[][] = []
    for (const channels of lists) placed.push(await writer.writeAll(channels))
    const handle = await writer.stream.closeAndGetHandle()
    return placed.map((channels) => (handle === undefined ? [] : channels.map((each) => handleOf(each, handle))))
  } catch (error) {
    await writer.stream.abort()
    throw error
  }
}

class ChannelWriting {
  readonly stream: CheckpointOutputStream
  readonly #slices: Pick<TimeSlices, 'step' | 'next'>
  #sliceEnd = SLICE_BYTES

  constructor(stream: CheckpointOutputStream, slices: Pick<TimeSlices, 'step' | 'next'>) {
    this.stream = stream
    this.#slices = slices
  }

  /** Those with anything. */
  async writeAll(channels: readonly CapturedChannel[]): Promise<WrittenChannel[]> {
    const placed: WrittenChannel[] = []
    for (const channel of channels) placed.push(await this.#write(channel))
    return placed.filter(({ offsets }) => offsets.length > 1)
  }

  async #write({ parts, ...records }: CapturedChannel): Promise<WrittenChannel> {
    const start = this.stream.position
    const offsets = [0]
    let checksum = 0
    for (const part of parts) {
      const startOfPart = this.stream.position - start
      for (const chunk of part.takeChunks()) {
        checksum = crc32c(chunk, checksum)
        await this.stream.write(chunk)
        await this.#pause()
      }
      // One by one: they may be more than a call takes arguments.
      for (let index = 1; index < part.offsets.length; index += 1)
        offsets.push(startOfPart + (part.offsets[index] ?? 0))
    }
    const numTimes = parts.reduce((sum, part) => sum + part.numTimes, 0)
    return { ...records, offsets, numTimes, start, lengthBytes: this.stream.position - start, crc32c: checksum }
  }

  async #pause(): Promise<void> {
    this.#slices.step()
    if (this.stream.position < this.#sliceEnd) return
    await this.#slices.next()
    this.#sliceEnd = this.stream.position + SLICE_BYTES
  }
}

function handleOf(
  { start, lengthBytes, crc32c, ...channel }: WrittenChannel,
  all: StreamStateHandle,
): ChannelStateHandle {
  const handle: StreamStateHandle =
    all.kind === 'inline'
      ? { kind: 'inline', bytes: all.bytes.slice(start, start + lengthBytes), crc32c }
      : { ...all, offset: all.offset + start, lengthBytes, crc32c }
  return { ...channel, handle }
}
