import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { findRecoverableJob } from '../../../src/cluster/find-recoverable-job.js'
import { RecoverableJob, type RecoveredJob } from '../../../src/cluster/recoverable-job.js'
import { Configuration } from '../../../src/core/config/configuration.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { testJobEnvironment } from '../runtime/jobmanager/test-job-environment.js'
import { JOB, STORAGE, StoredJobs } from '../runtime/jobmanager/highavailability/stored-jobs.js'

function recoverableOf(jobs: StoredJobs, recovered?: RecoveredJob, takesPlace = false): RecoverableJob {
  const { configuration, fileSystems, clock, random, logger } = jobs.services()
  return new RecoverableJob({
    settings: { jobFile: '/programs/job.mjs', workingDirectory: '/', recovered, takesPlace, onFenced: () => undefined },
    program: { moduleUrl: 'file:///programs/job.mjs', entry: undefined, args: ['a'], configuration: {} },
    version: '1',
    services: { configuration, fileSystems, clock, random, logger },
  })
}

async function withProgram(): Promise<StoredJobs> {
  const jobs = new StoredJobs(new InMemoryFileSystem())
  await jobs.disk.mkdirs('/programs')
  await jobs.write('/programs/job.mjs', 'export default 1\n')
  return jobs
}

describe('RecoverableJob', () => {
  it('stores a job that is submitted, and is taken over under its id', async () => {
    const jobs = await withProgram()
    const first = recoverableOf(jobs)
    await first.begin()
    assert.equal(first.jobId, undefined)
    await first.open(testJobEnvironment({ jobId: JOB, fileSystems: new FileSystems() }))
    assert.equal(first.store?.isRecovery, false)
    first.close()
    const second = recoverableOf(jobs, { jobId: JOB, from: await jobs.entry.holder(), runsCopy: false })
    await second.begin()
    assert.equal(second.jobId, JOB)
    assert.equal(second.store?.isRecovery, true)
    second.close()
  })

  it('can be recovered in the place of another one from the moment at which it is known from what', async () => {
    const jobs = await withProgram()
    const job = recoverableOf(jobs, undefined, true)
    await job.open(testJobEnvironment({ jobId: JOB, fileSystems: new FileSystems() }))
    await assert.rejects(jobs.entry.storedJob(), { code: 'RECOVERY_ENTRY_DAMAGED' })
    await job.startsFrom('file:/sp/savepoint-1')
    const { configuration, program } = await jobs.entry.storedJob()
    assert.deepEqual(configuration, {
      'execution.state-recovery.path': { text: 'file:/sp/savepoint-1', origin: 'upgrade' },
    })
    assert.equal(program.file, 'job.mjs')
    await job.giveUp()
    assert.deepEqual(await jobs.filesIn('/ha/default'), [])
  })

  it('reaches its checkpoints as the program says, and its storage as the process', async () => {
    const jobs = await withProgram()
    const made: unknown[] = []
    const fileSystems = jobs.services().fileSystems.registerFactory('mem', (options) => {
      made.push(options)
      return new InMemoryFileSystem()
    })
    const configuration = Configuration.fromMap({ 'execution.checkpointing.dir': 'mem://host/cp' })
    const environment = testJobEnvironment({
      jobId: JOB,
      configuration,
      fileSystems: fileSystems.configuredBy(configuration),
    })
    const job = recoverableOf(jobs)
    const opened = await job.open(environment)
    assert.notEqual(await opened.fileSystems.forUri('mem://host/cp').fileSystem.status('mem://host/cp'), undefined)
    assert.deepEqual(made, [configuration])
    await job.giveUp()
    assert.deepEqual(await jobs.filesIn('/ha/default'), [])
  })

  it('refuses a second job of the same program', () => {
    const job = recoverableOf(new StoredJobs(new InMemoryFileSystem()))
    job.submitted()
    assert.throws(
      () => {
        job.submitted()
      },
      { code: 'RECOVERY_SEVERAL_JOBS' },
    )
  })

  it('keeps nothing of a job that is given up, and a recovered one as it was', async () => {
    const jobs = await withProgram()
    const first = recoverableOf(jobs)
    await first.open(testJobEnvironment({ jobId: JOB, fileSystems: new FileSystems() }))
    await first.giveUp()
    assert.deepEqual(await jobs.filesIn('/ha/default'), [])
    await jobs.submitted()
    const second = recoverableOf(jobs, { jobId: JOB, from: await jobs.entry.holder(), runsCopy: false })
    await second.begin()
    await second.giveUp()
    assert.equal((await jobs.entry.holder()).epoch, 2)
  })

  it('keeps nothing of a job whose checkpoints have no place', async () => {
    const jobs = await withProgram()
    await jobs.write('/file', '')
    const job = recoverableOf(jobs)
    const configuration = Configuration.fromMap({ 'execution.checkpointing.dir': 'file:///file' })
    await assert.rejects(
      job.open(testJobEnvironment({ jobId: JOB, configuration, fileSystems: jobs.services().fileSystems })),
      {
        code: 'CHECKPOINT_STORAGE_FAILED',
      },
    )
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_UNKNOWN' })
  })
})

