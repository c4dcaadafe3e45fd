import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { InMemoryTemporaryFiles } from '../../../../../src/core/fs/in-memory-temporary-files.js'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import type { ChannelEnds } from '../../../../../src/runtime/taskmanager/network/channel.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { WaitingSpace } from '../../../../../src/runtime/taskmanager/network/waiting-space.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { testBarrier } from '../test-barriers.js'

const MEMORY_BYTES = 64 * 1024
const RECORDS = 50_000
const TEXT = 'x'.repeat(80)

const KINDS: Readonly<Record<string, (waitingSpace: WaitingSpace) => ChannelEnds>> = {
  ring: (waitingSpace) => {
    const memory = allocateRing(4096, 4)
    return {
      writer: new RingChannelWriter(memory, allocateBell(), rowStreamSerializer(), { waitingSpace }),
      reader: new RingChannelReader(memory, allocateBell(), rowStreamSerializer()),
    }
  },
  'local channel': (waitingSpace) => {
    const ignore = (): void => undefined
    const capacity = { batchRecords: 64, batches: 4 }
    return new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier(), waitingSpace, capacity })
  },
}

function createSpace(capacityBytes?: number) {
  const files = new InMemoryTemporaryFiles(capacityBytes)
  return { files, space: new WaitingSpace({ memoryBytes: MEMORY_BYTES, createFile: () => files.create() }) }
}

/** In one call, as a function does that nobody can stop. */
function writeAll({ writer }: ChannelEnds): void {
  for (let n = 0; n < RECORDS; n += 1) {
    writer.writeRecord({ n, text: TEXT }, n, n)
    if (n === RECORDS / 2) writer.writeBarrier(testBarrier(7))
  }
}

for (const [kind, create] of Object.entries(KINDS)) {
  describe(`What a ${kind} has no room for`, () => {
    it('lies in the file but for a bounded part, and comes in order, barriers among the records', () => {
      const { files, space } = createSpace()
      const channel = create(space)
      writeAll(channel)
      const { writer, reader } = channel
      assert.equal(writer.isAvailable(), false)
      assert.ok(writer.waitingBytes > 0.95 * RECORDS * TEXT.length)
      // All but the ring or a few batches, and the memory of the space.
      assert.ok(space.fileSizeBytes >= writer.waitingBytes - MEMORY_BYTES, String(space.fileSizeBytes))
      const recorder = new ChannelRecorder()
      while (!writer.flush() || reader.hasData()) {
        if (writer.isAvailable()) assert.equal(writer.waitingBytes, 0)
        reader.drain(recorder, 0)
      }
      const [barrier] = recorder.elements.splice(RECORDS / 2 + 1, 1)
      assert.deepEqual(barrier, ['barrier', testBarrier(7), 0])
      assert.equal(recorder.elements.length, RECORDS)
      for (const [n, element] of recorder.elements.entries()) {
        assert.deepEqual(element, ['record', { n, text: TEXT }, n, n])
      }
      assert.equal(writer.waitingBytes, 0)
      assert.equal(files.openFiles, 0)
    })

    it('is refused when the disk is full: nothing that comes later passes it', () => {
      const { space } = createSpace(200_000)
      const { writer, reader } = create(space)
      const isFull = (error: unknown): boolean => FlinkError.is(error, 'TEMPORARY_FILE_FAILED')
      const endless = (): void => {
        for (let n = 0; n < RECORDS; n += 1) writer.writeRecord({ n, text: TEXT }, n, n)
      }
      assert.throws(endless, isFull)
      assert.throws(endless, isFull, 'a function that swallowed the error')
      assert.throws(() => {
        writer.writeBarrier(testBarrier(1))
      }, isFull)
      const recorder = new ChannelRecorder()
      assert.throws(() => {
        for (;;) {
          writer.flush()
          reader.drain(recorder, 0)
        }
      }, isFull)
      assert.ok(recorder.elements.length > 0)
      writer.close()
      assert.equal(space.fileSizeBytes, 0)
    })
  })
}
