import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import { WatermarkEmitter } from '../../../../../src/runtime/taskmanager/eventtime/watermark-emitter.js'
import { SourceRecordQueue } from '../../../../../src/runtime/taskmanager/operators/source-record-queue.js'
import { UNLIMITED } from '../../../../operators/recording-output.js'
import { record, status, watermark } from '../../../../operators/stream-elements.js'
import { TestOperatorContext } from '../../../../operators/test-operator-context.js'

describe('SourceRecordQueue', () => {
  it('emits nothing more once a watermark is pending, where it is asked as a source asks it', () => {
    const context = new TestOperatorContext({ room: { ...UNLIMITED, watermarkRefusals: 2 } })
    const { output, time } = context
    const queue = new SourceRecordQueue(new RowCopier(), output, new WatermarkEmitter(output, time))
    queue.pushIdle()
    queue.pushWatermark(5)
    queue.push('a', 7)
    const lengths: number[] = []
    while (queue.length > 0) {
      output.drain()
      if (context.isOutputAvailable()) queue.emitNext()
      else time.continue()
      lengths.push(queue.length)
    }
    assert.deepEqual(lengths, [2, 1, 1, 1, 0])
    // That it is active again is told once, before the watermark is first tried.
    assert.deepEqual(output.emitted, [status('idle'), status('active'), watermark(5), record('a', 7)])
  })
})
