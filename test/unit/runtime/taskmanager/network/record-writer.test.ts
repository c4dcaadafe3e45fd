import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PartitionerSpec } from '../../../../../src/api/dag/partitioner-spec.js'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import { RecordWriter } from '../../../../../src/runtime/taskmanager/network/record-writer.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import { createPartitioner } from '../../../../../src/runtime/taskmanager/network/stream-partitioner.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { testBarrier } from '../test-barriers.js'

const MAX_RECORD_BYTES = 100_000

function createWriter(spec: PartitionerSpec, channelCount: number, bufferTimeoutMs = 100) {
  const rings = Array.from({ length: channelCount }, () => allocateRing(1024, 2))
  const channels = rings.map(
    (memory) =>
      new RingChannelWriter(memory, allocateBell(), rowStreamSerializer(), { maxRecordBytes: MAX_RECORD_BYTES }),
  )
  const readers = rings.map((memory) => new RingChannelReader(memory, allocateBell(), rowStreamSerializer()))
  const context = {
    numberOfChannels: channelCount,
    maxParallelism: 128,
    random: new SeededRandom(1),
    sourceName: 'Source',
    targetName: 'Target',
  }
  const interrupt = new InputInterrupt()
  const writer = new RecordWriter({
    channels,
    partitioner: createPartitioner(spec, context),
    operatorName: 'Source',
    interrupt,
    bufferTimeoutMs,
  })
  const read = (): unknown[][] =>
    readers.map((reader) => {
      const recorder = new ChannelRecorder()
      while (reader.hasData()) reader.drain(recorder, 0)
      return recorder.elements
    })
  return { writer, read, interrupt }
}

describe('A RecordWriter', () => {
  it('sends a record to the channel of its partitioner, with its key hash', () => {
    const key = { select: (value: unknown) => value, kind: 'auto' } as const
    const { writer, read } = createWriter({ kind: 'hash', key }, 4)
    for (const word of ['a', 'b', 'c', 'a']) writer.emit(word, 7)
    writer.flush()
    const records = read().flat() as unknown[][]
    assert.equal(records.length, 4)
    for (const [, value, timestamp, keyHash] of records) {
      assert.equal(timestamp, 7)
      assert.equal(keyHash, hashKey(value, 'auto'))
    }
  })

  it('broadcasts a record to all channels', () => {
    const { writer, read } = createWriter({ kind: 'broadcast' }, 3)
    writer.emit('x', 1)
    writer.flush()
    assert.deepStrictEqual(
      read(),
      Array.from({ length: 3 }, () => [['record', 'x', 1, 0]]),
    )
  })

  it('sends events to all channels, after the records', () => {
    const { writer, read } = createWriter({ kind: 'global' }, 2)
    writer.emit('x', 1)
    writer.broadcastBarrier(testBarrier(4, {}, 5))
    assert.deepStrictEqual(read(), [
      [
        ['record', 'x', 1, 0],
        ['barrier', testBarrier(4, {}, 5), 0],
      ],
      [['barrier', testBarrier(4, {}, 5), 0]],
    ])
    writer.broadcastWatermark(6)
    writer.broadcastWatermarkStatus('idle')
    assert.deepStrictEqual(read()[1], [
      ['watermark', 6, 0],
      ['status', 'idle', 0],
    ])
    writer.broadcastCancelBarrier(7)
    writer.broadcastEndOfData()
    assert.deepStrictEqual(read()[1], [
      ['cancel', 7, 0],
      ['end of data', 0],
    ])
    writer.broadcastEndOfPartition()
    assert.deepStrictEqual(read()[1], [['end of partition', 0]])
  })

  it('holds records back until the flush, or sends each at once when the buffer timeout is 0', () => {
    const patient = createWriter({ kind: 'global' }, 1)
    patient.writer.emit(1, 0)
    assert.equal(patient.writer.hasPending(), true)
    assert.deepStrictEqual(patient.read(), [[]])
    const eager = createWriter({ kind: 'global' }, 1, 0)
    eager.writer.emit(1, 0)
    assert.equal(eager.writer.hasPending(), false)
    assert.equal(eager.read()[0]?.length, 1)
  })

  it('is available only while every channel is', () => {
    const { writer, read, interrupt } = createWriter({ kind: 'rescale' }, 2)
    interrupt.lower()
    writer.emit('x', 0)
    assert.equal(interrupt.isRaised, false)
    for (let index = 0; writer.isAvailable(); index += 1) {
      assert.ok(index < 10_000)
      writer.emit('x'.repeat(100), 0)
    }
    assert.equal(interrupt.isRaised, true)
    assert.equal(writer.flush(), false)
    read()
    assert.equal(writer.isAvailable(), true)
    assert.equal(writer.flush(), true)
  })

  it('names operator, path and kind of a record that cannot travel', () => {
    const { writer } = createWriter({ kind: 'global' }, 1)
    const error = { code: 'RECORD_NOT_SERIALIZABLE', message: /Source.*user\.tags\[1\] is a function/ }
    assert.throws(() => {
      writer.emit({ user: { tags: [1, () => 1] } }, 0)
    }, error)
  })

  it('names operator and sizes of a record that is too large', () => {
    const { writer } = createWriter({ kind: 'global' }, 1)
    const error = { code: 'RECORD_TOO_LARGE', message: /Source.*limit of 100000 bytes/ }
    assert.throws(() => {
      writer.emit('x'.repeat(200_000), 0)
    }, error)
  })

  it('drops what it holds when it is closed', () => {
    const { writer, read } = createWriter({ kind: 'global' }, 1)
    writer.emit(1, 0)
    writer.close()
    assert.equal(writer.hasPending(), false)
    assert.deepStrictEqual(read(), [[]])
  })
})
