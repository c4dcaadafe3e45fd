import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { asError } from '../../../../../src/core/errors/thrown-value.js'
import type { FileSystem } from '../../../../../src/core/fs/file-system.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { writeDurably } from '../../../../../src/core/fs/write-durably.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { CheckpointsFence } from '../../../../../src/runtime/jobmanager/highavailability/checkpoints-fence.js'
import {
  FenceDirectory,
  type FenceName,
} from '../../../../../src/runtime/jobmanager/highavailability/fence-directory.js'
import { writeOwner } from '../../../../../src/runtime/jobmanager/highavailability/fence-owner.js'
import { FencedFileSystem } from '../../../../../src/runtime/jobmanager/highavailability/fenced-file-system.js'
import { BEAT_MS, JobFence } from '../../../../../src/runtime/jobmanager/highavailability/job-fence.js'
import { ProcessOnDisk } from './stopped-file-system.js'

const JOB = 'a'.repeat(32)
const OWNER = '/ha/default/aaa'
const FIRST: FenceName = { epoch: 1, holder: '1'.repeat(16) }
const SECOND: FenceName = { epoch: 2, holder: '2'.repeat(16) }
const text = (content: string): Uint8Array => new TextEncoder().encode(content)

let disk: InMemoryFileSystem

beforeEach(async () => {
  disk = new InMemoryFileSystem()
  await disk.mkdirs(`/cp/${JOB}`)
  await disk.mkdirs('/elsewhere')
})

interface Holder {
  readonly fileSystem: FileSystem
  readonly fence: JobFence
  readonly clock: ManualClock
  readonly losses: FlinkError[]
  readonly warnings: string[]
}

/** A process with both fences, which it makes or takes. */
async function holderOf(fileSystem: FileSystem, name: FenceName, from?: FenceName): Promise<Holder> {
  const directory = new FenceDirectory(fileSystem, OWNER, 'owner-')
  await fileSystem.mkdirs(OWNER)
  await writeOwner(directory, name, { host: 'box', pid: name.epoch })
  if (from === undefined) await directory.make(name)
  else assert.equal(await directory.take(from, name), true)
  const clock = new ManualClock()
  const losses: FlinkError[] = []
  const warnings: string[] = []
  const fence = new JobFence(directory, name, {
    jobId: JOB,
    clock,
    logger: { ...SILENT_LOGGER, warn: (message) => warnings.push(message) },
    onLost: (error) => losses.push(error),
  })
  const checkpoints = new CheckpointsFence(fence, { fileSystem, path: '/cp' }, JOB)
  await checkpoints.open()
  return { fileSystem: new FencedFileSystem(fileSystem, fence, checkpoints), fence, clock, losses, warnings }
}

/** As storage/ publishes a snapshot. */
async function publish(fileSystem: FileSystem, directory: string, content: string): Promise<void> {
  await fileSystem.mkdirs(directory, 'synced later')
  await writeDurably(fileSystem, `${directory}/_metadata.part`, text(content))
  await fileSystem.rename(`${directory}/_metadata.part`, `${directory}/_metadata`)
  await fileSystem.syncDirectory(directory)
}

async function contentOf(file: string): Promise<string | undefined> {
  if ((await disk.status(file)) === undefined) return undefined
  return new TextDecoder().decode(await disk.readFile(file))
}

async function errorOf(work: Promise<unknown>): Promise<Error | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => asError(error),
  )
}

