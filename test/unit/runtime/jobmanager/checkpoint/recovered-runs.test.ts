/** A run whose process dies, or is stopped and wakes up late, and the process that recovers the job, on one disk. */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../../../src/core/fs/file-system.js'
import type { CheckpointRepository } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { JobHighAvailability } from '../../../../../src/runtime/jobmanager/highavailability/job-high-availability.js'
import { ProcessOnDisk } from '../highavailability/stopped-file-system.js'
import { ENTRY, StoredJobs } from '../highavailability/stored-jobs.js'
import { JOB, makeCheckpointRuns, type CheckpointRuns } from './checkpoint-runs.js'

interface Run {
  readonly repository: CheckpointRepository
  readonly recovery: JobHighAvailability
}

let jobs: StoredJobs
let runs: CheckpointRuns

beforeEach(() => {
  jobs = new StoredJobs(new InMemoryFileSystem())
  runs = makeCheckpointRuns(jobs.disk)
})

async function runOf(
  recovery: JobHighAvailability,
  configuration: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const fileSystems = await recovery.openFileSystems('memory' in configuration ? undefined : 'file:///cp')
  return { repository: runs.repositoryOf({ configuration, recovery, fileSystems }), recovery }
}

async function firstRun(configuration?: Readonly<Record<string, string>>, disk?: FileSystem): Promise<Run> {
  const run = await runOf(await jobs.submitted(disk), configuration)
  await run.repository.open()
  return run
}

async function recoveredRun(configuration?: Readonly<Record<string, string>>): Promise<Run> {
  return runOf(await jobs.recovered(), configuration)
}

