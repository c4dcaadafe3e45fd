import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { ReasonError } from '../../../src/core/errors/reason-error.js'
import { throwableInfo } from '../../../src/rest/throwable-info.js'

describe('An error of an operation', () => {
  it('has the class by which users of Flink know it, with its frames as Java prints them', () => {
    const error = new FlinkError('CHECKPOINT_DECLINED', { checkpointId: 7, reason: 'no room' })
    error.stack = `FlinkError: ${error.message}\n    at take (file:///a.js:1:2)\n    at async b.js:3:4`
    const { class: className, 'stack-trace': stackTrace } = throwableInfo(error)
    assert.equal(className, 'org.apache.flink.runtime.checkpoint.CheckpointException')
    assert.equal(stackTrace, `${className}: ${error.message}\n\tat take (file:///a.js:1:2)\n\tat async b.js:3:4\n`)
  })

  it('is a FlinkException where Flink has no word for it', () => {
    const unknown = new FlinkError('WORKER_DIED', { worker: 'worker 1', reason: 'killed' })
    const names = [unknown, new ReasonError('nowhere')].map((error) => throwableInfo(error).class)
    assert.deepEqual(names, Array(2).fill('org.apache.flink.util.FlinkException'))
  })

  it('keeps the name that it has where it is of user code, and tells of all of its causes', () => {
    const error = new FlinkError('OPERATOR_FAILED', { operator: 'Map', subtask: 1, parallelism: 1, reason: 'x' })
    error.cause = new RangeError('x', { cause: new Error('') })
    const { 'stack-trace': stackTrace } = throwableInfo(error)
    const heads = stackTrace.split('\n').filter((line) => !line.startsWith('\tat '))
    const first = `org.apache.flink.util.FlinkException: ${error.message}`
    assert.deepEqual(heads, [first, 'Caused by: RangeError: x', 'Caused by: Error', ''])
  })

  it('takes no line of the message for a frame, and needs none', () => {
    const error = new Error('in front\n    at of it')
    assert.equal(throwableInfo(error)['stack-trace'].match(/at of it/g)?.length, 1)
    delete error.stack
    assert.equal(throwableInfo(error)['stack-trace'], 'Error: in front\n    at of it\n')
  })

  it('has an end where its causes go round in a circle', () => {
    const error = new Error('round')
    error.cause = new Error('and round', { cause: error })
    assert.equal(throwableInfo(error)['stack-trace'].match(/Caused by: /g)?.length, 16)
  })
})
