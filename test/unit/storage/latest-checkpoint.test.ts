import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../src/core/fs/file-system.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import type { CompletedCheckpoint } from '../../../src/storage/checkpoint-metadata.js'
import { FileCheckpointStorage } from '../../../src/storage/checkpoint-storage.js'
import { findLatestCheckpoint } from '../../../src/storage/latest-checkpoint.js'
import { openSnapshot } from '../../../src/storage/snapshot-locator.js'
import { JOB, stateHandleOf, writeSample } from './snapshot-samples.js'

const OTHER_JOB = 'c'.repeat(32)

let disk: InMemoryFileSystem
let fileSystems: FileSystems

beforeEach(() => {
  disk = new InMemoryFileSystem()
  fileSystems = new FileSystems().register('file', disk)
})

async function take(checkpointId: number, jobId: string | undefined = JOB, timestamp = checkpointId): Promise<void> {
  const services = { fileSystems, random: new SeededRandom(checkpointId), inlineThresholdBytes: 0 }
  const location = await new FileCheckpointStorage('/cp', jobId, services).checkpointLocation(checkpointId)
  await writeSample(location, { checkpointId, timestamp }, services)
}

async function overwrite(file: string, bytes: Uint8Array): Promise<void> {
  const writer = await disk.openForWrite(file)
  await writer.write(bytes)
}

async function latest(directory: string, damaged: Error[] = []): Promise<number | undefined> {
  const found = await findLatestCheckpoint(directory, { fileSystems })
  damaged.push(...found.damaged)
  return found.checkpoint?.metadata.checkpointId
}

