import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { InputGate } from '../../../../../src/runtime/taskmanager/network/input-gate.js'
import { ChannelConnector } from '../../../../../src/runtime/taskmanager/task/channel-connector.js'
import { CheckpointBarrierHandler } from '../../../../../src/runtime/taskmanager/task/checkpoint-barrier-handler.js'
import { GateInput } from '../../../../../src/runtime/taskmanager/task/gate-input.js'
import { PendingTime } from '../../../../../src/runtime/taskmanager/eventtime/pending-time.js'
import { ChannelRecorder } from '../../../../contract/runtime/channel-recorder.js'
import { testBarrier } from '../test-barriers.js'

/** Ends the gate's channels as the real handler does. */
class Recorder extends ChannelRecorder {
  readonly #gate: InputGate

  constructor(gate: InputGate) {
    super()
    this.#gate = gate
  }

  override onEndOfData(channelIndex: number): void {
    super.onEndOfData(channelIndex)
    this.#gate.endData(channelIndex)
  }

  override onEndOfPartition(channelIndex: number): void {
    super.onEndOfPartition(channelIndex)
    this.#gate.endChannel(channelIndex)
  }
}

function gateOf(channelCount: number) {
  const channels = new ChannelConnector(() => undefined)
  const keys = Array.from({ length: channelCount }, (_, index) => String(index))
  const writers = keys.map((key) => channels.writer({ kind: 'local', key, siblings: 1 }))
  const gate = new InputGate(
    keys.map((key) => ({ reader: channels.reader({ kind: 'local', key, siblings: 1 }), input: 0 })),
  )
  const nothing = (): void => undefined
  const actions = { blockChannel: nothing, unblockAll: nothing, checkpoint: nothing, abort: nothing, abandon: nothing }
  const barriers = new CheckpointBarrierHandler(channelCount, true, actions, new ManualClock())
  const taken: number[] = []
  const handler = new Recorder(gate)
  const takeCheckpoint = ({ checkpointId }: { checkpointId: number }): void => void taken.push(checkpointId)
  const input = new GateInput({
    gate,
    handlers: [handler],
    time: new PendingTime(() => undefined),
    barriers,
    takeCheckpoint,
    operatorName: 'map',
  })
  return { input, writers, handler, taken }
}

describe('GateInput', () => {
  it('tells the end of the data when all channels have come to it, before it reads on', () => {
    const { input, writers, handler } = gateOf(2)
    writers[0]?.writeEndOfData()
    writers[1]?.writeRecord('a', 0, 0)
    writers[1]?.writeEndOfData()
    writers[1]?.writeBarrier(testBarrier(1))
    const statuses = Array.from({ length: 4 }, () => input.process())
    assert.deepEqual(statuses, ['more', 'more', 'more', 'end'])
    assert.equal(handler.elements.length, 3)
    assert.equal(input.process(), 'more')
    assert.equal(input.process(), 'end')
    assert.equal(input.isExhausted, false)
  })

  it('has something as long as an end that was read is not told', () => {
    const { input, writers } = gateOf(1)
    writers[0]?.writeEndOfData()
    input.process()
    assert.equal(input.hasData(), true)
    assert.equal(input.process(), 'end')
    assert.equal(input.hasData(), false)
    writers[0]?.writeEndOfPartition()
    input.process()
    assert.equal(input.hasData(), true)
    input.process()
    assert.equal(input.hasData(), false)
    assert.equal(input.isExhausted, true)
  })

  it('takes the checkpoints that were triggered when all is read, but for those that were aborted', () => {
    const { input, writers, taken } = gateOf(1)
    for (const checkpointId of [1, 2, 3]) {
      assert.equal(input.onTrigger(testBarrier(checkpointId)), 'by-input')
    }
    input.onCheckpointAborted(2)
    writers[0]?.writeEndOfData()
    writers[0]?.writeEndOfPartition()
    while (!input.isExhausted) input.process()
    assert.deepEqual(taken, [1, 3])
    assert.equal(input.onTrigger(testBarrier(4)), 'take-now')
  })
})
