import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { RunDirectory } from '../../../../src/client/run-directory.js'
import type { JobLaunch, JobLauncher, LaunchListener } from '../../../../src/cluster/session/job-launcher.js'
import { withJobStorage } from '../../../../src/cluster/session/job-storage.js'
import { SessionDirectory } from '../../../../src/cluster/session/session-directory.js'
import { SessionJobs } from '../../../../src/cluster/session/session-jobs.js'
import { SlotPool } from '../../../../src/cluster/session/slot-pool.js'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../src/core/fs/in-memory-file-system.js'
import { SILENT_LOGGER } from '../../../../src/core/logging/silent-logger.js'
import { startOfProcess } from '../../../../src/core/process/process-start.js'
import { SystemRandom } from '../../../../src/core/random/system-random.js'
import { SystemClock } from '../../../../src/core/time/system-clock.js'

const JOB = 'a'.repeat(32)
const SUBMISSION = { jobFile: '/job.js', entry: undefined, args: ['--x'], configuration: {}, jobId: JOB }

let run: string
let directory: SessionDirectory
let launches: JobLaunch[]
/** What a launch comes to. */
let outcome: (listener: LaunchListener) => Promise<void>
let jobs: SessionJobs
let slots: SlotPool
let children: ChildProcess[]
/** Jobs of which nothing that was sent to the session is needed any more. */
let forgotten: string[]
let isNeeded: (jobId: string) => boolean

const launcher: JobLauncher = {
  async launch(launch, listener) {
    launches.push(launch)
    await outcome(listener)
    const [processStart, socket] = [await startOfProcess(process.pid), path.join(run, `${launch.jobId}.sock`)]
    const entry = { name: 'job', startTime: 1, version: '1', socket, slots: 3 }
    await new RunDirectory(run, Date.now).register({ jobId: launch.jobId, pid: process.pid, processStart, ...entry })
    return { pid: process.pid, output: '/out' }
  },
}

function sessionJobs(own = Configuration.fromMap({ a: 'session', b: 'session' })): SessionJobs {
  const configuration = withJobStorage(own, directory.storage)
  slots = new SlotPool(4)
  return new SessionJobs({
    ...{ configuration, jobConfiguration: configuration, workingDirectory: '/work', directory, launcher },
    runDirectory: new RunDirectory(run, Date.now),
    programs: {
      giveUp: (jobId) => Promise.resolve(void forgotten.push(jobId)),
      removeEnded: (isLiving) => Promise.resolve(void (isNeeded = isLiving)),
    },
    fileSystems: new FileSystems().register('file', new InMemoryFileSystem()),
    ...{ clock: new SystemClock(), random: new SystemRandom(), logger: SILENT_LOGGER, slots },
  })
}

/** A process that lives until the end of the test. */
function child(): ChildProcess {
  const started = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  children.push(started)
  return started
}

beforeEach(async () => {
  run = mkdtempSync(path.join(tmpdir(), 'session-jobs-'))
  directory = new SessionDirectory(run, new SystemRandom())
  await directory.prepare()
  ;[launches, children, forgotten, outcome] = [[], [], [], () => Promise.resolve()]
  jobs = sessionJobs()
})

afterEach(async () => {
  await jobs.close()
  for (const each of children) each.kill('SIGKILL')
  rmSync(run, { recursive: true })
})

describe('A job that is submitted to a session', () => {
  it('is recorded before its process begins, and gets what the session is configured with below what it sets', async () => {
    outcome = async () => {
      assert.deepEqual(
        (await directory.records()).map(({ jobId }) => jobId),
        [JOB],
      )
    }
    const own = { b: 'job', 'high-availability.storageDir': '/elsewhere' }
    assert.equal(await jobs.submit({ ...SUBMISSION, configuration: own }), JOB)
    const [launch] = launches
    const configuration = Configuration.fromEntries(launch?.configuration ?? {})
    assert.deepEqual([configuration.getString('a'), configuration.getString('b')], ['session', 'job'])
    assert.match(configuration.getString('high-availability.storageDir') ?? '', /session\/ha$/)
    assert.deepEqual([launch?.workingDirectory, launch?.args], ['/work', ['--x']])
    assert.equal(jobs.find(JOB).record.output, '/out')
  })

  it('is not there where its program gives no job', async () => {
    outcome = () => Promise.reject(new Error('no job'))
    await assert.rejects(jobs.submit(SUBMISSION), { message: 'no job' })
    assert.deepEqual(await directory.records(), [])
    assert.throws(() => jobs.find(JOB), { code: 'JOB_NOT_FOUND' })
  })

  it('begins once, however often it is submitted', async () => {
    assert.deepEqual(await Promise.all([jobs.submit(SUBMISSION), jobs.submit(SUBMISSION)]), [JOB, JOB])
    assert.equal(await jobs.submit(SUBMISSION), JOB)
    assert.equal(launches.length, 1)
  })

  it('is refused by a session that ends', async () => {
    await jobs.close()
    await assert.rejects(jobs.submit(SUBMISSION), { code: 'SESSION_ENDS' })
  })
})

