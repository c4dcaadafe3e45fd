/** What a session makes of jobs that cannot go on: it stays, says so, and has them end when they are told to. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { NUMBERS_JOB } from './numbers-job.js'
import { jobIdIn, SessionUnderTest } from './session-under-test.js'

const CHECKPOINTED = { 'execution.checkpointing.interval': '50 ms', 'execution.checkpointing.dir': 'checkpoints' }

async function begun(
  context: TestContext,
  configuration: Readonly<Record<string, string>> = {},
): Promise<SessionUnderTest> {
  const session = await SessionUnderTest.create({ ...CHECKPOINTED, ...configuration })
  context.after(() => {
    session.remove()
  })
  await session.start()
  return session
}

function untilState(session: SessionUnderTest, jobId: string, state: string): Promise<void> {
  return session.untilJobs(`${jobId} is ${state}`, (jobs) => jobs.find(({ jid }) => jid === jobId)?.state === state)
}

function logOf({ workspace }: SessionUnderTest): string {
  const directory = path.join(workspace.path, 'run/log')
  const name = readdirSync(directory).find((each) => each.endsWith('standalonesession.log')) ?? ''
  return readFileSync(path.join(directory, name), 'utf8')
}

/** What the process of a job that was killed has left in the directory for temporary files goes with the next one that works there. */
function leftoversButOfKilled(session: SessionUnderTest): readonly string[] {
  return session.leftovers().filter((each) => !each.startsWith('temporary flink-ts-program-'))
}

/** A job that was started from a directory which is no more, so that no other process of it begins. */
async function jobWithoutPlace(session: SessionUnderTest): Promise<{ readonly jobId: string; readonly place: string }> {
  session.workspace.file('job.mjs', NUMBERS_JOB)
  session.workspace.file('place/mark', '')
  const place = path.join(session.workspace.path, 'place')
  const run = await session.workspace.startIn(
    'place',
    'run',
    '-t',
    'remote',
    '-m',
    `localhost:${session.port}`,
    '-d',
    '../job.mjs',
  ).ended
  const jobId = jobIdIn(run) ?? ''
  await untilState(session, jobId, 'RUNNING')
  rmSync(place, { recursive: true })
  session.killJob(jobId)
  return { jobId, place }
}

describe('A session cluster', { skip: process.platform !== 'linux' }, () => {
  it('stays where a job of it cannot begin anew, and starts that as soon as it can', async (context) => {
    const session = await begun(context)
    const { jobId, place } = await jobWithoutPlace(session)
    await session.until('it was tried', () => logOf(session).includes('a job was not started again'))
    assert.match(logOf(session), /The working directory is not there any more/)
    await untilState(session, jobId, 'RESTARTING')
    mkdirSync(place)
    await untilState(session, jobId, 'RUNNING')
    await session.stop()
  })

  it('keeps no file of a program that gives no job, and has in its log what that printed', async (context) => {
    const session = await begun(context)
    const text = "export default () => { console.log('a last word'); throw new Error('no job') }"
    const result = await session.trySubmit(session.workspace.file('bad.mjs', text))
    assert.equal(result.exitCode, 1)
    assert.match(logOf(session), /"printed":"a last word\\n"/)
    const files = readdirSync(path.join(session.workspace.path, 'run/log'))
    assert.deepEqual(
      files.filter((name) => name.includes('detached')),
      [],
    )
    await session.stop()
  })

  it('ends a job for good that is cancelled and cannot begin anew', async (context) => {
    const session = await begun(context)
    const { jobId, place } = await jobWithoutPlace(session)
    await untilState(session, jobId, 'RESTARTING')
    assert.equal((await session.ask(`/jobs/${jobId}?mode=cancel`, 'PATCH')).status, 202)
    await untilState(session, jobId, 'CANCELED')
    assert.equal((await session.json<{ readonly status: string }>(`/jobs/${jobId}/status`)).status, 'CANCELED')
    mkdirSync(place)
    await session.stop()
    await session.start()
    await untilState(session, jobId, 'CANCELED')
    await session.stop()
    assert.deepEqual(leftoversButOfKilled(session), [])
  })

  it('cancels its jobs at its end where it is to, also one that has no process just then', async (context) => {
    const session = await begun(context, { 'cluster.jobs-on-shutdown': 'CANCEL' })
    const living = await session.submit(session.workspace.file('job.mjs', NUMBERS_JOB))
    const { jobId: dead, place } = await jobWithoutPlace(session)
    await untilState(session, living, 'RUNNING')
    await untilState(session, dead, 'RESTARTING')
    await session.stop()
    mkdirSync(place)
    assert.deepEqual(leftoversButOfKilled(session), [])
    await session.start()
    await untilState(session, living, 'CANCELED')
    await untilState(session, dead, 'CANCELED')
    await session.stop()
  })

  it('ends where a job cannot be stopped with a savepoint, and goes on with that job when it comes again', async (context) => {
    const session = await begun(context, {
      'cluster.jobs-on-shutdown': 'SAVEPOINT',
      'execution.checkpointing.savepoint-dir': 'savepoints',
    })
    session.workspace.file('savepoints', 'is no directory')
    const jobId = await session.submit(session.workspace.file('job.mjs', NUMBERS_JOB))
    await untilState(session, jobId, 'RUNNING')
    await session.stop()
    assert.match(logOf(session), /a job was suspended instead/)
    assert.deepEqual(session.leftovers(), [])
    await session.start()
    await untilState(session, jobId, 'RUNNING')
    rmSync(path.join(session.workspace.path, 'savepoints'))
    await session.stop()
    assert.match(readdirSync(path.join(session.workspace.path, 'savepoints')).join(), /^savepoint-/)
  })
})
