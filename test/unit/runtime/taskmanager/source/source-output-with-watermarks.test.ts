import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PendingTime } from '../../../../../src/runtime/taskmanager/eventtime/pending-time.js'
import { WatermarkEmitter } from '../../../../../src/runtime/taskmanager/eventtime/watermark-emitter.js'
import { SourceOutputWithWatermarks } from '../../../../../src/runtime/taskmanager/source/source-output-with-watermarks.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

test('a record of a source comes after the watermark that was pending at the task', () => {
  const seen: string[] = []
  let tries = 0
  const emitWatermark = (): boolean => {
    tries += 1
    seen.push(tries === 1 ? 'watermark refused' : 'watermark')
    return tries > 1
  }
  const time = new PendingTime(() => undefined)
  const emitter = new WatermarkEmitter({ emitWatermark, emitWatermarkStatus: () => undefined }, time)
  const { output } = new TestOperatorContext()
  output.collect = () => seen.push('record')
  const shared = { operatorName: 'Op', output, emitter, assigner: undefined, badRecords: undefined }
  const source = new SourceOutputWithWatermarks(shared, { generator: undefined, immediate: emitter, deferred: emitter })
  source.emitWatermark(5)
  source.collect('record', 6)
  assert.deepEqual(seen, ['watermark refused', 'watermark', 'record'])
  assert.equal(time.isPending, false)
})
