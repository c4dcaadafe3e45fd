import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import {
  InFlightRecords,
  type CapturedChannel,
} from '../../../../../src/runtime/taskmanager/network/in-flight-records.js'
import { BarrierSender } from '../../../../../src/runtime/taskmanager/task/barrier-sender.js'
import { Mailbox } from '../../../../../src/runtime/taskmanager/task/mailbox.js'
import type { OvertakenChannels } from '../../../../../src/runtime/taskmanager/task/overtaken-channels.js'
import { checkpointStreams } from '../../../../../src/storage/file-checkpoint-streams.js'
import { turn } from '../../../../operators/operator-harness.js'
import { testBarrier } from '../test-barriers.js'

const TIMEOUT_MS = 100
const STREAMS = checkpointStreams({ kind: 'memory', maxStateSizeBytes: 1000 }, new FileSystems(), new SeededRandom(1))

let clock: ManualClock
let calls: string[]
let isOut: boolean

beforeEach(() => {
  clock = new ManualClock()
  calls = []
  isOut = false
})

function captured(value: string): CapturedChannel {
  const records = new InFlightRecords(structuredSerializer())
  records.add(value, 0, 0)
  return { edgeIndex: 0, channelIndex: 0, typeFingerprint: 'GENERIC', parts: [records] }
}

function sender(): BarrierSender {
  const outputs = {
    broadcastBarrier: () => void calls.push('barrier'),
    announceBarrier: () => (calls.push('announced'), [captured('waiting')]),
    broadcastCancelBarrier: () => void calls.push('cancel barrier'),
    overtakeLate: () => (calls.push('late'), [captured('late')]),
    areBarriersOut: () => isOut,
  }
  const inputs = {
    start: () => (calls.push('start'), Promise.resolve([captured('input')])),
    cancel: () => void calls.push('cancel'),
    dropped: () => void calls.push('dropped'),
  }
  return new BarrierSender({ outputs, inputs, clock })
}

/** Undefined as long as it waits. */
async function written(channels: OvertakenChannels | undefined): Promise<unknown> {
  let result: unknown
  void channels
    ?.write(STREAMS, clock, new Mailbox(() => undefined))
    .then(({ inputChannels, outputChannels, isUnaligned }) => {
      result = [inputChannels.length, outputChannels.length, isUnaligned]
    })
  await turn()
  await turn()
  return result
}

function timedBarrier() {
  return testBarrier(1, { alignedTimeoutMs: TIMEOUT_MS }, clock.now())
}

describe('The barriers that a task sends', () => {
  it('keep their places in an aligned checkpoint, of which nothing is in flight', () => {
    assert.equal(sender().send(testBarrier(1), 'aligned'), undefined)
    assert.deepEqual(calls, ['barrier'])
  })

  it('overtake in an unaligned one, at a source as well, where nothing comes in', async () => {
    assert.deepEqual(await written(sender().send(testBarrier(1, { unaligned: true }), 'aligned')), [0, 1, true])
    assert.deepEqual(calls, ['announced'])
    assert.deepEqual(await written(sender().send(testBarrier(2), 'unaligned')), [1, 1, true])
    assert.deepEqual(calls, ['announced', 'announced', 'start'])
  })

  it('overtake when the time is over, if they have not left; only then is it known what is in flight', async () => {
    const channels = sender().send(timedBarrier(), 'aligned')
    assert.equal(await written(channels), undefined)
    clock.advance(TIMEOUT_MS - 1)
    assert.equal(await written(channels), undefined)
    clock.advance(1)
    assert.deepEqual(await written(channels), [0, 1, true])
    assert.deepEqual(calls, ['barrier', 'late'])
  })

  it('hold up nothing once they have left, and overtake all the same where they are not read in time', async () => {
    const barriers = sender()
    const channels = barriers.send(timedBarrier(), 'aligned')
    isOut = true
    barriers.stepped()
    assert.deepEqual(await written(channels), [0, 0, false])
    assert.deepEqual(calls, ['barrier'])
    clock.advance(TIMEOUT_MS)
    assert.deepEqual(calls, ['barrier', 'late'])
  })

  it('overtake at once where the time is over before, counted from the trigger', async () => {
    const barrier = timedBarrier()
    clock.advance(TIMEOUT_MS)
    assert.deepEqual(await written(sender().send(barrier, 'aligned')), [0, 1, true])
    assert.deepEqual(calls, ['announced'])
  })

  it('overtake nothing for a checkpoint that was aborted', async () => {
    const barriers = sender()
    barriers.send(timedBarrier(), 'aligned')
    barriers.forget(1)
    clock.advance(2 * TIMEOUT_MS)
    assert.deepEqual(calls, ['barrier', 'dropped', 'cancel'])
  })
})