describe('findRecoverableJob', () => {
  async function find(jobs: StoredJobs, told: string[] = []): ReturnType<typeof findRecoverableJob> {
    let nowMs = 0
    const services = {
      probe: { startOf: () => Promise.resolve(undefined), stateOf: () => 'free' as const },
      monotonicMs: () => nowMs,
      sleep: (ms: number) => Promise.resolve(void (nowMs += ms)),
      tell: (text: string) => told.push(text),
    }
    return findRecoverableJob(JOB, Configuration.fromMap(STORAGE), services, jobs.services().fileSystems)
  }

  it('gives back how the job was started, from where it is kept now', async () => {
    const jobs = new StoredJobs(new InMemoryFileSystem())
    await jobs.submitted()
    const start = await find(jobs)
    assert.equal(start.jobFile, '/programs/job.mjs')
    assert.equal(start.recovered.runsCopy, false)
    assert.deepEqual(start.args, ['--input', 'words.txt'])
    assert.equal(start.workingDirectory, '/home/user')
    const configuration = Configuration.fromEntries(start.configuration)
    assert.equal(configuration.getString('parallelism.default'), '2')
    assert.equal(configuration.getString('high-availability.type'), 'FILESYSTEM')
    assert.equal(configuration.getString('high-availability.storageDir'), 'file:/ha')
  })

  it('runs the copy of a program that was changed or removed since, and tells it', async () => {
    const jobs = new StoredJobs(new InMemoryFileSystem())
    await jobs.submitted()
    const told: string[] = []
    await jobs.write('/programs/job.mjs', 'export default () => 2\n')
    const copied = await find(jobs, told)
    assert.equal(copied.jobFile, `/ha/default/${JOB}/program/job.mjs`)
    assert.equal(copied.recovered.runsCopy, true)
    assert.match(told.at(-1) ?? '', /\/programs\/job\.mjs is not what it was when the job was submitted/)
    await jobs.write('/programs/job.mjs', 'export default () => undefined\n')
    assert.equal((await find(jobs)).jobFile, '/programs/job.mjs')
    jobs.disk.fault = (operation, path) => {
      if (!path.startsWith('/programs')) return
      throw new FlinkError('FILE_ACCESS_REFUSED', { path, operation, reason: 'permission denied' })
    }
    assert.match((await find(jobs)).jobFile, /^\/ha/)
    jobs.disk.fault = () => undefined
    await jobs.disk.delete('/programs')
    const { jobFile } = await find(jobs)
    await jobs.disk.delete(jobFile)
    await assert.rejects(find(jobs), { code: 'RECOVERY_ENTRY_DAMAGED' })
  })
})
