import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import {
  InFlightRecords,
  type CapturedChannel,
} from '../../../../../src/runtime/taskmanager/network/in-flight-records.js'
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
      const [read, sent] = await writeChannelStates([inputs, outputs], streams)
      const written = [...(read ?? []), ...(sent ?? [])]
      assert.deepEqual(
        written.map(({ channelIndex, offsets, handle }) => [channelIndex, offsets.length - 1, handle.kind]),
        [
          [0, 3, inlineThresholdBytes === 0 ? 'file' : 'inline'],
          [2, 1, inlineThresholdBytes === 0 ? 'file' : 'inline'],
          [0, 3, inlineThresholdBytes === 0 ? 'file' : 'inline'],
        ],
      )
      const expected = [inputs[0], inputs[2], outputs[0]]
      for (const [index, { handle, offsets }] of written.entries()) {
        const parts = expected[index]?.parts ?? []
        const bytes = await readStateHandle(handle, fileSystems)
        assert.deepEqual(Buffer.from(bytes), Buffer.concat(parts.map((part) => part.bytes)))
        assert.equal(offsets.at(-1), bytes.length)
      }
    })
  }
})
