import assert from 'node:assert/strict'
import { it } from 'node:test'
import { OwnTime } from '../../../../../../src/runtime/taskmanager/operators/own/own-time.js'
import { watermark } from '../../../../../operators/stream-elements.js'
import { TestOperatorContext } from '../../../../../operators/test-operator-context.js'

it('of the watermarks that an operator emits while its timers are still to fire, the highest one follows them', () => {
  const context = new TestOperatorContext()
  let isDone = false
  const time = new OwnTime(context, () => isDone)
  time.advance(10)
  for (const timestamp of [7, 9, 8]) time.emitWatermark(timestamp)
  assert.ok(!time.continue())
  assert.deepEqual(context.output.take(), [])
  isDone = true
  assert.ok(time.continue())
  time.emitWatermark(8)
  time.emitWatermark(11)
  assert.deepEqual(context.output.take(), [watermark(9), watermark(11)])
})
