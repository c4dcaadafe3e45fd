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
})
