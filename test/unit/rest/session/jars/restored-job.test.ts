import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import type { RestResponse } from '../../../../../src/rest/route.js'
import { namesSnapshot, restoredJob } from '../../../../../src/rest/session/jars/restored-job.js'

const JOB = 'a'.repeat(32)
const NO_FILE = "Cannot find checkpoint or savepoint file/directory '/gone'"
const TRACE = `java.io.FileNotFoundException: ${NO_FILE}\n\tat x.js:1\nCaused by: Error: ENOENT\n    at y.js:2\n`

type Answers = Readonly<Record<string, readonly unknown[]>>

/** Each question is answered by the next of its answers, and in the end by the last; an Error is thrown. */
async function submitted(answers: Answers): Promise<readonly string[]> {
  const asked: string[] = []
  const answerOfJob = (_jobId: string, { url }: { readonly url: string }): Promise<RestResponse> => {
    const place = url.replace(`/jobs/${JOB}`, '')
    const earlier = asked.filter((other) => other === place).length
    asked.push(place)
    const body = answers[place]?.[earlier] ?? answers[place]?.at(-1) ?? {}
    if (body instanceof Error) return Promise.reject(body)
    return Promise.resolve({ status: 200, body: JSON.stringify(body), contentType: 'application/json' })
  }
  const clock = new ManualClock()
  let isDone = false
  const done = restoredJob(JOB, { gateway: { answerOfJob }, clock }).finally(() => {
    isDone = true
  })
  const ticking = (async () => {
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve))
      clock.advance(500)
    }
  })()
  await Promise.all([done, ticking])
  return asked
}

const status = (text: string): object => ({ status: text })

describe('A program that is to go on from a snapshot', () => {
  it('is accepted when its job has opened that', async () => {
    const asked = await submitted({ '/status': [status('INITIALIZING'), status('INITIALIZING'), status('CREATED')] })
    assert.deepEqual(asked, ['/status', '/status', '/status'])
  })

  it('is refused with the reason where it could not', async () => {
    const failed = submitted({
      '/status': [status('INITIALIZING'), status('FAILED')],
      '': [{ timestamps: { INITIALIZING: 1, CREATED: 0, FAILED: 2 } }],
      '/execution-result': [{ 'job-execution-result': { 'failure-cause': { 'stack-trace': TRACE } } }],
    })
    const reason = `java.io.FileNotFoundException: ${NO_FILE}\nCaused by: Error: ENOENT`
    await assert.rejects(failed, {
      code: 'JAR_RUN_FAILED',
      message: `Could not execute application.\nCaused by: Could not start the JobManager of job ${JOB}.\nCaused by: ${reason}`,
    })
  })

  it('is refused also where nobody knows why', async () => {
    const answers = {
      '/status': [status('FAILED')],
      '': [{ timestamps: {} }],
      '/execution-result': [new Error('gone')],
    }
    await assert.rejects(submitted(answers), /Could not start the JobManager of job a{32}\.$/)
  })

  it('is accepted where its job began and failed then, or does not answer', async () => {
    const begun = { '/status': [status('FAILED')], '': [{ timestamps: { CREATED: 5 } }] }
    assert.deepEqual(await submitted(begun), ['/status', ''])
    assert.deepEqual(await submitted({ '/status': [new Error('no answer')] }), ['/status'])
  })

  it('names the snapshot by one of two keys', () => {
    assert.equal(namesSnapshot({ configuration: { 'execution.state-recovery.path': '/sp' } }), true)
    assert.equal(namesSnapshot({ configuration: { 'execution.savepoint.path': '/sp' } }), true)
    assert.equal(namesSnapshot({ configuration: { 'parallelism.default': '2' } }), false)
  })
})