describe('FencedFileSystem', () => {
  it('writes, replaces, moves and removes as the one below it, and leaves nothing in its fence', async () => {
    const { fileSystem } = await holderOf(disk, FIRST)
    await publish(fileSystem, `/cp/${JOB}/chk-1`, 'one')
    await publish(fileSystem, `/cp/${JOB}/chk-1`, 'two')
    assert.equal(await contentOf(`/cp/${JOB}/chk-1/_metadata`), 'two')
    await fileSystem.rename(`/cp/${JOB}/chk-1/_metadata`, `/cp/${JOB}/chk-1/moved`)
    assert.equal(await contentOf(`/cp/${JOB}/chk-1/moved`), 'two')
    await fileSystem.delete(`/cp/${JOB}/chk-1`)
    await fileSystem.delete(`/cp/${JOB}/chk-1`)
    assert.equal(await disk.status(`/cp/${JOB}/chk-1`), undefined)
    const [fence = assert.fail()] = (await disk.list('/cp')).filter(({ name }) => name.startsWith('_fence'))
    assert.deepEqual(await disk.list(fence.path), [])
  })

  it('keeps nothing of what could not be written once its directory is removed, and what is written beside that', async () => {
    const { fileSystem, fence } = await holderOf(disk, FIRST)
    const [first, tenth] = [`/cp/${JOB}/chk-1`, `/cp/${JOB}/chk-10`]
    disk.fault = (operation, file) => {
      if (operation === 'sync') throw new FlinkError('DISK_FULL', { path: file })
    }
    await assert.rejects(publish(fileSystem, first, 'one'), { code: 'DISK_FULL' })
    disk.fault = () => undefined
    await fileSystem.mkdirs(tenth)
    await writeDurably(fileSystem, `${tenth}/_metadata.part`, text('ten'))
    await fileSystem.delete(first)
    const inFence = await disk.list(`/cp/_fence-${JOB}-1-${fence.name.holder}`)
    assert.equal(inFence.length, 1, JSON.stringify(inFence))
    await fileSystem.rename(`${tenth}/_metadata.part`, `${tenth}/_metadata`)
    assert.equal(await contentOf(`${tenth}/_metadata`), 'ten')
  })

  it('lets a process that was stopped at any operation complete or remove nothing after another has taken the job', async () => {
    let stops = 0
    for (let operation = 0; ; operation += 1, stops += 1) {
      disk = new InMemoryFileSystem()
      const old = new ProcessOnDisk(disk)
      const first = await holderOf(old.fileSystem, FIRST)
      await publish(first.fileSystem, `/cp/${JOB}/chk-5`, 'five of the first')
      const stopped = old.stopAt(operation)
      const late = errorOf(
        (async () => {
          await publish(first.fileSystem, `/cp/${JOB}/chk-6`, 'six of the first')
          await first.fileSystem.delete(`/cp/${JOB}/chk-5`)
        })(),
      )
      const isDone = await Promise.race([stopped.then(() => false), late.then(() => true)])
      if (isDone) break
      const second = await holderOf(disk, SECOND, FIRST)
      const wasComplete = (await contentOf(`/cp/${JOB}/chk-6/_metadata`)) !== undefined
      const hadFive = (await contentOf(`/cp/${JOB}/chk-5/_metadata`)) !== undefined
      if (!wasComplete) await publish(second.fileSystem, `/cp/${JOB}/chk-6`, 'six of the second')
      old.wakeUp()
      const error = await late
      const expected = wasComplete ? 'six of the first' : 'six of the second'
      assert.equal(await contentOf(`/cp/${JOB}/chk-6/_metadata`), expected, `stopped at ${String(operation)}`)
      assert.equal(
        (await contentOf(`/cp/${JOB}/chk-5/_metadata`)) !== undefined,
        hadFive,
        `stopped at ${String(operation)}`,
      )
      if (hadFive)
        assert.equal(FlinkError.is(error, 'JOB_FENCED'), true, `stopped at ${String(operation)}: ${String(error)}`)
      if (hadFive) assert.equal(first.losses.length, 1)
    }
    assert.ok(stops > 5, String(stops))
  })

  it('takes back what got its name outside the directory of the checkpoints while another took the job', async () => {
    let taken = 0
    for (let operation = 0; ; operation += 1) {
      disk = new InMemoryFileSystem()
      await disk.mkdirs('/elsewhere')
      const old = new ProcessOnDisk(disk)
      const first = await holderOf(old.fileSystem, FIRST)
      const stopped = old.stopAt(operation)
      const late = errorOf(publish(first.fileSystem, '/elsewhere/savepoint', 'late'))
      if (await Promise.race([stopped.then(() => false), late.then(() => true)])) break
      await holderOf(disk, SECOND, FIRST)
      old.wakeUp()
      const error = await late
      if (error === undefined) continue
      taken += 1
      assert.equal(FlinkError.is(error, 'JOB_FENCED'), true, String(error))
      assert.equal(await contentOf('/elsewhere/savepoint/_metadata'), undefined)
    }
    assert.ok(taken > 4, String(taken))
  })

  it('says who has the job, once, and goes on saying it', async () => {
    const first = await holderOf(disk, FIRST)
    await holderOf(disk, SECOND, FIRST)
    const expected = { code: 'JOB_FENCED', message: /was recovered by process 2 on box: this process ends/ }
    await assert.rejects(first.fileSystem.mkdirs(`/cp/${JOB}/chk-1`), expected)
    await assert.rejects(first.fileSystem.deleteEmptyDirectory(`/cp/${JOB}/chk-1`), expected)
    await assert.rejects(first.fileSystem.delete('/elsewhere'), expected)
    await assert.rejects(first.fileSystem.openToContinue('/elsewhere/x', 0), expected)
    assert.equal(first.losses.length, 1)
  })

  it('makes the fence anew where somebody removed it with the checkpoints, and the job is not lost', async () => {
    const { fileSystem, losses } = await holderOf(disk, FIRST)
    await disk.delete('/cp')
    await publish(fileSystem, `/cp/${JOB}/chk-1`, 'one')
    assert.equal(await contentOf(`/cp/${JOB}/chk-1/_metadata`), 'one')
    assert.deepEqual(losses, [])
  })
})

