import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { asError } from '../../../../../src/core/errors/thrown-value.js'
import { NOT_ADDRESSABLE } from '../../../../../src/core/fs/not-addressable.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import {
  FenceDirectory,
  type FenceName,
} from '../../../../../src/runtime/jobmanager/highavailability/fence-directory.js'
import { FencesInStore } from '../../../../../src/runtime/jobmanager/highavailability/fences-in-store.js'
import { JobHighAvailability } from '../../../../../src/runtime/jobmanager/highavailability/job-high-availability.js'
import type { CompletedCheckpoint } from '../../../../../src/storage/checkpoint-metadata.js'
import { InMemoryObjectStore } from '../../../../contract/core/in-memory-object-store.js'
import { ProcessOnDisk } from './stopped-file-system.js'
import { ENTRY, JOB, StoredJobs } from './stored-jobs.js'

const FIRST: FenceName = { epoch: 1, holder: '1'.repeat(16) }

let jobs: StoredJobs<InMemoryObjectStore>

beforeEach(() => {
  jobs = new StoredJobs(new InMemoryObjectStore())
})

function checkpoint(checkpointId: number, place: 'files' | 'memory', timestamp = 1000): CompletedCheckpoint {
  const header = { engineVersion: '1', jobId: JOB, jobName: 'totals', timestamp, isSavepoint: false }
  const externalPath = place === 'memory' ? NOT_ADDRESSABLE : `s3://b/cp/${JOB}/chk-${String(checkpointId)}`
  return { metadata: { ...header, checkpointId, operators: [] }, externalPath }
}

async function newestOf(job: JobHighAvailability): Promise<{ readonly id: number; readonly timestamp: number }> {
  const newest = await job.newest()
  if (newest?.kind === 'memory') {
    const { checkpointId, timestamp } = newest.checkpoint.metadata
    return { id: checkpointId, timestamp }
  }
  return { id: newest?.checkpointId ?? 0, timestamp: 0 }
}

function errorOf(work: Promise<unknown>): Promise<Error | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => asError(error),
  )
}

