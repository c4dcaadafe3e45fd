import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { deleteSnapshot, discardLocation, FileCheckpointStorage } from '../../../src/storage/checkpoint-storage.js'
import { CompletedCheckpointStore } from '../../../src/storage/completed-checkpoint-store.js'
import { findLatestCheckpoint } from '../../../src/storage/latest-checkpoint.js'
import { JOB, stateTextIn, stateTextOf, writeSample } from './snapshot-samples.js'

/** A job's checkpoints on a disk that may fail at any operation. */
class Checkpoints {
  readonly disk = new InMemoryFileSystem()
  readonly fileSystems = new FileSystems().register('file', this.disk)
  readonly #services = { fileSystems: this.fileSystems, random: new SeededRandom(1), inlineThresholdBytes: 4 }
  readonly #storage = new FileCheckpointStorage('/cp', JOB, this.#services)
  readonly removalFailures: unknown[] = []
  readonly store = new CompletedCheckpointStore(1, {
    remove: (old) => deleteSnapshot(old, this.fileSystems),
    onRemovalFailed: (_, error) => this.removalFailures.push(error),
    onLeftBehind: () => undefined,
  })

  initialise(): Promise<void> {
    return this.#storage.initialise()
  }

  /** Up to the end or to the first failure, which nobody cleans up after: as a crash has it. */
  async take(checkpointId: number): Promise<void> {
    const location = await this.#storage.checkpointLocation(checkpointId)
    await this.store.add(await writeSample(location, { checkpointId }, this.#services))
  }

  /** As the coordinator does it: what failed is discarded. */
  async takeOrDiscard(checkpointId: number): Promise<void> {
    const location = await this.#storage.checkpointLocation(checkpointId)
    try {
      await this.store.add(await writeSample(location, { checkpointId }, this.#services))
    } catch (error) {
      await discardLocation(location, this.fileSystems)
      throw error
    }
  }

  /** Id of the newest checkpoint whose state can be read; undefined without one. */
  async newest(): Promise<number | undefined> {
    const search = { fileSystems: this.fileSystems }
    const { checkpoint: found, damaged } = await findLatestCheckpoint(`/cp/${JOB}`, search)
    assert.deepEqual(damaged, [])
    if (found === undefined) return undefined
    const { checkpointId } = found.metadata
    assert.equal(await stateTextIn(found, this.fileSystems), stateTextOf(checkpointId))
    return checkpointId
  }

  async names(): Promise<string[]> {
    return (await this.disk.list(`/cp/${JOB}`)).map(({ name }) => name).sort()
  }
}

async function withFirstCheckpoint(): Promise<Checkpoints> {
  const checkpoints = new Checkpoints()
  await checkpoints.initialise()
  await checkpoints.take(1)
  return checkpoints
}

/** Lets operation number `failAt` (from 1) fail; returns how often the disk was asked. */
function failAt(disk: InMemoryFileSystem, failing: number, makeError: (operation: string) => Error): () => number {
  let count = 0
  disk.fault = (operation) => {
    count += 1
    if (count === failing) throw makeError(operation)
  }
  return () => count
}

async function operationsOf(work: (checkpoints: Checkpoints) => Promise<void>): Promise<number> {
  const checkpoints = await withFirstCheckpoint()
  const operations = failAt(checkpoints.disk, Infinity, () => new Error('never'))
  await work(checkpoints)
  return operations()
}

describe('a crash while a checkpoint is taken', () => {
  it('at any operation leaves the older or the newer one, complete', async () => {
    const operations = await operationsOf((checkpoints) => checkpoints.take(2))
    assert.ok(operations > 10, 'the scenario does something')
    const seen = new Set<number | undefined>()
    for (let crashAt = 1; crashAt <= operations; crashAt += 1) {
      const checkpoints = await withFirstCheckpoint()
      // Nothing reaches the disk any more: a process that died does not clean up.
      let count = 0
      checkpoints.disk.fault = (operation) => {
        count += 1
        if (count >= crashAt) throw new Error(`crash at ${operation}`)
      }
      await checkpoints.take(2).catch(() => undefined)
      checkpoints.disk.fault = () => undefined
      checkpoints.disk.crash()
      const newest = await checkpoints.newest()
      assert.ok(newest === 1 || newest === 2, `crash at operation ${String(crashAt)} left ${String(newest)}`)
      seen.add(newest)
      await checkpoints.initialise()
      const isClean = (await checkpoints.names()).every((name) => name !== 'chk-2' || newest === 2)
      assert.ok(isClean, `what operation ${String(crashAt)} left half-written is gone after the next start`)
    }
    assert.deepEqual([...seen].sort(), [1, 2], 'both outcomes happen')
  })

  it('while checkpoints are removed leaves none that names lost files', async () => {
    const remove = async (checkpoints: Checkpoints): Promise<void> => {
      await checkpoints.store.shutdown('FINISHED', 'RETAIN_ON_CANCELLATION')
    }
    const operations = await operationsOf(remove)
    for (let crashAt = 1; crashAt <= operations; crashAt += 1) {
      const checkpoints = await withFirstCheckpoint()
      failAt(checkpoints.disk, crashAt, (operation) => new Error(`crash at ${operation}`))
      await remove(checkpoints)
      checkpoints.disk.fault = () => undefined
      checkpoints.disk.crash()
      assert.equal(checkpoints.removalFailures.length, 1)
      await checkpoints.newest()
    }
  })
})

describe('a disk that fails while a checkpoint is taken', () => {
  it('at any operation leaves a checkpoint to restart from, which is the one that the store names', async () => {
    const operations = await operationsOf((checkpoints) => checkpoints.take(2))
    for (let failing = 1; failing <= operations; failing += 1) {
      const checkpoints = await withFirstCheckpoint()
      failAt(checkpoints.disk, failing, (operation) => new Error(`failed at ${operation}`))
      const outcome = await checkpoints.takeOrDiscard(2).then(
        () => undefined,
        (error: unknown) => error,
      )
      checkpoints.disk.fault = () => undefined
      assert.ok(outcome === undefined || FlinkError.is(outcome, 'CHECKPOINT_STORAGE_FAILED'), String(outcome))
      assert.equal(await checkpoints.newest(), outcome === undefined ? 2 : 1)
      assert.equal(checkpoints.store.latest()?.metadata.checkpointId, await checkpoints.newest())
    }
  })

  it('by being full says so, keeps the older checkpoint and none of the half-written one', async () => {
    for (const fullAt of ['create', 'write', 'sync']) {
      const checkpoints = await withFirstCheckpoint()
      checkpoints.disk.fault = (operation, file) => {
        if (operation === fullAt) throw new FlinkError('DISK_FULL', { path: file })
      }
      await assert.rejects(checkpoints.takeOrDiscard(2), (error) => FlinkError.is(error, 'DISK_FULL'))
      checkpoints.disk.fault = () => undefined
      assert.equal(await checkpoints.newest(), 1)
      assert.deepEqual(await checkpoints.names(), ['chk-1', 'shared', 'taskowned'])
    }
  })

  it('while the older one is removed reports that and keeps the newer one', async () => {
    const checkpoints = await withFirstCheckpoint()
    checkpoints.disk.fault = (operation, file) => {
      if (operation === 'delete') throw new Error(`${file} is busy`)
    }
    await checkpoints.takeOrDiscard(2)
    checkpoints.disk.fault = () => undefined
    assert.equal(checkpoints.removalFailures.length, 1)
    assert.equal(await checkpoints.newest(), 2)
  })
})
