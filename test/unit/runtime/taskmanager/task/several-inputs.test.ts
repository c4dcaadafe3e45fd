/** The receiving side of a task whose head has two inputs: channels 0 and 2 belong to the first, channel 1 to the second. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import type { ChannelWriter } from '../../../../../src/runtime/taskmanager/network/channel.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import { PendingTime } from '../../../../../src/runtime/taskmanager/eventtime/pending-time.js'
import type { Input } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { makeGateInput } from '../../../../../src/runtime/taskmanager/task/gate-input-factory.js'
import type { SourceStatus } from '../../../../../src/runtime/taskmanager/operators/stream-operator.js'
import { testBarrier } from '../test-barriers.js'
import { outsideOfLoops } from './outside-of-loops.js'

const INPUT_OF_CHANNEL: readonly number[] = [0, 1, 0]
const ignore = (): void => undefined

class TwoInputs {
  /** What the head was told, as `record 0 a`: element, input, content. */
  readonly told: string[] = []
  /** The head is not done with a watermark that comes while this is false. */
  isDone = true
  readonly #writers: readonly ChannelWriter[]
  readonly #time = new PendingTime(ignore)
  readonly #made: ReturnType<typeof makeGateInput>

  constructor(inputOfChannel = INPUT_OF_CHANNEL) {
    const channels = inputOfChannel.map((input) => {
      const { reader, writer } = new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() })
      return { reader, input, writer }
    })
    this.#writers = channels.map(({ writer }) => writer)
    this.#made = makeGateInput({
      operatorName: 'join',
      inputs: [this.#input(0), this.#input(1)],
      channels,
      origins: inputOfChannel.map((input, producer) => ({ edgeId: `edge ${String(input)}`, producer })),
      iteration: outsideOfLoops,
      isAligned: true,
      mayContinue: () => true,
      time: this.#time,
      clock: new ManualClock(),
      checkpoints: {
        checkpoint: ({ checkpointId }) => this.told.push(`checkpoint ${String(checkpointId)}`),
        abort: (checkpointId) => this.told.push(`abort ${String(checkpointId)}`),
        abandon: (checkpointId) => this.told.push(`abandon ${String(checkpointId)}`),
      },
    })
  }

  get io() {
    const { io } = this.#made
    return { inputRecords: io.inputRecords(), inputWatermarks: io.inputWatermarks() }
  }

  timeReport() {
    return this.#made.timeReport()
  }

  get isInWatermark(): boolean {
    return this.#time.isPending
  }

  writer(channel: number): ChannelWriter {
    const writer = this.#writers[channel]
    assert.ok(writer)
    return writer
  }

  write(channel: number, ...values: readonly string[]): void {
    for (const value of values) this.writer(channel).writeRecord(value, 0, 0)
    this.writer(channel).flush()
  }

  /** As the task does: input after input, while the head is done with time. */
  work(): SourceStatus {
    if (!this.#time.continue()) return 'waiting'
    for (;;) {
      const status = this.#made.input.process()
      if (status !== 'more') return status
    }
  }

  #input(number: number): Input {
    const tell = (element: string, content: unknown): boolean => {
      this.told.push(`${element} ${String(number)} ${String(content)}`)
      return this.isDone
    }
    return {
      processElement: (value) => void tell('record', value),
      prepareKeys: ignore,
      processWatermark: (timestamp) => tell('watermark', timestamp),
      processWatermarkStatus: (status) => tell('status', status),
    }
  }
}

