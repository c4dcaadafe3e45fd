/** What a session makes of jobs that cannot go on: it stays, says so, and has them end when they are told to. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { assertFailed } from '../refusals.js'
import { NUMBERS_JOB } from './numbers-job.js'
import { CHECKPOINTED, jobIdIn, SessionUnderTest } from './session-under-test.js'

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
  await session.untilState(jobId, 'RUNNING')
  rmSync(place, { recursive: true })
  session.killJob(jobId)
  return { jobId, place }
}

/** How the session that is started with it ends its jobs when it is stopped. */
function atShutdown(mode: string): readonly string[] {
  return ['-D', `cluster.jobs-on-shutdown=${mode}`]
}

/** One session, which each test leaves running for the next. */
describe('A session cluster', { skip: process.platform !== 'linux' }, () => {
  let session: SessionUnderTest
  let job: string

  before(async () => {
    session = await SessionUnderTest.create({
      ...CHECKPOINTED,
      'execution.checkpointing.savepoint-dir': 'savepoints',
    })
    job = session.workspace.file('job.mjs', NUMBERS_JOB)
    await session.start()
  })

  after(() => {
    session.remove()
  })

  it('keeps no file of a program that gives no job, and has in its log what that printed', async () => {
    const text = "export default () => { console.log('a last word'); throw new Error('no job') }"
    const result = await session.trySubmit(session.workspace.file('bad.mjs', text))
    assert.equal(result.exitCode, 1)
    assert.match(logOf(session), /"printed":"a last word\\n"/)
    const files = readdirSync(path.join(session.workspace.path, 'run/log'))
    assert.deepEqual(
      files.filter((name) => name.includes('detached')),
      [],
    )
  })

  it('is not passed over by commands while it does not answer: no job begins beside it', async () => {
    const pid = session.sessionPid()
    assert.ok(pid)
    process.kill(pid, 'SIGSTOP')
    try {
      const at = ['-m', `localhost:${session.port}`, '-D', 'client.timeout=1 s']
      assertFailed(await session.workspace.run('list', ...at), ['[SESSION_UNRESPONSIVE]'])
      const run = session.workspace.start('run', '-d', ...at, job)
      await run.untilError(/^Waiting for the program to submit its first job/m)
      run.kill('SIGINT')
      const { exitCode, stdout, stderr } = await run.ended
      assert.deepEqual({ exitCode, stdout }, { exitCode: 130, stdout: '' }, stderr)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    assert.deepEqual(session.jobProcesses(), [])
  })

  it('stays where a job of it cannot begin anew, and starts that as soon as it can', async () => {
    const { jobId, place } = await jobWithoutPlace(session)
    await session.until('it was tried', () => logOf(session).includes('a job was not started again'))
    assert.match(logOf(session), /The working directory is not there any more/)
    await session.untilState(jobId, 'RESTARTING')
    mkdirSync(place)
    await session.untilState(jobId, 'RUNNING')
    await session.ask(`/jobs/${jobId}?mode=cancel`, 'PATCH')
    await session.untilState(jobId, 'CANCELED')
    await session.until('its process has ended', () => session.processes().length === 1)
  })

  it('ends a job for good that is cancelled and cannot begin anew', async () => {
    const { jobId, place } = await jobWithoutPlace(session)
    await session.untilState(jobId, 'RESTARTING')
    // As its process leaves it when it is killed, where nobody has come by since.
    const socket = session.workspace.file(`run/${jobId}.sock`, '')
    assert.equal((await session.ask(`/jobs/${jobId}?mode=cancel`, 'PATCH')).status, 202)
    await session.untilState(jobId, 'CANCELED')
    assert.equal((await session.json<{ readonly status: string }>(`/jobs/${jobId}/status`)).status, 'CANCELED')
    assert.equal(existsSync(socket), false)
    mkdirSync(place)
    await session.stop()
    assert.deepEqual(leftoversButOfKilled(session), [])
    await session.start(...atShutdown('CANCEL'))
    await session.untilState(jobId, 'CANCELED')
  })

  it('cancels its jobs at its end where it is to, also one that has no process just then', async () => {
    const living = await session.submit(job)
    const { jobId: dead, place } = await jobWithoutPlace(session)
    await session.untilState(living, 'RUNNING')
    await session.untilState(dead, 'RESTARTING')
    await session.stop()
    mkdirSync(place)
    assert.deepEqual(leftoversButOfKilled(session), [])
    await session.start(...atShutdown('SAVEPOINT'))
    await session.untilState(living, 'CANCELED')
    await session.untilState(dead, 'CANCELED')
  })

  it('ends where a job cannot be stopped with a savepoint, and goes on with that job when it comes again', async () => {
    session.workspace.file('savepoints', 'is no directory')
    const jobId = await session.submit(job)
    await session.untilState(jobId, 'RUNNING')
    await session.stop()
    assert.match(logOf(session), /a job was suspended instead/)
    assert.deepEqual(leftoversButOfKilled(session), [])
    await session.start(...atShutdown('SAVEPOINT'))
    await session.untilState(jobId, 'RUNNING')
    rmSync(path.join(session.workspace.path, 'savepoints'))
    await session.stop()
    assert.match(readdirSync(path.join(session.workspace.path, 'savepoints')).join(), /^savepoint-/)
    assert.deepEqual(leftoversButOfKilled(session), [])
  })
})
