import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { PendingTime } from '../../../../../src/runtime/taskmanager/eventtime/pending-time.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import { ChannelStateRecorder } from '../../../../../src/runtime/taskmanager/task/channel-state-recorder.js'
import { DrainLimit } from '../../../../../src/runtime/taskmanager/task/drain-limit.js'
import { makeGateInput } from '../../../../../src/runtime/taskmanager/task/gate-input-factory.js'
import type { Input } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { outsideOfLoops } from './outside-of-loops.js'

/** How many records a drain takes of which each takes so long. */
function recordsOf(eachMs: number): number {
  let ms = 0
  const limit = new DrainLimit({ monotonicMs: () => ms })
  limit.begin()
  let records = 0
  while (records < 10_000 && !limit.isOver()) {
    records += 1
    ms += eachMs
  }
  return records
}

const ignore = (): void => undefined

/** How many of 100 records, which lie together and take so long each, a task takes in each of its first two turns. */
function takenInTurns(eachMs: number, mayOvertake: boolean): number[] {
  const clock = new ManualClock()
  let taken = 0
  const input = {
    processElement: (): void => {
      taken += 1
      clock.advance(eachMs)
    },
    prepareKeys: ignore,
  }
  const { reader, writer } = new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() })
  for (let record = 0; record < 100; record += 1) writer.writeRecord(record, 0, 0)
  writer.flush()
  const records = { edgeIndex: 0, channelIndex: 0, typeFingerprint: 'GENERIC' }
  const recorded = [{ reader, alignedOnly: false, serializer: structuredSerializer(), records }]
  const gate = makeGateInput({
    operatorName: 'map',
    inputs: [input as unknown as Input],
    channels: [{ reader, input: 0 }],
    origins: [{ edgeId: 'edge', producer: 0 }],
    iteration: outsideOfLoops,
    isAligned: true,
    mayContinue: () => true,
    time: new PendingTime(ignore),
    clock,
    checkpoints: { checkpoint: ignore, abort: ignore, abandon: ignore },
    ...(mayOvertake ? { recorder: new ChannelStateRecorder(recorded, { rest: () => [] }) } : {}),
  })
  gate.input.process()
  const first = taken
  gate.input.process()
  return [first, taken - first]
}

describe('A drain of a channel in which barriers may overtake', () => {
  it('is over soon where records take long, with some of them done', () => {
    assert.equal(recordsOf(10), 7)
    assert.equal(recordsOf(1000), 7)
    assert.equal(recordsOf(1), 15)
  })

  it('goes on where they do not', () => {
    assert.equal(recordsOf(0), 10_000)
  })

  it('is that of a task in whose channels barriers may overtake, and of no other', () => {
    assert.deepEqual(takenInTurns(10, true), [7, 7])
    assert.deepEqual(takenInTurns(0, true), [100, 0])
    assert.deepEqual(takenInTurns(10, false), [100, 0])
  })

  it('has its time anew each time that it begins', () => {
    let ms = 0
    const limit = new DrainLimit({ monotonicMs: () => ms })
    for (let drain = 0; drain < 3; drain += 1) {
      limit.begin()
      for (let record = 0; record < 100; record += 1) assert.equal(limit.isOver(), false)
      ms += 100
    }
  })
})
