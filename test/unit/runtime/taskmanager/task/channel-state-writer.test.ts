import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import {
  InFlightRecords,
  type CapturedChannel,
} from '../../../../../src/runtime/taskmanager/network/in-flight-records.js'
import { TimeSlices } from '../../../../../src/runtime/taskmanager/state/time-slices.js'
import { writeChannelStates } from '../../../../../src/runtime/taskmanager/task/channel-state-writer.js'
import { checkpointStreams } from '../../../../../src/storage/file-checkpoint-streams.js'
import { readStateHandle } from '../../../../../src/storage/state-reader.js'

function channel(channelIndex: number, ...parts: readonly (readonly string[])[]): CapturedChannel {
  const records = parts.map((texts) => {
    const part = new InFlightRecords(structuredSerializer())
    for (const text of texts) part.add(text, 1, 2)
    return part
  })
  return { edgeIndex: 0, channelIndex, typeFingerprint: 'GENERIC', parts: records }
}

const clock = new ManualClock()
const yieldToTask = (): Promise<void> => Promise.resolve()

/** One channel, of which all is put off: 100 times 10 KB. */
function waiting(onAdd: () => void = () => undefined): CapturedChannel {
  const records = new InFlightRecords(structuredSerializer())
  for (let index = 0; index < 100; index += 1) {
    records.later(() => {
      onAdd()
      records.add(`${String(index)} ${'x'.repeat(10_240)}`, 1, 2)
    })
  }
  return { edgeIndex: 0, channelIndex: 0, typeFingerprint: 'GENERIC', parts: [records] }
}

describe('What is in flight in the channels of a task', () => {
  for (const [where, inlineThresholdBytes] of [
    ['the metadata', 10_000],
    ['a file', 0],
  ] as const) {
    it(`is in ${where} with bytes, records and a checksum for each channel`, async () => {
      const disk = new InMemoryFileSystem()
      await disk.mkdirs('/cp')
      const fileSystems = new FileSystems().register('file', disk)
      const location = { kind: 'file', directoryUri: 'file:/cp', inlineThresholdBytes } as const
      const streams = checkpointStreams(location, fileSystems, new SeededRandom(1))
      const inputs = [channel(0, ['a', 'b'], ['c']), channel(1), channel(2, ['d'])]
      const outputs = [channel(0, ['e'], ['f', 'g'])]
      const expected = [inputs[0], inputs[2], outputs[0]].map((each) =>
        Buffer.concat((each?.parts ?? []).map((part) => part.bytes)),
      )
      const [read, sent] = await writeChannelStates([inputs, outputs], streams, new TimeSlices({ clock, yieldToTask }))
      const written = [...(read ?? []), ...(sent ?? [])]
      assert.deepEqual(
        written.map(({ channelIndex, offsets, handle }) => [channelIndex, offsets.length - 1, handle.kind]),
        [
          [0, 3, inlineThresholdBytes === 0 ? 'file' : 'inline'],
          [2, 1, inlineThresholdBytes === 0 ? 'file' : 'inline'],
          [0, 3, inlineThresholdBytes === 0 ? 'file' : 'inline'],
        ],
      )
      for (const [index, { handle, offsets }] of written.entries()) {
        const bytes = await readStateHandle(handle, fileSystems)
        assert.deepEqual(Buffer.from(bytes), expected[index])
        assert.equal(offsets.at(-1), bytes.length)
      }
    })
  }

  it('is encoded and written a slice after the other, with the task in between', async () => {
    const { streams, fileSystems } = await onDisk()
    let [added, most, slices] = [0, 0, 0]
    const channels = [waiting(() => (added += 1))]
    const pause = async (): Promise<void> => {
      slices += 1
      most = Math.max(most, added)
      added = 0
      await yieldToTask()
    }
    const [[written] = []] = await writeChannelStates(
      [channels],
      streams,
      new TimeSlices({ clock, yieldToTask: pause }),
    )
    assert.ok(written)
    assert.ok(slices >= 7 && most <= 14, `${String(slices)} slices, with ${String(most)} records at most`)
    const bytes = await readStateHandle(written.handle, fileSystems)
    const [same] = waiting().parts
    assert.deepEqual(written.offsets, same?.offsets)
    assert.ok(same && Buffer.from(bytes).equals(same.bytes))
  })

  it('leaves no file where it is cancelled in between', async () => {
    const { streams, disk } = await onDisk()
    const slices: TimeSlices = new TimeSlices({
      clock,
      yieldToTask: () => {
        slices.cancel(new Error('cancelled'))
        return Promise.resolve()
      },
    })
    await assert.rejects(writeChannelStates([[waiting()]], streams, slices), /cancelled/)
    assert.deepEqual(await disk.list('/cp'), [])
  })
})

async function onDisk() {
  const disk = new InMemoryFileSystem()
  await disk.mkdirs('/cp')
  const fileSystems = new FileSystems().register('file', disk)
  const location = { kind: 'file', directoryUri: 'file:/cp', inlineThresholdBytes: 0 } as const
  return { disk, fileSystems, streams: checkpointStreams(location, fileSystems, new SeededRandom(1)) }
}
