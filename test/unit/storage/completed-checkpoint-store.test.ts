import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CompletedCheckpoint } from '../../../src/storage/checkpoint-metadata.js'
import { CompletedCheckpointStore, type CheckpointRetention } from '../../../src/storage/completed-checkpoint-store.js'
import { sampleMetadata } from './snapshot-samples.js'

function checkpoint(checkpointId: number, isSavepoint = false): CompletedCheckpoint {
  const metadata = sampleMetadata({ kind: 'inline', bytes: new Uint8Array(), crc32c: 0 }, { checkpointId, isSavepoint })
  return { metadata, externalPath: `file:/cp/chk-${String(checkpointId)}` }
}

interface Recorded {
  readonly store: CompletedCheckpointStore
  readonly removed: number[]
  readonly failed: number[]
}

function recorded(maxRetained: number, cannotRemove: readonly number[] = []): Recorded {
  const removed: number[] = []
  const failed: number[] = []
  const store = new CompletedCheckpointStore(maxRetained, {
    remove: async ({ metadata: { checkpointId } }) => {
      await Promise.resolve()
      if (cannotRemove.includes(checkpointId)) throw new Error('busy')
      removed.push(checkpointId)
    },
    onRemovalFailed: ({ metadata: { checkpointId } }) => failed.push(checkpointId),
  })
  return { store, removed, failed }
}

function idsIn(store: CompletedCheckpointStore): number[] {
  return store.retained().map(({ metadata }) => metadata.checkpointId)
}

describe('a CompletedCheckpointStore', () => {
  it('keeps as many as it is told and subsumes the oldest', async () => {
    const { store, removed } = recorded(2)
    for (const id of [1, 2, 3, 4]) await store.add(checkpoint(id))
    assert.deepEqual(idsIn(store), [3, 4])
    assert.deepEqual(removed, [1, 2])
    assert.equal(store.latest()?.metadata.checkpointId, 4)
  })

  it('keeps at least the newest one', async () => {
    const { store } = recorded(0)
    await store.add(checkpoint(1))
    assert.deepEqual(idsIn(store), [1])
  })

  it('names the newest by id, whatever order they completed in', async () => {
    const { store, removed } = recorded(1)
    await store.add(checkpoint(5))
    await store.add(checkpoint(4))
    assert.equal(store.latest()?.metadata.checkpointId, 5)
    assert.deepEqual(removed, [4])
  })

  it('reports a removal that failed and goes on', async () => {
    const { store, removed, failed } = recorded(1, [1])
    for (const id of [1, 2, 3]) await store.add(checkpoint(id))
    assert.deepEqual({ failed, removed, kept: idsIn(store) }, { failed: [1], removed: [2], kept: [3] })
  })

  it('restarts from the snapshot that the run was started with until there is a checkpoint, and never removes it', async () => {
    const { store, removed } = recorded(1)
    store.setExternal(checkpoint(7, true))
    assert.equal(store.latest()?.metadata.checkpointId, 7)
    await store.add(checkpoint(8))
    assert.equal(store.latest()?.metadata.checkpointId, 8)
    await store.shutdown('FINISHED', 'NO_EXTERNALIZED_CHECKPOINTS')
    assert.deepEqual(removed, [8])
  })

  it('restarts from a savepoint that is newer than its checkpoints until there is a newer one, and never removes it', async () => {
    const { store, removed } = recorded(1)
    await store.add(checkpoint(3))
    store.setExternal(checkpoint(4, true))
    assert.equal(store.latest()?.metadata.checkpointId, 4)
    await store.add(checkpoint(5))
    assert.equal(store.latest()?.metadata.checkpointId, 5)
    assert.deepEqual(removed, [3])
  })

  const KEPT: readonly [status: 'FINISHED' | 'CANCELED' | 'FAILED', retention: CheckpointRetention, isKept: boolean][] =
    [
      ['FINISHED', 'NO_EXTERNALIZED_CHECKPOINTS', false],
      ['FINISHED', 'DELETE_ON_CANCELLATION', false],
      ['FINISHED', 'RETAIN_ON_CANCELLATION', false],
      ['CANCELED', 'NO_EXTERNALIZED_CHECKPOINTS', false],
      ['CANCELED', 'DELETE_ON_CANCELLATION', false],
      ['CANCELED', 'RETAIN_ON_CANCELLATION', true],
      ['FAILED', 'NO_EXTERNALIZED_CHECKPOINTS', false],
      ['FAILED', 'DELETE_ON_CANCELLATION', true],
      ['FAILED', 'RETAIN_ON_CANCELLATION', true],
    ]
  for (const [status, retention, isKept] of KEPT) {
    it(`of a job that is ${status} ${isKept ? 'keeps' : 'removes'} its checkpoints under ${retention}`, async () => {
      const { store, removed } = recorded(3)
      await store.add(checkpoint(1))
      await store.add(checkpoint(2))
      await store.shutdown(status, retention)
      assert.deepEqual(removed, isKept ? [] : [1, 2])
    })
  }
})
