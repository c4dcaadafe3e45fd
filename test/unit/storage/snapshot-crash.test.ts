import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../src/core/fs/in-memory-file-system.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { FileCheckpointStorage, deleteSnapshot, publishSnapshot } from '../../../src/storage/checkpoint-storage.js'
import { CompletedCheckpointStore } from '../../../src/storage/completed-checkpoint-store.js'
import { checkpointStreams } from '../../../src/storage/file-checkpoint-streams.js'
import { findLatestCheckpoint } from '../../../src/storage/snapshot-locator.js'
import { readStateHandle } from '../../../src/storage/state-reader.js'
import { EMPTY_SUBTASK_STATE } from '../../../src/storage/state-handles.js'

const JOB = 'a'.repeat(32)

/** A job's checkpoints on a disk that may fail at any operation. */
class Checkpoints {
  readonly disk = new InMemoryFileSystem()
  readonly fileSystems = new FileSystems().register('file', this.disk)
  readonly #services = { fileSystems: this.fileSystems, random: new SeededRandom(1), inlineThresholdBytes: 4 }
  readonly #storage = new FileCheckpointStorage('/cp', JOB, this.#services)
  readonly #store = new CompletedCheckpointStore(1, (old) => deleteSnapshot(old.externalPath, this.fileSystems))

  async take(checkpointId: number): Promise<void> {
    await this.#storage.initialise()
    const location = await this.#storage.checkpointLocation(checkpointId)
    const stream = await checkpointStreams(location, this.fileSystems, this.#services.random).createStream()
    await stream.write(new TextEncoder().encode(`state of checkpoint ${String(checkpointId)}`))
    const handle = await stream.closeAndGetHandle()
    assert.ok(handle?.kind === 'file')
    const managedOperator = [
      {
        handle,
        states: [
          { name: 's', kind: 'operator-list' as const, typeFingerprint: 'GENERIC', schemaVersion: 1, offsets: [0] },
        ],
      },
    ]
    const operator = { operatorId: 'b'.repeat(32), uid: 'u', name: 'n', parallelism: 1, maxParallelism: 128 }
    const subtasks = [{ ...EMPTY_SUBTASK_STATE, managedOperator }]
    const operators = [{ ...operator, fullyFinished: false, subtasks }]
    const header = { engineVersion: '1', jobId: JOB, jobName: 'j', checkpointId, timestamp: 1, isSavepoint: false }
    await this.#store.add(await publishSnapshot(location, { ...header, operators }, this.fileSystems))
  }

  /** Id of the newest checkpoint whose state can be read; undefined without one. */
  async newest(): Promise<number | undefined> {
    const found = await findLatestCheckpoint(`/cp/${JOB}`, this.fileSystems, (error) => {
      throw error
    })
    const handle = found?.metadata.operators[0]?.subtasks[0]?.managedOperator[0]?.handle
    if (found === undefined || handle === undefined) return undefined
    const text = new TextDecoder().decode(await readStateHandle(handle, this.fileSystems))
    assert.equal(text, `state of checkpoint ${String(found.metadata.checkpointId)}`)
    return found.metadata.checkpointId
  }
}

async function operationsOfSecondCheckpoint(): Promise<number> {
  const checkpoints = new Checkpoints()
  await checkpoints.take(1)
  let operations = 0
  checkpoints.disk.fault = () => {
    operations += 1
  }
  await checkpoints.take(2)
  return operations
}

describe('a crash while a checkpoint is taken', () => {
  it('at any operation leaves the older or the newer one, complete', async () => {
    const operations = await operationsOfSecondCheckpoint()
    assert.ok(operations > 8, 'the scenario does something')
    const seen = new Set<number | undefined>()
    for (let crashAt = 1; crashAt <= operations; crashAt += 1) {
      const checkpoints = new Checkpoints()
      await checkpoints.take(1)
      let count = 0
      checkpoints.disk.fault = (operation) => {
        count += 1
        if (count === crashAt) throw new Error(`crash at ${operation}`)
      }
      await checkpoints.take(2).catch(() => undefined)
      checkpoints.disk.fault = () => undefined
      checkpoints.disk.crash()
      const newest = await checkpoints.newest()
      assert.ok(newest === 1 || newest === 2, `crash at operation ${String(crashAt)} left ${String(newest)}`)
      seen.add(newest)
    }
    assert.deepEqual([...seen].sort(), [1, 2], 'both outcomes happen')
  })

  it('a full disk is told as such and the older checkpoint stays', async () => {
    const checkpoints = new Checkpoints()
    await checkpoints.take(1)
    checkpoints.disk.fault = (operation, file) => {
      if (operation === 'write') throw new FlinkError('DISK_FULL', { path: file })
    }
    await assert.rejects(checkpoints.take(2), (error) => FlinkError.is(error, 'DISK_FULL'))
    checkpoints.disk.fault = () => undefined
    assert.equal(await checkpoints.newest(), 1)
  })
})
