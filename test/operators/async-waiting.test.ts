/** What an asynchronous operator holds: elements that wait for a place, and records that are not answered yet. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AskedFunction, ASYNC_MODES, asyncSpec } from './async-case.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { ONE_SLOT, type OutputRoom } from './recording-output.js'
import { record, watermark } from './stream-elements.js'
import { TestOperatorContext } from './test-operator-context.js'
import type { AsyncOutputMode } from '../../src/api/dag/operators/async-spec.js'

async function opened(
  fn: AskedFunction,
  outputMode: AsyncOutputMode,
  room?: OutputRoom,
): Promise<OneInputStreamOperatorTestHarness> {
  const context = new TestOperatorContext(room === undefined ? {} : { room })
  const binding = bindingOf(asyncSpec(fn, { outputMode, capacity: 1 }), byFirst)
  return new OneInputStreamOperatorTestHarness(binding, context).open()
}

describe('An asynchronous operator that is full', () => {
  for (const outputMode of ASYNC_MODES) {
    it(`emits the last of the watermarks that waited, and looks at its output before it, ${outputMode}`, async () => {
      const fn = new AskedFunction()
      const harness = await opened(fn, outputMode, ONE_SLOT)
      for (const id of [1, 2]) harness.processElement(['a', id], id)
      for (let time = 3; time <= 20; time += 1) harness.processWatermark(time)
      for (const call of [0, 1]) {
        fn.complete(call, `a${call}`)
        harness.runEmissions()
      }
      assert.deepEqual(harness.context.output.take(), [record('a0', 1), record('a1', 2), watermark(20)])
      await harness.finishAndClose()
    })
  }
})

describe('An asynchronous operator says that it holds records, so that a loop does not end,', () => {
  it('while one is not answered, or waits, and no longer than until its results are out', async () => {
    const fn = new AskedFunction()
    const harness = await opened(fn, 'unordered')
    const { operator } = harness
    assert.equal(operator.holdsRecords, false)
    for (const id of [1, 2]) harness.processElement(['a', id], id)
    fn.complete(0, 'a1')
    assert.equal(operator.holdsRecords, true)
    harness.runEmissions()
    assert.equal(operator.holdsRecords, true, 'the second one has waited for its place')
    fn.complete(1, 'a2')
    assert.equal(operator.holdsRecords, true, 'its result is not out')
    harness.runEmissions()
    assert.equal(operator.holdsRecords, false)
    await harness.finishAndClose()
  })

  it('also when they come from a snapshot', async () => {
    const first = await opened(new AskedFunction(), 'unordered')
    first.processElement(['a', 1], 1)
    const state = await first.snapshot()
    await first.close()
    const fn = new AskedFunction()
    const binding = bindingOf(asyncSpec(fn, { outputMode: 'unordered' }), byFirst)
    const restored = new OneInputStreamOperatorTestHarness(binding)
    await restored.operator.initializeState(state, 1)
    assert.equal(restored.operator.holdsRecords, true)
    await restored.operator.open()
    assert.equal(restored.operator.holdsRecords, true)
    fn.complete(0, 'a1')
    await restored.finishAndClose()
    assert.equal(restored.operator.holdsRecords, false)
  })
})
