/** Time of a task with two inputs of two channels each, from the channels to what its operator emits: facts of Flink's own test. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import { PendingTime } from '../../../../../src/runtime/taskmanager/eventtime/pending-time.js'
import type { ChannelWriter } from '../../../../../src/runtime/taskmanager/network/channel.js'
import { LocalChannel } from '../../../../../src/runtime/taskmanager/network/local-channel.js'
import { createOperator } from '../../../../../src/runtime/taskmanager/task/operator-factory.js'
import { makeGateInput } from '../../../../../src/runtime/taskmanager/task/gate-input-factory.js'
import { bindingOf } from '../../../../operators/operator-harness.js'
import { record, status, watermark, type OutputElement } from '../../../../operators/stream-elements.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'
import { outsideOfLoops } from './outside-of-loops.js'

const ignore = (): void => undefined

class TwoInputTask {
  readonly #writers: readonly ChannelWriter[]
  readonly #context = new TestOperatorContext()
  readonly #work: () => void

  constructor() {
    const channels = [0, 0, 1, 1].map((input) => {
      const { reader, writer } = new LocalChannel({ onData: ignore, onRoom: ignore, copier: new RowCopier() })
      return { reader, input, writer }
    })
    this.#writers = channels.map(({ writer }) => writer)
    const same = (value: unknown): unknown => value
    const binding = bindingOf({ kind: 'co-map', function: { map1: same, map2: same } }, undefined, undefined)
    const { name: operatorName, inputs } = createOperator(binding, this.#context)
    const { input } = makeGateInput({
      operatorName,
      inputs,
      channels,
      origins: channels.map((_, producer) => ({ edgeId: 'edge', producer })),
      iteration: outsideOfLoops,
      isAligned: true,
      mayContinue: () => true,
      time: new PendingTime(ignore),
      clock: new ManualClock(),
      checkpoints: { checkpoint: ignore, abort: ignore, abandon: ignore },
    })
    this.#work = () => {
      while (input.process() === 'more');
    }
  }

  channel(input: number, channel: number): ChannelWriter {
    const writer = this.#writers[input * 2 + channel]
    assert.ok(writer)
    return writer
  }

  emitted(): readonly OutputElement[] {
    for (const writer of this.#writers) writer.flush()
    this.#work()
    return this.#context.output.take()
  }
}

describe('A task with two inputs', () => {
  it('emits the smallest watermark of all channels that are not idle, and one status for all', () => {
    const task = new TwoInputTask()
    task.channel(0, 0).writeWatermark(0)
    task.channel(0, 1).writeWatermark(0)
    task.channel(1, 0).writeWatermark(0)
    assert.deepEqual(task.emitted(), [])
    task.channel(1, 1).writeWatermark(0)
    assert.deepEqual(task.emitted(), [watermark(0)])

    task.channel(0, 0).writeRecord('Hello', 0, 0)
    task.channel(1, 1).writeRecord(42, 0, 0)
    assert.deepEqual(task.emitted(), [record('Hello', 0), record(42, 0)])

    task.channel(0, 0).writeWatermark(4)
    task.channel(0, 1).writeWatermark(3)
    task.channel(1, 0).writeWatermark(3)
    task.channel(1, 1).writeWatermark(2)
    assert.deepEqual(task.emitted(), [watermark(2)])
    task.channel(1, 1).writeWatermark(4)
    assert.deepEqual(task.emitted(), [watermark(3)])
    task.channel(0, 1).writeWatermark(4)
    task.channel(1, 0).writeWatermark(4)
    assert.deepEqual(task.emitted(), [watermark(4)])

    task.channel(0, 1).writeWatermarkStatus('idle')
    task.channel(1, 0).writeWatermarkStatus('idle')
    task.channel(0, 0).writeWatermark(6)
    task.channel(1, 1).writeWatermark(5)
    assert.deepEqual(task.emitted(), [watermark(5)])
    task.channel(1, 1).writeWatermarkStatus('idle')
    assert.deepEqual(task.emitted(), [watermark(6)])
    task.channel(0, 0).writeWatermarkStatus('idle')
    assert.deepEqual(task.emitted(), [status('idle')])
    task.channel(1, 0).writeWatermarkStatus('active')
    task.channel(0, 1).writeWatermarkStatus('active')
    assert.deepEqual(task.emitted(), [status('active')])
  })
})
