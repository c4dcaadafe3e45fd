import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PartitionerSpec } from '../../../../../src/api/dag/partitioner-spec.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import type { CheckpointOptions } from '../../../../../src/runtime/protocol/checkpoint-options.js'
import { IterationHead } from '../../../../../src/runtime/taskmanager/iteration/iteration-head.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import { RecordWriter } from '../../../../../src/runtime/taskmanager/network/record-writer.js'
import { createPartitioner } from '../../../../../src/runtime/taskmanager/network/stream-partitioner.js'
import { outputTo, networkTarget } from '../../../../../src/runtime/taskmanager/task/chain-outputs.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { MemoryStreams } from '../../../../contract/runtime/state-backend-streams.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

const SPEC = { kind: 'iteration-head', loop: 0, tails: 1, maxWaitMs: 0 } as const
const BINDING = { operatorId: 'head', name: 'Head', uid: undefined, spec: SPEC, keys: [], outputType: undefined }
const BATCH = 256
const OPTIONS: CheckpointOptions = {
  kind: 'checkpoint',
  unaligned: false,
  stop: undefined,
  location: { kind: 'memory', maxStateSizeBytes: 1_000_000 },
}

interface LoopOptions {
  readonly partitioner?: PartitionerSpec
  readonly takesBatches?: boolean
}

/** A head between its way back and the channel to the body; `numSingle` of the records had a call each. */
function loop({ partitioner = { kind: 'forward' }, takesBatches = true }: LoopOptions = {}) {
  const feedback = new ChannelConnector(() => undefined).feedback({ loop: 0, tail: 0, subtaskIndex: 0 }, undefined)
  let numSingle = 0
  const copier = {
    copy: (value: unknown) => {
      numSingle += 1
      return value
    },
  }
  const ignore = (): void => undefined
  const body = new LocalChannel({ onData: ignore, onRoom: ignore, copier, takesBatches })
  const places = { numberOfChannels: 1, maxParallelism: 128, sourceName: 'Head', targetName: 'Body' }
  const writer = new RecordWriter({
    channels: [body.writer],
    partitioner: createPartitioner(partitioner, { ...places, random: new SeededRandom(1) }),
    operatorName: 'Head',
    interrupt: new InputInterrupt(),
    bufferTimeoutMs: 100,
  })
  const output = outputTo([{ sideOutput: undefined, target: networkTarget(writer) }])
  const context = new TestOperatorContext()
  context.isOutputAvailable = () => writer.isAvailable()
  const markers: number[] = []
  const head = new IterationHead(BINDING, Object.assign(context, { output }), SPEC, {
    loops: 1,
    channelFrom: () => feedback,
    outputOf: () => assert.fail('it has no tail'),
    emitMarker: (quietRounds) => markers.push(quietRounds),
  })
  const tail = feedback.output({ operatorName: 'Tail', interrupt: new InputInterrupt(), bufferTimeoutMs: -1 })
  return {
    head,
    tail,
    writer,
    markers,
    comeBack: (from: number, to: number, keyHash = 0) => {
      for (let value = from; value < to; value += 1) tail.emit(value, -value, keyHash)
      tail.writer.flush()
    },
    giveOut: () => {
      while (writer.isAvailable() && head.emitNext() === 'more');
    },
    taken: () => {
      writer.flush()
      const recorder = new ChannelRecorder()
      while (body.reader.hasData()) body.reader.drain(recorder, 0)
      return recorder.elements.filter((element) => Array.isArray(element) && element[0] === 'record')
    },
    numSingle: () => numSingle,
  }
}

const records = (from: number, to: number): unknown[] =>
  Array.from({ length: to - from }, (_, at) => ['record', from + at, -(from + at), 0])

describe('records that came back in a loop', () => {
  it('go on together, in their order among those that go one by one, and each is counted', () => {
    const made = loop()
    made.comeBack(0, 10)
    made.giveOut()
    made.comeBack(10, 10 + 3 * BATCH)
    made.comeBack(10 + 3 * BATCH, 20 + 3 * BATCH)
    made.giveOut()
    assert.deepEqual(made.taken(), records(0, 20 + 3 * BATCH))
    assert.equal(made.numSingle(), 20)
    assert.equal(made.writer.numRecordsOut, 20 + 3 * BATCH)
  })

  it('wait where the output is full, as others do', () => {
    const made = loop()
    made.comeBack(0, 40 * BATCH)
    made.giveOut()
    for (let call = 0; call < 40; call += 1) made.head.emitNext()
    const first = made.taken().length
    assert.ok(first >= 14 * BATCH && first < 20 * BATCH, String(first))
    let all = first
    for (let step = 0; step < 10; step += 1) {
      made.giveOut()
      all += made.taken().length
    }
    assert.equal(all, 40 * BATCH)
  })

  it('go one by one while a checkpoint wants each of them, which has them all', async () => {
    const made = loop()
    made.giveOut()
    const request = { checkpointId: 1, timestamp: 0, isSavepoint: false, streams: new MemoryStreams() }
    const log = await made.head.snapshotState(request)
    made.comeBack(0, BATCH)
    made.giveOut()
    assert.equal(made.numSingle(), BATCH)
    made.tail.writer.broadcastBarrier({ checkpointId: 1, timestamp: 0, options: OPTIONS })
    made.comeBack(BATCH, 2 * BATCH)
    made.giveOut()
    assert.equal(made.numSingle(), BATCH)
    assert.deepEqual(made.taken(), records(0, 2 * BATCH))
    const state = await log.complete()
    const restored = loop()
    await restored.head.initializeState(state, 1)
    restored.giveOut()
    assert.deepEqual(restored.taken(), records(0, BATCH))
  })

  it('go one by one where they come by a key, are partitioned, or their objects are somebody else’s, too', () => {
    const key = { select: () => 'a', kind: 'auto' } as const
    const each: readonly (readonly [LoopOptions, keyHash: number])[] = [
      [{}, 7],
      [{ partitioner: { kind: 'rebalance' } }, 0],
      [{ partitioner: { kind: 'hash', key } }, 0],
      [{ takesBatches: false }, 0],
    ]
    for (const [options, keyHash] of each) {
      const made = loop(options)
      made.comeBack(0, BATCH, keyHash)
      made.giveOut()
      assert.equal(made.numSingle(), BATCH, JSON.stringify([options, keyHash]))
      assert.equal(made.taken().length, BATCH)
    }
  })

  it('keep the loop from its end, however they go', () => {
    const made = loop()
    made.giveOut()
    for (let round = 1; round < 10; round += 1) {
      made.comeBack(0, BATCH)
      made.tail.writer.broadcastIterationMarker(made.markers.at(-1) ?? 0)
      made.giveOut()
      made.taken()
    }
    assert.equal(made.numSingle(), 0)
    assert.deepEqual(
      made.markers,
      Array.from({ length: 10 }, () => 1),
    )
  })
})