async function begin(taken: Promise<JobHighAvailability>): Promise<void> {
  const { repository } = await runOf(await taken, TWO)
  await repository.open()
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

function isRefusal(error: unknown): boolean {
  return FlinkError.is(error, 'JOB_FENCED') || FlinkError.is(error, 'RECOVERY_JOB_LIVES')
}

async function checkpointsThere(): Promise<string[]> {
  const metadata = (await jobs.filesIn(`/cp/${JOB}`)).filter((file) => file.endsWith('/_metadata'))
  return metadata.map((file) => file.split('/').at(-2) ?? '')
}

/** Two are kept. */
const TWO = { 'execution.checkpointing.num-retained': '2', 'execution.checkpointing.interval': '1 s' }

describe('a job that is recovered', () => {
  it('goes on from its newest checkpoint, and removes the older ones as if it had been one run', async () => {
    const first = await firstRun(TWO)
    for (const id of [1, 2, 3]) await runs.take(first.repository, id)
    const second = await recoveredRun(TWO)
    const point = await second.repository.open()
    assert.equal(point.checkpoint?.metadata.checkpointId, 3)
    assert.deepEqual(point.notes, [])
    assert.match(point.choice ?? '', /is recovered from file:\/cp\/a+\/chk-3\./)
    assert.equal(second.repository.nextCheckpointId(), 4)
    assert.notEqual((await second.repository.restorable()).assignment, undefined)
    await runs.take(second.repository, 4)
    assert.deepEqual(await checkpointsThere(), ['chk-3', 'chk-4'])
    await second.repository.shutdown('FINISHED')
    assert.deepEqual(await checkpointsThere(), [])
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_ENDED' })
  })

  it('begins as it did first where nothing was complete', async () => {
    await firstRun(TWO)
    const second = await recoveredRun(TWO)
    const point = await second.repository.open()
    assert.equal(point.checkpoint, undefined)
    assert.match(point.choice ?? '', /No checkpoint of job a+ was complete: it begins as it did first\./)
    assert.equal(second.repository.nextCheckpointId(), 1)
  })

  it('does not count a checkpoint that its process did not come to write down, and takes its number', async () => {
    const first = await firstRun(TWO)
    await runs.take(first.repository, 1)
    jobs.disk.fault = (_, file) => {
      if (file.includes('checkpoint.json')) throw new FlinkError('DISK_FULL', { path: file })
    }
    await assert.rejects(runs.take(first.repository, 2), { code: 'DISK_FULL' })
    jobs.disk.fault = () => undefined
    assert.deepEqual(await checkpointsThere(), ['chk-1', 'chk-2'])
    const second = await recoveredRun(TWO)
    assert.equal((await second.repository.open()).checkpoint?.metadata.checkpointId, 1)
    assert.deepEqual(await checkpointsThere(), ['chk-1'])
    await runs.take(second.repository, 2)
    assert.deepEqual(await checkpointsThere(), ['chk-1', 'chk-2'])
  })

  it('takes an older checkpoint where the newest is damaged, with a note of what that costs', async () => {
    const first = await firstRun(TWO)
    for (const id of [1, 2]) await runs.take(first.repository, id)
    await jobs.write(`/cp/${JOB}/chk-2/_metadata`, 'no metadata of anybody')
    const second = await recoveredRun(TWO)
    const point = await second.repository.open()
    assert.equal(point.checkpoint?.metadata.checkpointId, 1)
    assert.match(
      point.notes.join('\n'),
      /A checkpoint was passed over\..*\nThe job goes back to the older checkpoint 1/,
    )
    // Its directory is in use.
    assert.equal(second.repository.nextCheckpointId(), 3)
  })

  it('is refused where none can be used, and nothing is removed', async () => {
    const first = await firstRun(TWO)
    await runs.take(first.repository, 1)
    await jobs.disk.delete(`/cp/${JOB}/chk-1`)
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const second = await recoveredRun(TWO)
      await assert.rejects(second.repository.open(), { code: 'NEWEST_CHECKPOINT_LOST' })
      await second.repository.shutdown('FAILED')
      assert.equal((await second.recovery.newest())?.kind, 'path')
    }
  })

  it('goes on from the savepoint with which it was to end, and from no other', async () => {
    const first = await firstRun(TWO)
    for (const id of [1, 2]) await runs.take(first.repository, id)
    await runs.takeSavepoint(first.repository, 3)
    const second = await recoveredRun(TWO)
    assert.equal((await second.repository.open()).checkpoint?.metadata.checkpointId, 2)
    await runs.takeSavepoint(second.repository, 4, 'suspend')
    const third = await recoveredRun(TWO)
    const { checkpoint } = await third.repository.open()
    assert.match(checkpoint?.externalPath ?? '', /^file:\/sp\/savepoint-/)
    assert.equal(third.repository.newest(), checkpoint)
    // The job's own go with newer ones, and the savepoint is the user's.
    for (const id of [5, 6]) await runs.take(third.repository, id)
    assert.deepEqual(await checkpointsThere(), ['chk-5', 'chk-6'])
    assert.equal((await jobs.filesIn('/sp')).filter((file) => file.endsWith('/_metadata')).length, 2)
  })

  it('is refused where it is lost which checkpoint is the newest, and none is removed', async () => {
    for (const shared of [{}, { 'execution.checkpointing.create-subdir': 'false' }]) {
      jobs = new StoredJobs(new InMemoryFileSystem())
      runs = makeCheckpointRuns(jobs.disk)
      const configuration = { ...TWO, ...shared }
      const first = await firstRun(configuration)
      for (const id of [1, 2]) await runs.take(first.repository, id)
      await jobs.disk.delete(`${jobs.entry.fences.pathOf(await jobs.entry.holder())}/checkpoint.json`)
      const second = await recoveredRun(configuration)
      const lost = { code: 'RECOVERY_ENTRY_DAMAGED', message: /checkpoint\.json.* is missing, although checkpoints/ }
      await assert.rejects(second.repository.open(), lost)
      await second.repository.shutdown('FAILED')
      const metadata = (await jobs.filesIn('/cp')).filter((file) => file.endsWith('/_metadata'))
      assert.equal(metadata.length, 2)
      // Without any of them it would begin anew.
      for (const file of metadata) await jobs.disk.delete(file)
      await assert.rejects((await recoveredRun(configuration)).repository.open(), lost)
    }
  })

  it('goes on from the memory of the JobManager that died', async () => {
    const memory = { memory: '', 'state.backend.type': 'jobmanager', 'execution.checkpointing.interval': '1 s' }
    const first = await firstRun(memory)
    for (const id of [1, 2]) await runs.take(first.repository, id)
    jobs.disk.crash()
    const second = await recoveredRun(memory)
    const point = await second.repository.open()
    assert.equal(point.checkpoint?.metadata.checkpointId, 2)
    assert.match(point.choice ?? '', /is recovered from its newest checkpoint\./)
    const restored = JSON.stringify(point.checkpoint)
    assert.ok(restored.includes(JSON.stringify(new TextEncoder().encode('state of 2'))), restored)
    assert.notEqual((await second.repository.restorable()).assignment, undefined)
    await runs.take(second.repository, 3)
    await second.repository.shutdown('FINISHED')
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_ENDED' })
  })

  it('stays one to recover when it was stopped to go on later, with its checkpoints', async () => {
    const first = await firstRun(TWO)
    assert.equal(first.repository.retainsOnStop, true)
    await runs.take(first.repository, 1)
    await first.repository.shutdown('STOPPED')
    assert.deepEqual(await checkpointsThere(), ['chk-1'])
    const second = await recoveredRun(TWO)
    assert.equal((await second.repository.open()).checkpoint?.metadata.checkpointId, 1)
  })

  it('is not one to recover when its user has cancelled it after it was stopped, and keeps its checkpoints', async () => {
    const first = await firstRun(TWO)
    await runs.take(first.repository, 1)
    first.repository.giveUp()
    await first.repository.shutdown('STOPPED')
    assert.deepEqual(await checkpointsThere(), ['chk-1'])
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_ENDED' })
    const left = (await jobs.filesIn(ENTRY)).filter((file) => !file.endsWith('/'))
    assert.deepEqual(
      left.map((file) => file.slice(file.lastIndexOf('/') + 1)),
      ['result.json'],
    )
  })

  it('is not one to recover when its user has cancelled it before another process could begin with it', async () => {
    const first = await firstRun(TWO)
    await runs.take(first.repository, 1)
    const second = await recoveredRun(TWO)
    second.repository.giveUp()
    await second.repository.shutdown('CANCELED')
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_ENDED' })
  })

  it('is nothing to recover when it could not be begun', async () => {
    const run = await runOf(await jobs.submitted(), TWO)
    await run.repository.shutdown('FAILED')
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_UNKNOWN' })
  })

  it('is left alone by a process that was stopped at any moment while it began to go on with it', async () => {
    let stops = 0
    for (let operation = 0; ; operation += 1, stops += 1) {
      jobs = new StoredJobs(new InMemoryFileSystem())
      runs = makeCheckpointRuns(jobs.disk)
      const first = await firstRun(TWO)
      for (const id of [1, 2]) await runs.take(first.repository, id)
      const process = new ProcessOnDisk(jobs.disk)
      const from = await jobs.entry.holder()
      const stopped = process.stopAt(operation)
      const late = errorOf(begin(JobHighAvailability.take(jobs.services(process.fileSystem), JOB, from)))
      if (await Promise.race([stopped.then(() => false), late.then(() => true)])) break
      // It has the job, and runs the program before it looks at the checkpoints.
      const recovery = await jobs.recovered()
      process.wakeUp()
      const error = await late
      const where = `stopped at ${String(operation)}: ${String(error)}`
      assert.ok(error === undefined || isRefusal(error), where)
      const { repository } = await runOf(recovery, TWO)
      assert.equal((await repository.open()).checkpoint?.metadata.checkpointId, 2, where)
      assert.deepEqual(await checkpointsThere(), ['chk-1', 'chk-2'], where)
    }
    assert.ok(stops > 20, String(stops))
  })

  for (const [isOver, threshold] of [
    [false, '0 b'],
    [false, '1 kb'],
    [true, '0 b'],
    [true, '1 kb'],
  ] as const) {
    const what = isOver ? 'ends its job' : 'completes a checkpoint and removes an older one'
    const where = threshold === '0 b' ? 'in a file' : 'in the metadata'
    it(`is left alone by a process that was stopped at any moment while it ${what}, with state ${where}`, async () => {
      const only = {
        'execution.checkpointing.num-retained': '1',
        'execution.checkpointing.interval': '1 s',
        'execution.checkpointing.data-inline-threshold': threshold,
      }
      let fenced = 0
      for (let operation = 0; ; operation += 1) {
        jobs = new StoredJobs(new InMemoryFileSystem())
        runs = makeCheckpointRuns(jobs.disk)
        const process = new ProcessOnDisk(jobs.disk)
        const first = await firstRun(only, process.fileSystem)
        await runs.take(first.repository, 1)
        const stopped = process.stopAt(operation)
        const work = isOver ? first.repository.shutdown('FINISHED') : runs.take(first.repository, 2)
        const late = errorOf(work)
        if (await Promise.race([stopped.then(() => false), late.then(() => true)])) break
        const second = await recoveredRun(only).catch((error: unknown) => error)
        if (FlinkError.is(second, 'RECOVERY_JOB_ENDED')) {
          // It had ended already, and the rest is its to remove.
          process.wakeUp()
          assert.equal(await late, undefined)
          continue
        }
        if (second instanceof Error) throw second
        const { repository } = second as Run
        const point = await repository.open()
        const from = point.checkpoint?.metadata.checkpointId ?? assert.fail()
        await runs.take(repository, from + 1)
        process.wakeUp()
        const error = await late
        const where = `stopped at ${String(operation)}: ${String(error)}`
        if (FlinkError.is(error, 'JOB_FENCED')) fenced += 1
        // That there is one already is as good a reason to complete none.
        else assert.ok(error === undefined || FlinkError.is(error, 'CHECKPOINT_STORAGE_FAILED'), where)
        // The newest is there, whole, and can be restored from once more; and no other is.
        assert.deepEqual(await checkpointsThere(), [`chk-${String(from + 1)}`], where)
        const third = await recoveredRun(only)
        assert.equal((await third.repository.open()).checkpoint?.metadata.checkpointId, from + 1, where)
        await third.repository.restorable()
      }
      assert.ok(fenced > (isOver ? 0 : 3), String(fenced))
    })
  }
})