describe('A task with two inputs', () => {
  it('gives records to the input that their channel belongs to, and counts those of each', () => {
    const inputs = new TwoInputs()
    inputs.write(0, 'a')
    inputs.write(1, 'b')
    inputs.write(2, 'c')
    inputs.work()
    assert.deepEqual(inputs.told, ['record 0 a', 'record 1 b', 'record 0 c'])
    assert.deepEqual(inputs.io.inputRecords, [2, 1])
  })

  it('has a time for each input, from the channels of that input alone', () => {
    const inputs = new TwoInputs()
    inputs.writer(0).writeWatermark(10)
    inputs.writer(1).writeWatermark(3)
    inputs.work()
    assert.deepEqual(inputs.told, ['watermark 1 3'])
    inputs.writer(2).writeWatermark(7)
    inputs.work()
    assert.deepEqual(inputs.told, ['watermark 1 3', 'watermark 0 7'])
    assert.deepEqual(inputs.io.inputWatermarks, [7, 3])
    inputs.writer(1).writeWatermarkStatus('idle')
    inputs.work()
    assert.deepEqual(inputs.told.slice(2), ['status 1 idle'])
  })

  for (const last of INPUT_OF_CHANNEL.keys()) {
    it(`takes a checkpoint when its barrier is there from all channels of both inputs, channel ${String(last)} last`, () => {
      const inputs = new TwoInputs()
      const barrier = testBarrier(1)
      const others = [...INPUT_OF_CHANNEL.keys()].filter((channel) => channel !== last)
      for (const channel of others) {
        inputs.writer(channel).writeBarrier(barrier)
        inputs.write(channel, 'after')
      }
      inputs.write(last, 'before')
      inputs.work()
      assert.deepEqual(inputs.told, [`record ${String(INPUT_OF_CHANNEL[last])} before`])
      inputs.writer(last).writeBarrier(barrier)
      inputs.work()
      const after = others.map((channel) => `record ${String(INPUT_OF_CHANNEL[channel])} after`)
      assert.equal(inputs.told[1], 'checkpoint 1')
      assert.deepEqual(inputs.told.slice(2).sort(), after.sort())
    })
  }

  it('waits for no barrier of an input that has ended', () => {
    const inputs = new TwoInputs()
    inputs.writer(0).writeBarrier(testBarrier(1))
    inputs.writer(2).writeBarrier(testBarrier(1))
    inputs.work()
    inputs.writer(1).writeEndOfData()
    inputs.writer(1).writeEndOfPartition()
    inputs.work()
    assert.deepEqual(inputs.told, ['checkpoint 1'])
  })

  it('takes nothing of any input while its head is not done with a watermark, and goes on where it stopped', () => {
    const inputs = new TwoInputs()
    inputs.isDone = false
    inputs.writer(1).writeWatermark(5)
    for (const channel of [0, 1, 2]) {
      inputs.writer(channel).writeBarrier(testBarrier(1))
      inputs.write(channel, 'after')
      inputs.writer(channel).writeEndOfData()
      inputs.writer(channel).writeEndOfPartition()
    }
    for (let turn = 0; turn < 3; turn += 1) assert.equal(inputs.work(), 'waiting')
    assert.equal(inputs.isInWatermark, true)
    // The watermark was asked for three times, and whatever had come before it was not.
    assert.deepEqual(new Set(inputs.told), new Set(['watermark 1 5']))
    assert.equal(inputs.told.length, 3)
    inputs.isDone = true
    assert.equal(inputs.work(), 'end')
    assert.equal(inputs.isInWatermark, false)
    const rest = inputs.told.slice(3)
    assert.deepEqual(rest.slice(0, 2), ['watermark 1 5', 'checkpoint 1'])
    assert.equal(rest.filter((told) => told.startsWith('record')).length, 3)
  })

  it('tells a status only after the watermark that came out with it is done', () => {
    const inputs = new TwoInputs()
    inputs.writer(0).writeWatermark(9)
    inputs.writer(0).writeWatermarkStatus('idle')
    inputs.work()
    inputs.isDone = false
    inputs.writer(2).writeWatermarkStatus('idle')
    inputs.work()
    inputs.work()
    inputs.isDone = true
    inputs.work()
    assert.deepEqual(inputs.told, ['watermark 0 9', 'watermark 0 9', 'watermark 0 9', 'status 0 idle'])
  })

  it('reports which channels each input waits for; idle ones hold nobody back', () => {
    const inputs = new TwoInputs()
    inputs.writer(0).writeWatermark(9)
    inputs.writer(2).writeWatermark(4)
    inputs.writer(1).writeWatermarkStatus('idle')
    inputs.work()
    assert.deepEqual(inputs.timeReport(), [
      { watermark: 4, isIdle: false, holders: [{ edgeId: 'edge 0', producer: 2 }] },
      { watermark: Number.NEGATIVE_INFINITY, isIdle: true, holders: [] },
    ])
  })

  it('cannot have a channel to an input that its head has not', () => {
    assert.throws(
      () => new TwoInputs([0, 1, 2]),
      (error) => FlinkError.is(error, 'ASSERTION_FAILED') && error.message.includes('join has no input 2'),
    )
  })
})
