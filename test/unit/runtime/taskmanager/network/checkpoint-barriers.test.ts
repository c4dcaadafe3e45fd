import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { rowStreamSerializer } from '../../../../../src/core/types/row-stream-serializer.js'
import type { CheckpointOptions } from '../../../../../src/runtime/protocol/checkpoint-options.js'
import { allocateBell } from '../../../../../src/runtime/protocol/doorbell-memory.js'
import { allocateRing } from '../../../../../src/runtime/protocol/ring-memory.js'
import { CheckpointBarriers } from '../../../../../src/runtime/taskmanager/network/checkpoint-barriers.js'
import { RingChannelReader } from '../../../../../src/runtime/taskmanager/network/ring-channel-reader.js'
import { RingChannelWriter } from '../../../../../src/runtime/taskmanager/network/ring-channel-writer.js'
import type { CheckpointBarrier } from '../../../../../src/runtime/taskmanager/network/stream-element.js'
import type { CheckpointLocation } from '../../../../../src/storage/checkpoint-stream-factory.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { testBarrier } from '../test-barriers.js'

const PLAIN = { noNullPrototype: true } as const
const id = fc.nat()
const uri = fc.string({ unit: 'grapheme', maxLength: 40 }).map((name) => `file:/${name}`)
const incremental = fc.record({ sharedDirectoryUri: uri, baseCheckpointId: fc.option(id, { nil: undefined }) }, PLAIN)
const inFiles = { kind: fc.constant('file' as const), directoryUri: uri, inlineThresholdBytes: id }
const location: fc.Arbitrary<CheckpointLocation> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('memory' as const),
      maxStateSizeBytes: fc.constantFrom(0, 5, Number.POSITIVE_INFINITY),
    },
    PLAIN,
  ),
  fc.record(inFiles, PLAIN),
  fc.record({ ...inFiles, incremental }, PLAIN),
  fc.record({ ...inFiles, entropyUri: uri }, PLAIN),
  fc.record({ ...inFiles, incremental, entropyUri: uri }, PLAIN),
)
const anyOptions = {
  kind: fc.constantFrom('checkpoint' as const, 'savepoint' as const),
  location,
  unaligned: fc.boolean(),
  stop: fc.constantFrom(undefined, 'suspend' as const, 'drain' as const),
}
const alignedTimeoutMs = fc.constantFrom(0, 1.5, 1000)
const options: fc.Arbitrary<CheckpointOptions> = fc.oneof(
  fc.record(anyOptions, PLAIN),
  fc.record({ ...anyOptions, alignedTimeoutMs }, PLAIN),
)

/** A barrier that counts how often somebody looks at what it carries. */
function countedBarrier(checkpointId: number): { readonly barrier: CheckpointBarrier; readonly reads: () => number } {
  const plain = testBarrier(checkpointId)
  let reads = 0
  const barrier = {
    ...plain,
    get options() {
      reads += 1
      return plain.options
    },
  }
  return { barrier, reads: () => reads }
}

describe('The barriers of a worker', () => {
  it('carry all there is to know of a checkpoint, whatever it is', () => {
    fc.assert(
      fc.property(options, id, fc.double({ noNaN: true }), (each, checkpointId, timestamp) => {
        const barrier = { checkpointId, timestamp, options: each }
        assert.deepStrictEqual(new CheckpointBarriers().decode(new CheckpointBarriers().encode(barrier)), barrier)
      }),
    )
  })

  it('are encoded once and decoded once, through however many channels they go', () => {
    const [sending, receiving] = [new CheckpointBarriers(), new CheckpointBarriers()]
    const { barrier, reads } = countedBarrier(7)
    const recorder = new ChannelRecorder()
    for (let channel = 0; channel < 64; channel += 1) {
      const memory = allocateRing(1024, 2)
      const writer = new RingChannelWriter(memory, allocateBell(), rowStreamSerializer(), { barriers: sending })
      writer.writeBarrier(barrier)
      new RingChannelReader(memory, allocateBell(), rowStreamSerializer(), receiving).drain(recorder, channel)
    }
    assert.equal(reads(), 1)
    const read = recorder.elements.map((element) => (element as readonly unknown[])[1])
    assert.equal(read.length, 64)
    assert.deepStrictEqual(read[0], testBarrier(7))
    assert.ok(read.every((each) => each === read[0]))
  })

  it('are not encoded at all where they only pass: what came in goes out', () => {
    const bytes = new CheckpointBarriers().encode(testBarrier(7))
    const passing = new CheckpointBarriers()
    assert.equal(passing.encode(passing.decode(bytes)), bytes)
  })

  it('that come as messages to several tasks are one, and the one that came through a channel', () => {
    const barriers = new CheckpointBarriers()
    const first = barriers.intern(testBarrier(7))
    assert.equal(barriers.intern(testBarrier(7)), first)
    assert.equal(barriers.decode(new CheckpointBarriers().encode(testBarrier(7))), first)
    assert.notEqual(barriers.intern(testBarrier(8)), first)
  })

  it('that are forgotten, as they waited long in a channel, are understood all the same', () => {
    const [sending, receiving] = [new CheckpointBarriers(), new CheckpointBarriers()]
    const waiting = sending.encode(testBarrier(1, { stop: 'drain' }))
    receiving.intern(testBarrier(1, { stop: 'drain' }))
    for (let checkpointId = 2; checkpointId < 200; checkpointId += 1) {
      sending.encode(testBarrier(checkpointId))
      receiving.intern(testBarrier(checkpointId))
    }
    assert.deepStrictEqual(receiving.decode(waiting), testBarrier(1, { stop: 'drain' }))
    assert.deepStrictEqual(sending.encode(testBarrier(1, { stop: 'drain' })), waiting)
  })

  it('take 60 bytes and the paths of their location, so that 64 x 64 channels carry less than a megabyte of them', () => {
    const directoryUri = `file:/data/checkpoints/${'a'.repeat(32)}/chk-1234`
    const sharedDirectoryUri = `file:/data/checkpoints/${'a'.repeat(32)}/shared`
    const place = { kind: 'file', directoryUri, inlineThresholdBytes: 20_480 } as const
    const incrementally = { ...place, incremental: { sharedDirectoryUri, baseCheckpointId: 1233 } }
    const { length } = new CheckpointBarriers().encode(testBarrier(1234, { location: incrementally }))
    assert.ok(length <= 60 + directoryUri.length + sharedDirectoryUri.length, String(length))
    assert.ok(64 * 64 * length < 1_000_000, String(length))
  })
})
