import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError, type ErrorCode } from '../../../../src/core/errors/flink-error.js'
import { answerOfArchive } from '../../../../src/rest/archive/answer-of-archive.js'
import { archiveOfOverview } from '../../../../src/rest/archive/archive-of-overview.js'
import type { JobArchive } from '../../../../src/rest/archive/job-archive.js'
import type { JobOverview } from '../../../../src/rest/messages/job-messages.js'
import type { SubtaskExecutionAttemptDetailsInfo } from '../../../../src/rest/messages/vertex-messages.js'
import type { AttemptReport } from '../../../../src/rest/vertices/vertex-report.js'

const JOB = 'a'.repeat(32)
const VERTEX = 'b'.repeat(32)

function attempt(number: number, state: AttemptReport['state']): AttemptReport {
  return {
    ...{ subtask: 0, attempt: number, executionId: `v_0_${String(number)}`, state },
    timestamps: { CREATED: 1, SCHEDULED: 2, DEPLOYING: 3, INITIALIZING: 5, RUNNING: 8, [state]: 20 },
    place: { host: 'here', endpoint: 'here:1', taskManagerId: 'here:1-aaaaaa' },
    metrics: { numRecordsIn: 7 },
    accumulators: [{ name: 'lines', type: 'IntCounter', value: '7' }],
  }
}

function archiveOf(state: string): JobArchive {
  const overview = { jid: JOB, name: 'job', state, 'start-time': 1, 'end-time': 30, duration: 29 } as JobOverview
  const subtask = { current: attempt(1, 'FINISHED'), earlier: [attempt(0, 'FAILED')] }
  const vertex = { id: VERTEX, name: 'Map', parallelism: 1, maxParallelism: 128, subtasks: [subtask] }
  return { ...archiveOfOverview(overview), vertices: [vertex] }
}

const get = (url: string, state = 'FINISHED') => answerOfArchive(archiveOf(state), { method: 'GET', url })
const patch = (url: string, state: string) => answerOfArchive(archiveOf(state), { method: 'PATCH', url })

describe('A job that has ended', () => {
  it('tells of its attempts, also those before the last one', async () => {
    const last = await get(`/jobs/${JOB}/vertices/${VERTEX}/subtasks/0`)
    assert.equal((last.body as SubtaskExecutionAttemptDetailsInfo).attempt, 1)
    const first = (await get(`/jobs/${JOB}/vertices/${VERTEX}/subtasks/0/attempts/0`)).body
    const { status, metrics, duration } = first as SubtaskExecutionAttemptDetailsInfo
    assert.deepEqual([status, metrics['read-records'], duration], ['FAILED', 7, 17])
  })

  it('takes what is no parameter for what it says', async () => {
    const { body } = await get(`/jobs/${JOB}/vertices/${VERTEX}/subtasks/accumulators`)
    assert.equal((body as { parallelism: number }).parallelism, 1)
    assert.deepEqual((await get(`/jobs/${JOB}/vertices/${VERTEX}/subtasks/metrics`)).body, [])
  })

  it('tells what a vertex accumulated: merged, or in older archives one subtask after the other', async () => {
    const url = `/jobs/${JOB}/vertices/${VERTEX}/accumulators`
    const lines = { name: 'lines', type: 'IntCounter', value: '7' }
    assert.deepEqual((await get(url)).body, { id: VERTEX, 'user-accumulators': [lines] })
    const merged = { ...lines, value: '12' }
    const archive = { ...archiveOf('FINISHED'), vertexAccumulators: { [VERTEX]: [merged] } }
    const { body } = await answerOfArchive(archive, { method: 'GET', url })
    assert.deepEqual(body, { id: VERTEX, 'user-accumulators': [merged] })
  })

  it('has no metrics any more, as in Flink, and does not know paths that there are not', async () => {
    assert.deepEqual(await get(`/jobs/${JOB}/metrics?get=numRestarts`), { status: 200, body: [] })
    assert.equal((await get(`/jobs/${JOB}/nothing`)).status, 404)
  })

  it('can be cancelled where it was, and else has ended in another way', async () => {
    assert.equal((await patch(`/jobs/${JOB}`, 'CANCELED')).status, 202)
    await assert.rejects(patch(`/jobs/${JOB}`, 'FINISHED'), hasCode('JOB_ALREADY_TERMINAL'))
  })

  it('does nothing more', async () => {
    const savepoint = { method: 'POST', url: `/jobs/${JOB}/savepoints` } as const
    await assert.rejects(answerOfArchive(archiveOf('FINISHED'), savepoint), hasCode('JOB_NOT_RUNNING'))
    await assert.rejects(get(`/jobs/${JOB}/watermarks`), hasCode('JOB_NOT_RUNNING'))
    await assert.rejects(get(`/jobs/${JOB}/vertices/${'c'.repeat(32)}`), hasCode('VERTEX_NOT_FOUND'))
  })

  it('keeps to itself how it was started', async () => {
    assert.equal((await get(`/jobs/${JOB}/start`)).status, 404)
  })
})

describe('A job whose process died', () => {
  it('is told of by its overview, with why there is no more', async () => {
    const overview = { jid: JOB, name: 'job', state: 'FAILED', 'start-time': 1, 'end-time': 30, duration: 29, died: {} }
    const archive = archiveOfOverview(overview as JobOverview)
    const { body } = await answerOfArchive(archive, { method: 'GET', url: `/jobs/${JOB}/exceptions` })
    assert.match((body as { 'root-exception': string })['root-exception'], /process of the job has ended/)
    const result = await answerOfArchive(archive, { method: 'GET', url: `/jobs/${JOB}/execution-result` })
    assert.match(JSON.stringify(result.body), /"application-status":"FAILED"/)
  })
})

function hasCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => FlinkError.is(error, code)
}
