import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../../../src/core/fs/file-system.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { NOT_ADDRESSABLE } from '../../../../../src/core/fs/not-addressable.js'
import { JobEntry } from '../../../../../src/runtime/jobmanager/highavailability/job-entry.js'
import { JobHighAvailability } from '../../../../../src/runtime/jobmanager/highavailability/job-high-availability.js'
import type { CheckpointMetadata } from '../../../../../src/storage/checkpoint-metadata.js'
import { ProcessOnDisk } from './stopped-file-system.js'
import { ENTRY, JOB, StoredJobs } from './stored-jobs.js'

let jobs: StoredJobs

beforeEach(() => {
  jobs = new StoredJobs(new InMemoryFileSystem())
})

function metadataOf(checkpointId: number): CheckpointMetadata {
  const header = { engineVersion: '1', jobId: JOB, jobName: 'totals', timestamp: 1000, isSavepoint: false }
  return { ...header, checkpointId, operators: [] }
}

const inFiles = (checkpointId: number) =>
  ({ metadata: metadataOf(checkpointId), externalPath: `file:/cp/${JOB}/chk-${String(checkpointId)}` }) as const
const inMemory = (checkpointId: number) =>
  ({ metadata: metadataOf(checkpointId), externalPath: NOT_ADDRESSABLE }) as const

/** The disk as a process sees it that is stopped with a file of that name open, before it has written into it. */
function stoppedWriting(
  disk: FileSystem,
  name: string,
): { readonly fileSystem: FileSystem; readonly stopped: Promise<void>; readonly wakeUp: () => void } {
  let wakeUp = (): void => undefined
  let stop = (): void => undefined
  const awake = new Promise<void>((resolve) => (wakeUp = resolve))
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  const { fileSystem } = new ProcessOnDisk(disk)
  const openForWrite: FileSystem['openForWrite'] = async (file) => {
    const writer = await disk.openForWrite(file)
    if (!file.includes(name)) return writer
    const write = async (bytes: Uint8Array): Promise<void> => {
      stop()
      await awake
      await writer.write(bytes)
    }
    return { ...writer, write }
  }
  return { fileSystem: { ...fileSystem, openForWrite }, stopped, wakeUp }
}

