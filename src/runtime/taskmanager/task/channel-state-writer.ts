// Duty: writes what was in flight in the channels of a task: one file for all of them, with a handle for each.
// Invariants: a handle names the bytes of its channel and their checksum, as if they had a file of their own. Channels with nothing
// in flight have no handle. Where writing fails, nothing is left.
// Figures: to sync a file takes about 1 ms, so 64 channels with one each would take longer than all else of a checkpoint.
// Thread: the task's worker.
import { crc32c } from '../../../core/memory/crc32c.js'
import type { CheckpointOutputStream, CheckpointStreamFactory } from '../../../storage/checkpoint-stream-factory.js'
import type { ChannelStateHandle, StreamStateHandle } from '../../../storage/state-handles.js'
import type { CapturedChannel, ChannelRecords } from '../network/in-flight-records.js'

interface WrittenChannel extends ChannelRecords {
  readonly offsets: readonly number[]
  readonly start: number
  readonly bytes: Uint8Array
}

/** As many lists of handles, in the same order. */
export async function writeChannelStates(
  lists: readonly (readonly CapturedChannel[])[],
  streams: CheckpointStreamFactory,
): Promise<ChannelStateHandle[][]> {
  const written = lists.map((channels) => channels.map(joined).filter(({ offsets }) => offsets.length > 1))
  if (written.every((channels) => channels.length === 0)) return written.map(() => [])
  const stream = await streams.createStream()
  try {
    const placed: WrittenChannel[][] = []
    for (const channels of written) placed.push(await writeAll(channels, stream))
    const handle = await stream.closeAndGetHandle()
    return placed.map((channels) => (handle === undefined ? [] : channels.map((each) => handleOf(each, handle))))
  } catch (error) {
    await stream.abort()
    throw error
  }
}

type JoinedChannel = Omit<WrittenChannel, 'start'>

async function writeAll(channels: readonly JoinedChannel[], stream: CheckpointOutputStream): Promise<WrittenChannel[]> {
  const placed: WrittenChannel[] = []
  for (const channel of channels) {
    placed.push({ ...channel, start: stream.position })
    await stream.write(channel.bytes)
  }
  return placed
}

function joined({ parts, ...records }: CapturedChannel): JoinedChannel {
  const offsets = [0]
  for (const part of parts) {
    const start = offsets.at(-1) ?? 0
    for (const offset of part.offsets.slice(1)) offsets.push(start + offset)
  }
  return { ...records, offsets, bytes: Buffer.concat(parts.map(({ bytes }) => bytes)) }
}

function handleOf({ start, bytes, ...channel }: WrittenChannel, all: StreamStateHandle): ChannelStateHandle {
  const checksum = crc32c(bytes)
  const handle: StreamStateHandle =
    all.kind === 'inline'
      ? { kind: 'inline', bytes: all.bytes.slice(start, start + bytes.length), crc32c: checksum }
      : { ...all, offset: all.offset + start, lengthBytes: bytes.length, crc32c: checksum }
  return { ...channel, handle }
}
