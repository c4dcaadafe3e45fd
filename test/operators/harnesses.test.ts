/** The drivers that the modes stand on. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { specOf } from './engine-operator.js'
import { JoiningOperator, JoinSides } from './joining-operator.js'
import { KeyedOneInputStreamOperatorTestHarness } from './keyed-one-input-stream-operator-test-harness.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { bindingOf, byFirst, turn } from './operator-harness.js'
import { CountOfKey } from './planted-operators.js'
import { ONE_SLOT, RecordingOutput, WATERMARKS_REFUSED } from './recording-output.js'
import { SortingBuffer, SortingOperator } from './sorting-operator.js'
import { record, status, watermark } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'
import { TwoInputStreamOperatorTestHarness } from './two-input-stream-operator-test-harness.js'
import { UnionOutput } from './union-output.js'

describe('KeyedOneInputStreamOperatorTestHarness', () => {
  it('takes keys of its subtask only', async () => {
    const context = new TestOperatorContext({ taskInfo: { subtaskIndex: 1, parallelism: 2 } })
    const spec = { kind: 'flat-map', function: new CountOfKey() } as const
    const harness = await new KeyedOneInputStreamOperatorTestHarness(spec, byFirst, context).open()
    harness.processElement(['a', 1])
    harness.processElement(['a', 1])
    assert.deepEqual(harness.context.output.values(), [
      ['a', 1],
      ['a', 2],
    ])
    assert.throws(() => {
      harness.processElement(['c', 1])
    }, /a key of another subtask/)
    await harness.finishAndClose()
  })
})

describe('TwoInputStreamOperatorTestHarness', () => {
  it('gives each input its elements', async () => {
    const binding = bindingOf(specOf(JoiningOperator, new JoinSides()), byFirst, byFirst)
    const harness = await new TwoInputStreamOperatorTestHarness(binding).open()
    harness.processElement1(['a', 1], 5)
    harness.processElement2(['a', 2], 3)
    harness.processWatermark1(7)
    harness.processWatermark2(6)
    harness.processWatermarkStatus1('idle')
    harness.processWatermarkStatus2('idle')
    assert.deepEqual(harness.context.output.take(), [record(['a', 1, 2], 5), watermark(6), status('idle')])
    await harness.finishAndClose()
  })
})

describe('OneInputStreamOperatorTestHarness', () => {
  it('asks again with the same watermark until the operator is done', async () => {
    const context = new TestOperatorContext({ room: ONE_SLOT })
    const binding = bindingOf(specOf(SortingOperator, new SortingBuffer()))
    const harness = await new OneInputStreamOperatorTestHarness(binding, context).open()
    for (const n of [2, 1, 3, 9]) harness.processElement(n, n)
    harness.processWatermark(5)
    harness.processWatermarkStatus('idle')
    assert.equal(harness.notDone, 2)
    assert.deepEqual(context.output.take(), [...[1, 2, 3].map((n) => record(n, n)), watermark(5), status('idle')])
    await harness.finishAndClose()
    assert.deepEqual(context.output.take(), [record(9, 9)])
  })

  it('runs timers at their own times, and the mail of each before the next', async () => {
    const context = new TestOperatorContext()
    const harness = new OneInputStreamOperatorTestHarness(
      bindingOf({ kind: 'map', function: { map: (x) => x } }),
      context,
    )
    const runs: string[] = []
    for (const delay of [20, 10]) {
      context.clock.setTimer(delay, () => {
        runs.push(`timer at ${context.clock.now()}`)
        context.enqueueMail(() => runs.push(`mail at ${context.clock.now()}`))
      })
    }
    harness.setProcessingTime(1100)
    await turn()
    assert.deepEqual(runs, ['timer at 1010', 'mail at 1010', 'timer at 1020', 'mail at 1020'])
    assert.equal(context.clock.now(), 1100)
  })
})

describe('RecordingOutput', () => {
  it('lets nothing come between a watermark that is not done downstream and the same watermark again', () => {
    for (const wrong of [
      (output: RecordingOutput) => output.emitWatermark(6),
      (output: RecordingOutput) => output.emitWatermarkStatus('idle'),
      (output: RecordingOutput) => output.collect('x', 1),
      (output: RecordingOutput) => output.collectSideOutput('tag', 'x', 1),
    ]) {
      const output = new RecordingOutput(WATERMARKS_REFUSED)
      assert.equal(output.emitWatermark(5), false)
      assert.equal(output.isAvailable, false)
      output.drain()
      assert.throws(() => wrong(output), /although watermark 5 was not done downstream/)
      assert.match(String(output.violation), /although watermark 5/)
    }
  })

  it('takes no watermark that goes back or comes twice', () => {
    const output = new RecordingOutput()
    output.emitWatermark(5)
    assert.throws(() => output.emitWatermark(5), /emitted watermark 5 after watermark 5/)
  })
})

describe('UnionOutput', () => {
  it('has the watermark that all subtasks have, and is idle when all of them are', () => {
    const union = new UnionOutput(2)
    union.add(0, [record(1), watermark(5), status('idle')])
    union.add(1, [record(2), watermark(3), status('idle'), status('active'), watermark(9)])
    assert.deepEqual(union.elements, [
      ...[record(1), record(2), watermark(3)],
      ...[status('idle'), status('active'), watermark(5)],
    ])
  })

  it('takes time that is told again after a restore for no news, and everything else for news', () => {
    const union = new UnionOutput(1)
    union.add(0, [watermark(5), status('idle')])
    union.restart(2)
    union.addRepeated(0, [watermark(5), status('idle')])
    union.addRepeated(1, [record(1), watermark(5), status('idle')])
    union.add(0, [watermark(6)])
    union.add(1, [watermark(7)])
    assert.deepEqual(union.elements, [watermark(5), status('idle'), record(1), watermark(6)])
  })
})
