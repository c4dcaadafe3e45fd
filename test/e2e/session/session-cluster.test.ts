/** A session as its user has it: started, stopped, killed and started again, with jobs that outlive what happens to it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { NUMBERS_JOB } from './numbers-job.js'
import { CHECKPOINTED, SessionUnderTest } from './session-under-test.js'

async function untilCheckpoints(session: SessionUnderTest, jobId: string, count: number): Promise<void> {
  await session.until(`${String(count)} checkpoints`, async () => {
    const { counts } = await session.json<{ readonly counts?: { readonly completed: number } }>(
      `/jobs/${jobId}/checkpoints`,
    )
    return (counts?.completed ?? 0) >= count
  })
}

function restoredFrom(session: SessionUnderTest, jobId: string): Promise<unknown> {
  return session
    .json<{ readonly latest?: { readonly restored: unknown } }>(`/jobs/${jobId}/checkpoints`)
    .then(({ latest }) => latest?.restored)
}

const onLinux = { skip: process.platform !== 'linux' }

describe('A session cluster', onLinux, () => {
  let session: SessionUnderTest
  let job: string

  before(async () => {
    session = await SessionUnderTest.create(CHECKPOINTED)
    job = session.workspace.file('job.mjs', NUMBERS_JOB)
    await session.start()
  })

  after(() => {
    session.remove()
  })

  it('tells where it answers, is one at a time, and stops', async () => {
    const { workspace } = session
    const second = await workspace.run('start-cluster', '--json')
    assert.equal(second.exitCode, 1)
    assert.equal((JSON.parse(second.stdout) as { error: { code: string } }).error.code, 'SESSION_ALREADY_RUNS')
    assert.match(second.stderr, new RegExp(`process ${String(session.sessionPid())}, ${session.url}`))
    assert.deepEqual((await session.ask('/jobs')).text, '{"jobs":[]}')
    const stopped = await session.stop()
    assert.match(
      stopped.stdout,
      /^Stopping standalonesession daemon \(pid: \d+\) on host .*\.\nThe session cluster has stopped\.\n$/,
    )
    const again = await workspace.run('stop-cluster')
    assert.deepEqual([again.exitCode, again.stderr], [0, ''])
    assert.match(again.stdout, /^No standalonesession daemon to stop on host /)
    const started = await workspace.run('start-cluster')
    assert.match(
      started.stdout,
      new RegExp(
        `^Starting cluster\\.\nStarting standalonesession daemon on host .*\\.\nWeb interface/REST: ${session.url}\n$`,
      ),
    )
    const logs = readdirSync(path.join(workspace.path, 'run/log')).filter((name) => /standalonesession\.log/.test(name))
    assert.equal(logs.length, 2, 'that of the start before is kept')
  })

  it('starts a job again whose process has died, also while the session was not there, and goes on with it after a stop', async () => {
    const jobId = await session.submit(job)
    await untilCheckpoints(session, jobId, 2)
    assert.ok(session.killJob(jobId))
    await session.untilState(jobId, 'RUNNING')
    await untilCheckpoints(session, jobId, 1)
    assert.notEqual(await restoredFrom(session, jobId), null)
    const exceptions = (await session.ask(`/jobs/${jobId}/exceptions`)).text
    assert.match(exceptions, /The process of job [0-9a-f]{32} has died without a word/)

    const [{ pid } = { pid: 0 }] = session.jobProcesses()
    await session.killSession()
    await session.start()
    await session.untilState(jobId, 'RUNNING')
    assert.deepEqual(session.jobProcesses(), [{ jobId, pid }], 'a job that lives is left alone')

    await session.killSession()
    session.killJob(jobId)
    await session.start()
    await session.untilState(jobId, 'RUNNING')
    await untilCheckpoints(session, jobId, 1)

    await session.stop()
    assert.deepEqual(session.processes(), [])
    await session.start()
    await session.untilState(jobId, 'RUNNING')
    await untilCheckpoints(session, jobId, 1)
    assert.notEqual(await restoredFrom(session, jobId), null)
    assert.doesNotMatch((await session.ask(`/jobs/${jobId}/exceptions`)).text, /has died/, 'it was told to end')

    assert.equal((await session.ask(`/jobs/${jobId}?mode=cancel`, 'PATCH')).status, 202)
    await session.untilState(jobId, 'CANCELED')
    await session.stop()
    await session.start()
    await session.untilState(jobId, 'CANCELED')
    assert.equal((await session.ask('/cluster', 'DELETE')).text, '{}')
    await session.until('it has ended', () => session.processes().length === 0)
    assert.deepEqual(session.leftovers(), [])
  })

  it('stops its jobs with a savepoint where it is to, at SIGTERM as well', async (context) => {
    const session = await SessionUnderTest.ready(context, {
      'cluster.jobs-on-shutdown': 'SAVEPOINT',
      'execution.checkpointing.savepoint-dir': 'savepoints',
    })
    const foreground = session.workspace.start('start-cluster', '--foreground', '--json')
    await foreground.until(/"web":/)
    const jobId = await session.submit(session.workspace.file('job.mjs', NUMBERS_JOB))
    await untilCheckpoints(session, jobId, 1)
    foreground.kill('SIGTERM')
    const { exitCode, stdout } = await foreground.ended
    assert.equal(exitCode, 0)
    assert.equal((JSON.parse(stdout) as { web: string }).web, session.url)
    const savepoints = readdirSync(path.join(session.workspace.path, 'savepoints'))
    assert.match(savepoints.join(), /^savepoint-[0-9a-f]{6}-[0-9a-f]{12}$/)
    assert.deepEqual(session.leftovers(), [])
    await session.start()
    await session.untilState(jobId, 'FINISHED')
    await session.stop()
  })
})

describe('A session cluster of two slots that leaves its jobs alone', onLinux, () => {
  let session: SessionUnderTest
  let job: string

  before(async () => {
    session = await SessionUnderTest.create({
      ...CHECKPOINTED,
      'taskmanager.numberOfTaskSlots': '2',
      'slot.request.timeout': '60 s',
      'cluster.jobs-on-shutdown': 'LEAVE',
    })
    job = session.workspace.file('job.mjs', NUMBERS_JOB)
    await session.start()
  })

  after(() => {
    session.remove()
  })

  it('has jobs wait for slots, in order, and fail where they get none in time', async () => {
    const first = await session.submit('-p', '2', job)
    await session.untilState(first, 'RUNNING')
    const second = await session.submit('-p', '1', job)
    await session.untilState(second, 'CREATED')
    const overview = await session.json<Record<string, number>>('/overview')
    assert.deepEqual([overview['slots-total'], overview['slots-available'], overview['jobs-running']], [2, 0, 2])
    await session.killSession()
    await session.start()
    await session.untilState(second, 'CREATED')
    const late = await session.submit('-p', '2', '-Dslot.request.timeout=1s', job)
    await session.untilState(late, 'FAILED')
    const { text } = await session.ask(`/jobs/${late}/exceptions`)
    assert.match(text, /Could not acquire the minimum required resources\./)
    await session.ask(`/jobs/${first}?mode=cancel`, 'PATCH')
    await session.untilState(second, 'RUNNING')
    await session.ask(`/jobs/${second}?mode=cancel`, 'PATCH')
    await session.untilState(second, 'CANCELED')
    await session.until('no job is left', () => session.jobProcesses().length === 0)
  })

  it('leaves its jobs alone at its end, and refuses a port that somebody has', async () => {
    const jobId = await session.submit(job)
    await session.untilState(jobId, 'RUNNING')
    const processes = session.jobProcesses()
    const elsewhere = path.join(session.workspace.path, 'other')
    const taken = await session.workspace.run('start-cluster', '-D', `cluster.run-directory=${elsewhere}`)
    assert.equal(taken.exitCode, 1)
    assert.match(
      taken.stderr,
      /\[SESSION_START_FAILED\]: .*127\.0\.0\.1:\d+.*another process listens there; rest\.port/,
    )
    await session.stop()
    assert.deepEqual(session.jobProcesses(), processes)
    await session.start()
    await session.untilState(jobId, 'RUNNING')
    const log = readFileSync(path.join(session.workspace.path, 'run/log', logName(session)), 'utf8')
    assert.match(log, /"msg":"the session has started"/)
    await session.ask(`/jobs/${jobId}?mode=cancel`, 'PATCH')
    await session.untilState(jobId, 'CANCELED')
    await session.stop()
    // It is left alone: its process ends when it has cleaned up.
    await session.until('nothing is left', () => session.leftovers().length === 0)
  })
})

function logName({ workspace }: SessionUnderTest): string {
  return readdirSync(path.join(workspace.path, 'run/log')).find((name) => name.endsWith('standalonesession.log')) ?? ''
}
