import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RowCopier } from '../../../../../src/core/types/row-copier.js'
import { SourceRecordQueue } from '../../../../../src/runtime/taskmanager/operators/source-record-queue.js'
import { RecordingOutput, UNLIMITED } from '../../../../operators/recording-output.js'
import { record, status, watermark } from '../../../../operators/stream-elements.js'

describe('SourceRecordQueue', () => {
  it('keeps a watermark that is not done downstream as its oldest element', () => {
    const queue = new SourceRecordQueue(new RowCopier())
    const output = new RecordingOutput({ ...UNLIMITED, watermarkRefusals: 2 })
    queue.pushIdle()
    queue.pushWatermark(5)
    queue.push('a', 7)
    const answers: boolean[] = []
    while (queue.length > 0) {
      output.drain()
      answers.push(queue.emitNext(output))
    }
    assert.deepEqual(answers, [true, false, false, true, true])
    // That it is active again is told once, before the watermark is first tried.
    assert.deepEqual(output.emitted, [status('idle'), status('active'), watermark(5), record('a', 7)])
  })

  it('forgets a watermark that is not done when it is cleared', () => {
    const queue = new SourceRecordQueue(new RowCopier())
    const output = new RecordingOutput({ ...UNLIMITED, watermarkRefusals: 1 })
    queue.pushWatermark(5)
    assert.equal(queue.emitNext(output), false)
    queue.clear()
    assert.equal(queue.length, 0)
  })
})