describe(
  'A job that an earlier session was about to accept when it died',
  { skip: process.platform !== 'linux' },
  () => {
    async function recordOf({ pid = 0 }: ChildProcess): Promise<void> {
      const start = (await startOfProcess(pid)) ?? ''
      await directory.record({ jobId: JOB, submittedAt: Date.now(), jobFile: '/job.js', process: { pid, start } })
    }

    it('begins when it is submitted again, and not before its process has ended', async () => {
      const process = child()
      await recordOf(process)
      await jobs.open()
      const submitted = jobs.submit(SUBMISSION)
      await new Promise((resolve) => setTimeout(resolve, 300))
      assert.equal(launches.length, 0, 'its process may have the job yet')
      process.kill('SIGKILL')
      assert.equal(await submitted, JOB)
      assert.equal(launches.length, 1)
    })

    it('is there without being submitted again where its process has come to have it', async () => {
      const { pid = 0 } = child()
      await directory.record({ jobId: JOB, submittedAt: Date.now(), jobFile: '/job.js' })
      const processStart = await startOfProcess(pid)
      const socket = path.join(run, `${JOB}.sock`)
      await new RunDirectory(run, Date.now).register({
        ...{ jobId: JOB, pid, processStart, name: 'job', startTime: 1, version: '1', socket, slots: 3 },
      })
      await jobs.open()
      assert.equal(jobs.find(JOB).phase, 'living')
      assert.equal(await jobs.submit(SUBMISSION), JOB)
      assert.equal(launches.length, 0)
    })

    it('is forgotten where nobody submits it again', async () => {
      const process = child()
      await recordOf(process)
      const ended = new Promise((resolve) => process.once('exit', resolve))
      process.kill('SIGKILL')
      await ended
      await jobs.open()
      assert.deepEqual(jobs.all(), [])
      assert.deepEqual(await directory.records(), [])
    })
  },
)

describe('A job of a session', () => {
  it('is accepted where no more of it can be written down than that it was submitted', async () => {
    const { record } = directory
    let records = 0
    directory.record = (job) => {
      records += 1
      return records === 1 ? record.call(directory, job) : Promise.reject(new Error('no space left'))
    }
    assert.equal(await jobs.submit(SUBMISSION), JOB)
    assert.equal(jobs.find(JOB).phase, 'living')
    assert.equal((await directory.records()).length, 1)
  })

  it('is not given up where the directory of its user, in which it is kept, is not there', async () => {
    const elsewhere = Configuration.fromMap({ 'high-availability.storageDir': 'file:///not-mounted' })
    await directory.record({ jobId: JOB, submittedAt: 1, jobFile: '/job.js', output: '/out' })
    jobs = sessionJobs(elsewhere)
    await jobs.open()
    assert.equal(jobs.find(JOB).phase, 'dead')
    assert.deepEqual([isNeeded(JOB), isNeeded('b'.repeat(32)), forgotten], [true, false, []])
    assert.equal((await directory.records()).length, 1)
  })

  it('is forgotten where nothing is kept of it in the directory of the session, and so are its slots', async () => {
    await directory.record({ jobId: JOB, submittedAt: 1, jobFile: '/job.js', output: '/out', slots: 3 })
    await jobs.open()
    assert.deepEqual([jobs.all(), await directory.records(), forgotten, slots.available], [[], [], [JOB], 4])
  })

  it('has its slots in the next session as well, before anybody who waits, while it has no process', async () => {
    await jobs.submit(SUBMISSION)
    const [record] = await directory.records()
    assert.equal(record?.slots, 3)
    await directory.record({ ...record, jobId: 'b'.repeat(32) })
    jobs = sessionJobs(Configuration.fromMap({ 'high-availability.storageDir': 'file:///not-mounted' }))
    await jobs.open()
    assert.equal(jobs.find('b'.repeat(32)).phase, 'dead')
    assert.equal(slots.slotsOf('b'.repeat(32)), 3)
  })

  it('leaves no slots taken when it is not accepted in the end', async () => {
    outcome = async () => {
      const processStart = await startOfProcess(process.pid)
      const entry = { name: 'job', startTime: 1, version: '1', socket: path.join(run, `${JOB}.sock`), slots: 3 }
      await new RunDirectory(run, Date.now).register({ jobId: JOB, pid: process.pid, processStart, ...entry })
      await jobs.lookAt(jobs.find(JOB))
      assert.equal(slots.available, 1)
      throw new Error('its process has ended')
    }
    await assert.rejects(jobs.submit(SUBMISSION))
    assert.equal(slots.available, 4)
  })
})