describe('FenceDirectory', () => {
  it('is taken by one of several that try at once', async () => {
    const directory = new FenceDirectory(disk, OWNER, 'owner-')
    await directory.make(FIRST)
    const names = ['a', 'b', 'c', 'd'].map((digit) => ({ epoch: 2, holder: digit.repeat(16) }))
    const taken = await Promise.all(names.map((name) => directory.take(FIRST, name)))
    assert.deepEqual(taken.filter(Boolean), [true])
    assert.deepEqual(await directory.names(), [names[taken.indexOf(true)]])
  })

  it('passes over what it did not name', async () => {
    const directory = new FenceDirectory(disk, OWNER, 'owner-')
    for (const name of ['owner-1', 'owner-x-1111111111111111', 'other-1-1111111111111111'])
      await disk.mkdirs(`${OWNER}/${name}`)
    assert.deepEqual(await directory.names(), [])
  })
})

describe('JobFence', () => {
  it('shows that its process lives, and notices that it has lost the job though it does nothing', async () => {
    const first = await holderOf(disk, FIRST)
    await first.fence.keepAlive()
    const beat = `${first.fence.path}/beat`
    const before = await contentOf(beat)
    first.clock.advance(BEAT_MS)
    await new Promise(setImmediate)
    assert.notEqual(await contentOf(beat), before)
    await holderOf(disk, SECOND, FIRST)
    first.clock.advance(BEAT_MS)
    await new Promise(setImmediate)
    assert.deepEqual(
      first.losses.map(({ code }) => code),
      ['JOB_FENCED'],
    )
  })

  it('asks the disk whether it has the job before it opens a file, for only that may wait', async () => {
    const { fence } = await holderOf(disk, FIRST)
    const operations: string[] = []
    disk.fault = (operation) => operations.push(operation)
    await fence.keepAlive()
    assert.deepEqual(operations, ['status', 'create', 'write', 'close'])
  })

  it('says once that it can give no sign of life, and once more when that has been mended', async () => {
    const { fence, clock, warnings } = await holderOf(disk, FIRST)
    const beats = async (count: number): Promise<number> => {
      for (let beat = 0; beat < count; beat += 1) {
        clock.advance(BEAT_MS)
        await new Promise(setImmediate)
      }
      return warnings.length
    }
    await fence.keepAlive()
    const full = (operation: string, file: string): void => {
      if (operation === 'write') throw new FlinkError('DISK_FULL', { path: file })
    }
    disk.fault = full
    assert.equal(await beats(3), 1)
    disk.fault = () => undefined
    assert.equal(await beats(2), 1)
    disk.fault = full
    assert.equal(await beats(2), 2)
    assert.match(warnings.join(), /no sign of life could be written/)
  })
})
