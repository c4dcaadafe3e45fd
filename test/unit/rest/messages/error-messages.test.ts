import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'
import { errorAnswer } from '../../../../src/rest/error-answer.js'
import { refusalOf } from '../../../../src/rest/messages/error-messages.js'

const JOB = 'ab'.repeat(16)
const HANDLER_EXCEPTION = 'org.apache.flink.runtime.rest.handler.RestHandlerException'

describe('An answer that refuses', () => {
  it('is an object with errors and nothing else', () => {
    for (const body of [undefined, null, 'errors', [], {}, { errors: ['x'], jobs: [] }]) {
      assert.equal(refusalOf(body), undefined)
    }
    assert.equal(refusalOf({ errors: ['a', 'b'] }), 'a, b')
  })

  it('is told without the classes and frames of Java', () => {
    const frames = '\n\tat org.apache.flink.X.handle(X.java:12)\n\t... 4 more'
    const trace = `${HANDLER_EXCEPTION}: No.${frames}\nCaused by: java.lang.IllegalStateException: Not now.${frames}`
    assert.equal(refusalOf({ errors: [trace] }), 'No.\nCaused by: Not now.')
    const server = [
      'Internal server error.',
      `<Exception on server side:\n${trace}\n\nEnd of exception on server side>`,
    ]
    assert.equal(refusalOf({ errors: server }), 'No.\nCaused by: Not now.')
  })

  it('is told without causes that only repeat', () => {
    const trace = `${HANDLER_EXCEPTION}: No: not now.\nCaused by: java.lang.Error: not now.\nCaused by: java.lang.Error: Busy.`
    assert.equal(refusalOf({ errors: [trace] }), 'No: not now.\nCaused by: Busy.')
  })

  it('of this engine says the same as its error, whatever its status', () => {
    for (const error of [
      new FlinkError('CONTROL_REQUEST_INVALID', { reason: 'not so' }),
      new FlinkError('INCREMENTAL_CHECKPOINT_UNSUPPORTED', {}),
      new FlinkError('LOG_NOT_FOUND', { process: 'JobManager', list: '/jobmanager/logs' }),
      new FlinkError('JAR_RUN_FAILED', { reason: 'the program threw' }),
    ]) {
      assert.equal(refusalOf(errorAnswer(error).body), error.message)
    }
    const unknown = new FlinkError('JOB_NOT_FOUND', { jobId: JOB })
    assert.equal(refusalOf(errorAnswer(unknown).body), `Job ${JOB} not found\nCaused by: ${unknown.message}`)
  })
})

describe('An error as Flink gives it', () => {
  it('begins with the class of its exception', () => {
    const { status, body } = errorAnswer(new FlinkError('CONTROL_REQUEST_INVALID', { reason: 'not so' }))
    assert.deepEqual([status, body], [400, { errors: [`${HANDLER_EXCEPTION}: not so`] }])
  })

  it('is plain where Flink has no exception', () => {
    const { status, body } = errorAnswer(new FlinkError('JAR_UPLOAD_TOO_LARGE', { limit: 7 }))
    assert.equal(status, 413)
    assert.match((body as { errors: string[] }).errors[0] ?? '', /^The file is longer than 7 bytes\./)
  })
})