describe('the newest checkpoint', () => {
  it('is the one with the highest number, not the last in the alphabet', async () => {
    for (const id of [2, 9, 10]) await take(id)
    assert.equal(await latest(`/cp/${JOB}`), 10)
  })

  it('goes by number within a job even when the clock went back', async () => {
    await take(1, JOB, 5000)
    await take(2, JOB, 1000)
    assert.equal(await latest(`/cp/${JOB}`), 2)
  })

  it('is found over all jobs of a directory', async () => {
    await take(9, JOB, 1000)
    await take(3, OTHER_JOB, 2000)
    assert.equal(await latest('/cp'), 3)
  })

  it('is found where jobs have no directory of their own', async () => {
    await take(4, undefined)
    assert.equal(await latest('/cp'), 4)
  })

  it('does not exist in a directory without any, nor in none', async () => {
    await disk.mkdirs('/cp/chk-x')
    assert.equal(await latest('/cp'), undefined)
    assert.equal(await latest('/nowhere'), undefined)
  })

  it('passes over half-written ones silently', async () => {
    await take(1)
    await disk.mkdirs(`/cp/${JOB}/chk-2`)
    const damaged: Error[] = []
    assert.equal(await latest(`/cp/${JOB}`, damaged), 1)
    assert.deepEqual(damaged, [])
  })

  it('passes over damaged metadata and tells which', async () => {
    await take(1)
    await take(2)
    const file = `/cp/${JOB}/chk-2/_metadata`
    const bytes = await disk.readFile(file)
    await overwrite(file, bytes.slice(0, -1))
    const damaged: Error[] = []
    assert.equal(await latest(`/cp/${JOB}`, damaged), 1)
    assert.match(damaged[0]?.message ?? '', /chk-2\/_metadata is damaged/)
  })

  it('passes over one whose state files are gone or cut off and tells which', async () => {
    await take(1)
    for (const id of [2, 3]) {
      await take(id)
      const handle = stateHandleOf(await openSnapshot(`/cp/${JOB}/chk-${String(id)}`, fileSystems))
      assert.ok(handle.kind === 'file')
      const { path } = fileSystems.forUri(handle.uri)
      if (id === 2) await disk.delete(path)
      else await overwrite(path, Uint8Array.of(1))
    }
    const damaged: Error[] = []
    assert.equal(await latest(`/cp/${JOB}`, damaged), 1)
    assert.equal(damaged.length, 2)
    assert.match(damaged[0]?.message ?? '', /chk-3\/.* cut off after 1 bytes/)
    assert.match(damaged[1]?.message ?? '', /chk-2\/.* missing/)
  })

  it('is not looked for twice in those that are not wanted', async () => {
    for (const id of [1, 2, 3]) await take(id)
    const read: string[] = []
    disk.fault = (operation, file) => {
      if (operation === 'read') read.push(file)
    }
    const found = await findLatestCheckpoint('/cp', { fileSystems, isWanted: () => false })
    assert.deepEqual(found, { checkpoint: undefined, damaged: [], incomplete: [] })
    assert.equal(read.length, 3, read.join(' '))
  })

  it('of one job name is not looked for in damaged ones of another, nor are those told', async () => {
    await take(1)
    await take(2, OTHER_JOB)
    const file = `/cp/${OTHER_JOB}/chk-2/_metadata`
    await overwrite(file, (await disk.readFile(file)).slice(0, -1))
    const isWanted = ({ timestamp }: { readonly timestamp: number }): boolean => timestamp === 1
    const { checkpoint, damaged } = await findLatestCheckpoint('/cp', { fileSystems, isWanted })
    assert.deepEqual([checkpoint?.metadata.checkpointId, damaged], [1, []])
  })

  it('may be one of which not even the header can be read: that is told, whoever asks', async () => {
    await take(1)
    await take(2, OTHER_JOB)
    await overwrite(`/cp/${OTHER_JOB}/chk-2/_metadata`, new Uint8Array())
    const { checkpoint, damaged } = await findLatestCheckpoint('/cp', { fileSystems, isWanted: () => true })
    assert.equal(checkpoint?.metadata.checkpointId, 1)
    assert.match(damaged[0]?.message ?? '', /c{32}\/chk-2\/_metadata/)
  })

  it('is none that was copied over another, or to a greater number', async () => {
    for (const id of [1, 2, 3]) await take(id)
    const bytes = await disk.readFile(`/cp/${JOB}/chk-1/_metadata`)
    await overwrite(`/cp/${JOB}/chk-3/_metadata`, bytes)
    await disk.mkdirs(`/cp/${JOB}/chk-999`)
    await overwrite(`/cp/${JOB}/chk-999/_metadata`, bytes)
    const damaged: Error[] = []
    assert.equal(await latest(`/cp/${JOB}`, damaged), 2)
    assert.deepEqual(
      damaged.map(({ message }) =>
        /chk-\d+\/_metadata is damaged at the header: it is that of checkpoint 1,/.test(message),
      ),
      [true, true],
    )
  })

  it('is taken without a word where only older ones are damaged, also of another job', async () => {
    for (const id of [1, 2]) await take(id)
    await take(5, OTHER_JOB, 1)
    for (const file of [`/cp/${JOB}/chk-1/_metadata`, `/cp/${OTHER_JOB}/chk-5/_metadata`]) {
      await overwrite(file, (await disk.readFile(file)).slice(0, -1))
    }
    const damaged: Error[] = []
    assert.equal(await latest('/cp', damaged), 2)
    assert.deepEqual(damaged, [])
  })

  it('is verified alone: older ones are read only when it is damaged', async () => {
    for (const id of [1, 2, 3]) await take(id)
    const verified: number[] = []
    const verify = ({ metadata }: CompletedCheckpoint): Promise<void> => {
      verified.push(metadata.checkpointId)
      if (metadata.checkpointId < 3) return Promise.resolve()
      return Promise.reject(new FlinkError('SNAPSHOT_CORRUPT', { file: 'f', block: 'b', reason: 'r' }))
    }
    const { checkpoint } = await findLatestCheckpoint('/cp', { fileSystems, verify })
    assert.deepEqual([checkpoint?.metadata.checkpointId, verified], [2, [3, 2]])
  })

  it('is not replaced by an older one when the disk cannot be read', async () => {
    await take(1)
    await take(2)
    disk.fault = (operation, file) => {
      if (operation === 'read' && file.includes('chk-2')) throw new Error('no permission')
    }
    await assert.rejects(latest(`/cp/${JOB}`), /no permission/)
  })

  it('is found beside a job that completes checkpoints and removes older ones, however the two interleave', async () => {
    for (let seed = 0; seed < 300; seed += 1) {
      disk = new InMemoryFileSystem()
      fileSystems = new FileSystems().register('file', disk)
      const random = new SeededRandom(seed)
      const job = new LivingJob()
      await job.goOn(random.nextInt(20) + 3)
      const newestBefore = job.newest
      const lookedAt = new FileSystems().register('file', job.besides(disk, random))
      const { checkpoint, damaged } = await findLatestCheckpoint(`/cp/${JOB}`, { fileSystems: lookedAt })
      const id = checkpoint?.metadata.checkpointId
      const what = `seed ${String(seed)}: found ${String(id)} from ${String(newestBefore)} on`
      assert.ok(id !== undefined && id >= newestBefore, what)
      assert.deepEqual(damaged, [], what)
    }
  })
})

/** Takes checkpoints in steps, of which any number may lie between two operations of whoever looks. */
class LivingJob {
  /** Of those that are complete. */
  newest = 0
  readonly #steps = this.#live()

  async goOn(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) await this.#steps.next()
  }

  /** The same disk, on which the job goes on before every operation, for a while. */
  besides(fileSystem: InMemoryFileSystem, random: SeededRandom): FileSystem {
    let left = 40
    return new Proxy(fileSystem, {
      get: (target, name: 'status' | 'list' | 'openForRead') => {
        // It has no entropy.
        if (!(name in target)) return undefined
        return async (file: string): Promise<unknown> => {
          const steps = Math.min(left, random.nextInt(6))
          left -= steps
          await this.goOn(steps)
          return target[name](file)
        }
      },
    })
  }

  async *#live(): AsyncGenerator<void, never> {
    for (let id = 1; ; id += 1) {
      await disk.mkdirs(`/cp/${JOB}/chk-${String(id)}`)
      yield
      await take(id)
      this.newest = id
      yield
      const older = `/cp/${JOB}/chk-${String(id - 1)}`
      await disk.delete(`${older}/_metadata`)
      yield
      for (const { path } of await disk.list(older)) await disk.delete(path)
      yield
      await disk.delete(older)
      yield
    }
  }
}
