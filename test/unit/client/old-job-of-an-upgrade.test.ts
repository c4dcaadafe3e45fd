/** What an upgrade asks the old job, and how it waits for its stop. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { answeringJob, JOB } from './answering-job.js'

const START = { jobFile: '/srv/job.js', file: null, entry: null, args: [], configuration: {}, jobs: 1 }

/** What `ask` comes to where the job gives this answer; the code of the error where it throws. */
async function asked(
  context: TestContext,
  question: 'status' | 'startOf',
  answer: unknown,
): Promise<{ readonly path: string | undefined; readonly result: unknown }> {
  let path: string | undefined
  const { client } = await answeringJob(context, (request, response) => {
    path = request.url
    response.end(JSON.stringify(answer))
  })
  const result: unknown = await client[question](JOB).catch((error: unknown) => {
    return FlinkError.is(error) ? error.code : error
  })
  return { path, result }
}

interface Wait {
  readonly told: string[]
  readonly sleeps: number[]
  readonly result: Promise<string>
}

/** Waits for a stop of which the job says what `answers` do, one look after the other; each look takes as long as is waited. */
async function waited(
  context: TestContext,
  answers: readonly ((response: ServerResponse) => unknown)[],
): Promise<Wait> {
  let now = 0
  let looks = 0
  const told: string[] = []
  const sleeps: number[] = []
  const sleep = (ms: number): Promise<void> => {
    sleeps.push(ms)
    now += ms
    return Promise.resolve()
  }
  const { client, leave } = await answeringJob(
    context,
    (request, response) => {
      if (request.method === 'POST') response.end(JSON.stringify({ 'request-id': 't1' }))
      else if (request.url !== `/v1/jobs/${JOB}/savepoints/t1`) response.end('{}')
      else {
        answers[Math.min(looks, answers.length - 1)]?.(response)
        looks += 1
      }
    },
    () => now,
    { sleep, timeoutMs: 200 },
  )
  const triggered = await client.triggerStop(JOB, { targetDirectory: undefined, drain: false })
  leave()
  return { told, sleeps, result: client.awaitStop(triggered, (text) => told.push(text)) }
}

const COMPLETED = { status: { id: 'COMPLETED' }, operation: { location: 'file:/sp/savepoint-1' } }
const PENDING = { status: { id: 'IN_PROGRESS' }, operation: null }

function says(answer: unknown): (response: ServerResponse) => unknown {
  return (response) => response.end(JSON.stringify(answer))
}

function saysNothing(): void {
  // The request is kept waiting.
}

describe('The old job of an upgrade', () => {
  it('is asked for its state; what is no state is not understood', async (context) => {
    assert.deepEqual(await asked(context, 'status', { status: 'RESTARTING' }), {
      path: `/v1/jobs/${JOB}/status`,
      result: 'RESTARTING',
    })
    for (const answer of [null, {}, { status: 5 }]) {
      assert.equal((await asked(context, 'status', answer)).result, 'CONTROL_SOCKET_FAILED')
    }
  })

  it('is asked how it was started, which an older engine does not know', async (context) => {
    assert.deepEqual(await asked(context, 'startOf', START), { path: `/v1/jobs/${JOB}/start`, result: START })
    assert.equal((await asked(context, 'startOf', { errors: ['Not found: /start'] })).result, undefined)
    const refused = { errors: ['Internal server error'] }
    assert.equal((await asked(context, 'startOf', refused)).result, 'CONTROL_REQUEST_FAILED')
    for (const answer of [null, {}, { jobFile: null }]) {
      assert.equal((await asked(context, 'startOf', answer)).result, 'CONTROL_SOCKET_FAILED')
    }
  })

  it('is waited for longer than any timeout, and looked at after a twentieth of the wait, once a second at the least', async (context) => {
    const pending = Array.from({ length: 200 }, () => says(PENDING))
    const { sleeps, told, result } = await waited(context, [...pending, says(COMPLETED)])
    assert.equal(await result, 'file:/sp/savepoint-1')
    assert.equal(sleeps.length, 201)
    assert.deepEqual(sleeps.slice(0, 20), Array(20).fill(10))
    let before = 0
    for (const ms of sleeps) {
      assert.equal(ms, Math.min(Math.max(10, before * 0.05), 1000))
      before += ms
    }
    assert.equal(told.length, 1)
  })

  it('is waited for also where it does not answer in time, which is told once', async (context) => {
    const { told, result } = await waited(context, [saysNothing, saysNothing, says(COMPLETED)])
    assert.equal(await result, 'file:/sp/savepoint-1')
    assert.equal(told.length, 1)
    assert.match(told.join(), /does not answer: its process \(1\) lives/)
  })

  it('is not waited for any longer once it has gone, has failed or answers with rubbish', async (context) => {
    const gone = await waited(context, [(response) => response.destroy()])
    await assert.rejects(gone.result, { code: 'CONTROL_SOCKET_FAILED' })
    const cause = { 'stack-trace': 'Error: no space left on device\n    at write (a.js:1:1)' }
    const failed = await waited(context, [says({ ...COMPLETED, operation: { 'failure-cause': cause } })])
    await assert.rejects(failed.result, (error) => {
      return FlinkError.is(error, 'CONTROL_REQUEST_FAILED') && /no space left on device$/.test(error.message)
    })
    for (const answer of [null, {}]) {
      await assert.rejects((await waited(context, [says(answer)])).result, { code: 'CONTROL_SOCKET_FAILED' })
    }
  })
})