describe('JobHighAvailability', () => {
  it('keeps all that a start of the job needs, through a crash of the machine', async () => {
    await jobs.submitted()
    jobs.disk.crash()
    const job = await jobs.entry.storedJob()
    assert.equal(job.jobName, 'totals')
    assert.deepEqual(job.args, ['--input', 'words.txt'])
    assert.deepEqual(job.configuration, { 'parallelism.default': '2' })
    assert.equal(job.workingDirectory, '/home/user')
    const copy = await jobs.disk.readFile(jobs.entry.programFile(job.program))
    assert.equal(new TextDecoder().decode(copy), 'export default () => undefined\n')
    assert.equal((await jobs.entry.holder()).epoch, 1)
  })

  it('gives the next process what was completed last, and keeps it through a crash of the machine', async () => {
    const first = await jobs.submitted()
    assert.equal(await first.newest(), undefined)
    await first.completed(inFiles(4))
    await first.completed(inFiles(5))
    jobs.disk.crash()
    const second = await jobs.recovered()
    assert.equal(second.isRecovery, true)
    const expected = { kind: 'path', checkpointId: 5, externalPath: `file:/cp/${JOB}/chk-5` }
    assert.deepEqual(await second.newest(), expected)
  })

  it('keeps a checkpoint that lies in the memory of the JobManager, and no older one', async () => {
    const first = await jobs.submitted()
    await first.completed(inMemory(4))
    await first.completed(inMemory(5))
    const kept = (await jobs.filesIn(ENTRY)).filter((file) => file.includes('metadata-'))
    assert.equal(kept.length, 1)
    jobs.disk.crash()
    const second = await jobs.recovered()
    const newest = await second.newest()
    assert.equal(newest?.kind, 'memory')
    assert.deepEqual(newest.checkpoint.metadata.checkpointId, 5)
  })

  it('goes on from the newer of two checkpoints that were completed at once, or the older one later', async () => {
    const job = await jobs.submitted()
    await Promise.all([job.completed(inMemory(4)), job.completed(inMemory(5))])
    await job.completed(inMemory(3))
    const newest = await job.newest()
    assert.equal(newest?.kind === 'memory' && newest.checkpoint.metadata.checkpointId, 5)
  })

  it('writes down the next checkpoint where one could not be, of which no more than a part is left', async () => {
    const job = await jobs.submitted()
    await job.completed(inMemory(4))
    jobs.disk.fault = (operation, file) => {
      if (operation === 'sync') throw new FlinkError('DISK_FULL', { path: file })
    }
    for (const id of [5, 6, 7]) await assert.rejects(job.completed(inMemory(id)), { code: 'DISK_FULL' })
    jobs.disk.fault = () => undefined
    const kept = (await jobs.filesIn(ENTRY)).filter((file) => file.includes('/metadata'))
    assert.deepEqual(
      kept.map((file) => file.split('/').at(-1)),
      ['metadata-4', 'metadata.part'],
    )
    await job.completed(inMemory(8))
    const newest = await job.newest()
    assert.equal(newest?.kind === 'memory' && newest.checkpoint.metadata.checkpointId, 8)
  })

  it('is not written into by a process that was stopped while it had the file of a checkpoint open', async () => {
    const old = stoppedWriting(jobs.disk, 'metadata')
    const first = await jobs.submitted(old.fileSystem)
    const late = assert.rejects(first.completed(inMemory(5)), { code: 'JOB_FENCED' })
    await old.stopped
    const second = await jobs.recovered()
    await second.completed({ ...inMemory(5), metadata: { ...metadataOf(5), timestamp: 2000 } })
    old.wakeUp()
    await late
    const newest = await second.newest()
    assert.equal(newest?.kind === 'memory' && newest.checkpoint.metadata.timestamp, 2000)
  })

  for (const file of ['/program/', 'job.json', 'process-', 'owner-']) {
    it(`keeps nothing of a job for whose ${file} there is no room`, async () => {
      jobs.disk.fault = (operation, path) => {
        if (['write', 'mkdirs'].includes(operation) && path.includes(file)) throw new FlinkError('DISK_FULL', { path })
      }
      await assert.rejects(jobs.submitted(), { code: 'DISK_FULL' })
      assert.deepEqual(await jobs.filesIn('/ha/default'), [])
    })
  }

  it('is taken by one of two that try at once, and what the loser wrote is gone', async () => {
    await jobs.submitted()
    const from = await jobs.entry.holder()
    const tried = await Promise.allSettled([
      JobHighAvailability.take(jobs.services(), JOB, from),
      JobHighAvailability.take(jobs.services(), JOB, from),
    ])
    assert.deepEqual(tried.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const [lost] = tried.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
    assert.match(String(lost), /RECOVERY_JOB_LIVES|another process has just recovered it/)
    assert.equal((await jobs.filesIn(ENTRY)).filter((file) => file.includes('process-')).length, 1)
  })

  it('lets a process that lost the job say nothing of it any more', async () => {
    const first = await jobs.submitted()
    await first.completed(inFiles(4))
    const second = await jobs.recovered()
    await assert.rejects(first.completed(inFiles(5)), { code: 'JOB_FENCED' })
    await assert.rejects(first.completed(inMemory(5)), { code: 'JOB_FENCED' })
    await assert.rejects(first.ended('FINISHED'), { code: 'JOB_FENCED' })
    // Nothing is there under its name any more: that is no word of the job.
    await assert.rejects(first.newest(), { code: 'JOB_FENCED' })
    await assert.rejects(first.forget(), { code: 'JOB_FENCED' })
    assert.equal(jobs.losses.length, 1)
    assert.equal((await second.newest())?.kind, 'path')
    assert.equal((await jobs.entry.holder()).epoch, 2)
  })

  it('keeps nothing of processes that found no room to take it, nor of a part of the one that had it', async () => {
    const first = await jobs.submitted()
    await first.completed(inFiles(4))
    const fence = jobs.entry.fences.pathOf(await jobs.entry.holder())
    jobs.disk.fault = (operation, path) => {
      if (operation === 'sync') throw new FlinkError('DISK_FULL', { path })
    }
    await assert.rejects(jobs.recovered(), { code: 'DISK_FULL' })
    jobs.disk.fault = () => undefined
    await jobs.write(`${fence}/checkpoint.json.part`, '')
    const second = await jobs.recovered()
    const left = (await jobs.filesIn(ENTRY)).filter((file) => /process-|part$/.test(file))
    assert.equal(left.length, 1, left.join())
    await jobs.write(`${jobs.entry.fences.pathOf(await jobs.entry.holder())}/metadata.part`, '')
    await second.ended('FINISHED')
    await second.cleanUp()
    assert.equal((await jobs.filesIn(ENTRY)).length, 2)
  })

  it('says how the job ended for good, and keeps nothing else of it', async () => {
    const job = await jobs.submitted()
    await job.openFileSystems('/cp')
    await job.completed(inMemory(1))
    await job.ended('CANCELED')
    const ended = { code: 'RECOVERY_JOB_ENDED', message: /came to its end at 1970-01-01T00:00:01.000Z, CANCELED/ }
    // A crash before the rest is gone changes nothing.
    await assert.rejects(jobs.entry.holder(), ended)
    await job.cleanUp()
    await assert.rejects(jobs.entry.holder(), ended)
    const left = await jobs.filesIn(ENTRY)
    assert.equal(left.length, 2, left.join())
    assert.match(left.join(), /owner-1-[0-9a-f]{16}\/,.*\/result\.json$/)
    assert.deepEqual(await jobs.filesIn('/cp'), [])
  })

  it('keeps nothing of a job that did not begin', async () => {
    const job = await jobs.submitted()
    await job.openFileSystems('/cp')
    await job.forget()
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_UNKNOWN' })
    assert.deepEqual(await jobs.filesIn('/cp'), [])
  })

  it('refuses a directory of checkpoints that cannot be used', async () => {
    const job = await jobs.submitted()
    await jobs.write('/file', '')
    await assert.rejects(job.openFileSystems('/file'), { code: 'CHECKPOINT_STORAGE_FAILED' })
  })
})

describe('JobEntry', () => {
  it('says that it knows nothing of a job, and where it looked', async () => {
    await assert.rejects(jobs.entry.holder(), /from \/ha\/default: the directory is not there\./)
    await jobs.disk.mkdirs('/ha/default')
    await assert.rejects(jobs.entry.holder(), /from \/ha\/default: it holds nothing of that job\./)
  })

  it('is in the directory of its cluster, which is a name', () => {
    const fileSystems = new FileSystems().register('file', jobs.disk)
    const entryOf = (configuration: Record<string, string>): JobEntry =>
      new JobEntry(JOB, Configuration.fromMap(configuration), fileSystems)
    const named = { 'high-availability.storageDir': '/ha', 'high-availability.cluster-id': '/team/a' }
    assert.equal(entryOf(named).directory, `/ha/team/a/${JOB}`)
    for (const id of ['..', 'a/../b', '/']) {
      assert.throws(() => entryOf({ ...named, 'high-availability.cluster-id': id }), { code: 'CONFIG_VALUE_INVALID' })
    }
    assert.throws(() => entryOf({}), { code: 'RECOVERY_STORAGE_MISSING' })
  })

  it('refuses what is damaged, with the file and what is wrong with it', async () => {
    const job = await jobs.submitted()
    const file = `${ENTRY}/job.json`
    const whole = new TextDecoder().decode(await jobs.disk.readFile(file))
    for (const [text, reason] of [
      ['', /is damaged: /],
      ['null', /its checksum does not match/],
      [whole.replace('totals', 'totale'), /its checksum does not match/],
      [whole.slice(0, -9), /is damaged: /],
    ] as const) {
      await jobs.write(file, text)
      await assert.rejects(jobs.entry.storedJob(), { code: 'RECOVERY_ENTRY_DAMAGED', message: reason })
    }
    await jobs.disk.delete(file)
    await assert.rejects(
      jobs.entry.storedJob(),
      /job\.json, from which job a+ is to be recovered, is damaged: it is missing/,
    )
    const [fence = ''] = (await jobs.filesIn(ENTRY)).filter((path) => path.includes('owner-'))
    await jobs.write(`${fence}checkpoint.json`, '{}')
    await assert.rejects(job.newest(), { code: 'RECOVERY_ENTRY_DAMAGED' })
    await jobs.write(`${fence}result.json`, '{}')
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_ENTRY_DAMAGED' })
  })
})