describe('a job in a store of objects', () => {
  for (const place of ['files', 'memory'] as const) {
    it(`gives the next process what was completed last, in ${place}, and no older one is kept`, async () => {
      const first = await jobs.submitted()
      assert.equal(await first.newest(), undefined)
      for (const id of [4, 5, 6]) await first.completed(checkpoint(id, place))
      const second = await jobs.recovered()
      assert.equal((await newestOf(second)).id, 6)
      assert.equal((await jobs.entry.holder()).epoch, 2)
      const files = await jobs.filesIn(ENTRY)
      assert.equal(
        files.filter((file) => file.includes('/fence-files/')).length,
        place === 'files' ? 2 : 3,
        files.join(),
      )
      assert.equal(files.filter((file) => /\/fence\/\d+$/.test(file)).length, 1)
      assert.equal(files.filter((file) => file.endsWith('.part')).length, 0)
    })
  }

  it('is taken by one of two that try at once', async () => {
    await jobs.submitted()
    const from = await jobs.entry.holder()
    const tried = await Promise.allSettled([
      JobHighAvailability.take(jobs.services(), JOB, from),
      JobHighAvailability.take(jobs.services(), JOB, from),
    ])
    assert.deepEqual(tried.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  })

  it('hears nothing more of a process that lost it', async () => {
    const first = await jobs.submitted()
    await first.completed(checkpoint(4, 'files'))
    const second = await jobs.recovered()
    for (const place of ['files', 'memory'] as const) {
      await assert.rejects(first.completed(checkpoint(5, place)), { code: 'JOB_FENCED' })
    }
    await assert.rejects(first.ended('FINISHED'), { code: 'JOB_FENCED' })
    await assert.rejects(first.newest(), { code: 'JOB_FENCED' })
    await assert.rejects(first.forget(), { code: 'JOB_FENCED' })
    assert.equal((await newestOf(second)).id, 4)
  })

  it('goes on from one checkpoint at whatever operation the process before it was stopped', async () => {
    for (const place of ['files', 'memory'] as const) {
      let fenced = 0
      for (let operation = 0; ; operation += 1) {
        jobs = new StoredJobs(new InMemoryObjectStore())
        const old = new ProcessOnDisk(jobs.disk)
        const first = await jobs.submitted(old.fileSystem)
        await first.completed(checkpoint(5, place))
        const stopped = old.stopAt(operation)
        const late = errorOf(first.completed(checkpoint(6, place)))
        if (await Promise.race([stopped.then(() => false), late.then(() => true)])) break
        const second = await jobs.recovered()
        const seen = await newestOf(second)
        for (const id of [7, 8, 9]) await second.completed(checkpoint(id, place, 2000))
        old.wakeUp()
        const error = await late
        const where = `${place}, stopped at ${String(operation)}: ${String(error)}`
        // What the second did not see the first may not take for complete.
        if (seen.id === 5) assert.equal(FlinkError.is(error, 'JOB_FENCED'), true, where)
        else assert.equal(seen.id, 6, where)
        fenced += seen.id === 5 ? 1 : 0
        assert.equal((await newestOf(second)).id, 9, where)
        assert.equal((await jobs.entry.holder()).epoch, 2, where)
        await second.completed(checkpoint(10, place))
        assert.equal((await newestOf(second)).id, 10, where)
      }
      assert.ok(fenced > 5, `${place}: ${String(fenced)}`)
    }
  })

  it('has what the process before it completed, whatever that one does when it wakes up', async () => {
    for (const place of ['files', 'memory'] as const) {
      const seen: number[] = []
      for (let operation = 0; ; operation += 1) {
        jobs = new StoredJobs(new InMemoryObjectStore())
        const old = new ProcessOnDisk(jobs.disk)
        const first = await jobs.submitted(old.fileSystem)
        await first.completed(checkpoint(5, place))
        const stopped = old.stopAt(operation)
        const late = errorOf(first.completed(checkpoint(6, place)))
        if (await Promise.race([stopped.then(() => false), late.then(() => true)])) break
        const second = await jobs.recovered()
        const { id } = await newestOf(second)
        old.wakeUp()
        const error = await late
        assert.equal((await newestOf(second)).id, id, `${place}, stopped at ${String(operation)}: ${String(error)}`)
        seen.push(id)
      }
      assert.deepEqual([...new Set(seen)], [5, 6])
    }
  })

  it('keeps nothing of what a process had no time to name', async () => {
    const old = new ProcessOnDisk(jobs.disk)
    const first = await jobs.submitted(old.fileSystem)
    await first.completed(checkpoint(5, 'memory'))
    const objects = async (): Promise<number> =>
      (await jobs.filesIn(ENTRY)).filter((file) => file.includes('/fence-files/')).length
    let most = 0
    for (let operation = 0; operation < 20; operation += 1) {
      const stopped = old.stopAt(operation)
      void errorOf(first.completed(checkpoint(6 + operation, 'memory')))
      await stopped
      most = Math.max(most, await objects())
      if (most > 3) break
      old.wakeUp()
    }
    await jobs.recovered()
    assert.deepEqual([most, await objects()], [4, 3])
  })

  it('is recovered by the process that takes it while the first one has hardly made it', async () => {
    let taken = 0
    for (let operation = 0; ; operation += 1) {
      jobs = new StoredJobs(new InMemoryObjectStore())
      const old = new ProcessOnDisk(jobs.disk)
      const stopped = old.stopAt(operation)
      const late = jobs.submitted(old.fileSystem)
      if (await Promise.race([stopped.then(() => false), late.then(() => true)])) break
      const holder = await jobs.entry.holder().catch(() => undefined)
      const second = holder && (await JobHighAvailability.take(jobs.services(), JOB, holder))
      old.wakeUp()
      await late
      if (second === undefined) continue
      taken += 1
      assert.equal((await jobs.entry.storedJob()).jobName, 'totals', `stopped at ${String(operation)}`)
      assert.equal((await jobs.entry.holder()).epoch, 2)
      await second.completed(checkpoint(1, 'files'))
    }
    assert.ok(taken > 1, String(taken))
  })

  it('puts a checkpoint in place through a process that has it, and takes back what one put that lost it meanwhile', async () => {
    let [kept, takenBack] = [0, 0]
    for (let operation = 0; ; operation += 1) {
      jobs = new StoredJobs(new InMemoryObjectStore())
      const old = new ProcessOnDisk(jobs.disk)
      const first = await jobs.submitted(old.fileSystem)
      const { fileSystem } = (await first.openFileSystems('/cp')).forUri('/cp')
      const put = (text: string, by = fileSystem): Promise<boolean> => {
        const bytes = new TextEncoder().encode(text)
        return by.createNew?.('/cp/chk-6/_metadata', bytes) ?? Promise.resolve(false)
      }
      const stopped = old.stopAt(operation)
      const late = errorOf(put('first'))
      if (await Promise.race([stopped.then(() => false), late.then(() => true)])) break
      const second = await jobs.recovered()
      const there = (await jobs.disk.status('/cp/chk-6/_metadata')) !== undefined
      const other = await second.openFileSystems('/cp')
      if (!there) assert.equal(await put('second', other.forUri('/cp').fileSystem), true)
      old.wakeUp()
      const error = await late
      const left = (await jobs.disk.status('/cp/chk-6/_metadata')) !== undefined
      if (there) {
        assert.equal(FlinkError.is(error, 'JOB_FENCED'), true, String(error))
        assert.equal(left, false)
        takenBack += 1
        continue
      }
      kept += 1
      assert.equal(new TextDecoder().decode(await jobs.disk.readFile('/cp/chk-6/_metadata')), 'second')
    }
    assert.ok(kept > 1 && takenBack > 1, `${String(kept)}, ${String(takenBack)}`)
  })

  it('says how it ended for good, and keeps nothing else', async () => {
    const job = await jobs.submitted()
    await job.openFileSystems('/cp')
    await job.completed(checkpoint(1, 'memory'))
    await job.ended('CANCELED')
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_ENDED' })
    await job.cleanUp()
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_ENDED' })
    const left = (await jobs.filesIn(ENTRY)).filter((file) => !file.endsWith('/'))
    assert.equal(left.length, 2, left.join())
  })

  it('leaves nothing where it did not begin', async () => {
    const job = await jobs.submitted()
    await job.forget()
    await assert.rejects(jobs.entry.holder(), { code: 'RECOVERY_JOB_UNKNOWN' })
    assert.deepEqual(await jobs.filesIn('/ha/default'), [])
  })

  it('is not made a second time by another process', async () => {
    const fences = new FencesInStore(jobs.disk, '/ha/job', 'owner-', new SeededRandom(1))
    const directory = new FenceDirectory(fences, '/ha/job', 'owner-')
    await directory.make(FIRST)
    await directory.make(FIRST)
    await assert.rejects(directory.make({ epoch: 1, holder: '2'.repeat(16) }), { code: 'FILE_ACCESS_REFUSED' })
    assert.deepEqual(await directory.names(), [FIRST])
  })
})
