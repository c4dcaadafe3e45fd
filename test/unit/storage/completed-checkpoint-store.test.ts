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
  readonly leftBehind: number[]
}

function recorded(maxRetained: number, cannotRemove: readonly number[] = []): Recorded {
  const removed: number[] = []
  const leftBehind: number[] = []
  const failed: number[] = []
  const store = new CompletedCheckpointStore(maxRetained, {
    remove: async ({ metadata: { checkpointId } }) => {
      await Promise.resolve()
      if (cannotRemove.includes(checkpointId)) throw new Error('busy')
      removed.push(checkpointId)
    },
    onRemovalFailed: ({ metadata: { checkpointId } }) => failed.push(checkpointId),
    onLeftBehind: ({ metadata: { checkpointId } }) => leftBehind.push(checkpointId),
  })
  return { store, removed, failed, leftBehind }
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

  it('tries a removal that failed again with the next one, and tells of it once', async () => {
    const busy = [1, 2]
    const { store, removed, failed, leftBehind } = recorded(1, busy)
    for (const id of [1, 2, 3]) await store.add(checkpoint(id))
    assert.deepEqual({ failed, removed }, { failed: [1, 2], removed: [] })
    busy.length = 0
    await store.add(checkpoint(4))
    assert.deepEqual({ failed, removed, leftBehind }, { failed: [1, 2], removed: [1, 2, 3], leftBehind: [] })
  })

  for (const [isBusy, outcome] of [
    [false, { removed: [1], leftBehind: [] }],
    [true, { removed: [], leftBehind: [1] }],
  ] as const) {
    it(`tries once more at the end of a job that keeps its checkpoints${isBusy ? ', and tells what stays' : ''}`, async () => {
      const busy = [1]
      const { store, removed, leftBehind } = recorded(1, busy)
      for (const id of [1, 2]) await store.add(checkpoint(id))
      if (!isBusy) busy.length = 0
      assert.equal(store.removesOnEnd('CANCELED', 'RETAIN_ON_CANCELLATION'), false)
      await store.shutdown('CANCELED', 'RETAIN_ON_CANCELLATION')
      assert.deepEqual({ removed, leftBehind }, outcome)
      assert.deepEqual(idsIn(store), [2])
    })
  }

  it('does not remember without end what it could not remove', async () => {
    const ids = Array.from({ length: 150 }, (_, index) => index + 1)
    const { store, leftBehind } = recorded(1, ids)
    for (const id of ids) await store.add(checkpoint(id))
    assert.deepEqual(leftBehind, ids.slice(0, 49))
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

  it('counts a claimed snapshot as the oldest of its checkpoints and removes it once it is subsumed', async () => {
    const { store, removed } = recorded(2)
    store.claim(checkpoint(7, true))
    assert.equal(store.latest()?.metadata.checkpointId, 7)
    await store.add(checkpoint(8))
    assert.deepEqual(removed, [])
    await store.add(checkpoint(9))
    assert.deepEqual(removed, [7])
  })

  for (const [status, left] of [
    ['FINISHED', []],
    ['CANCELED', [7]],
    ['FAILED', [7]],
  ] as const) {
    it(`${left.length > 0 ? 'keeps' : 'removes'} a claimed snapshot that nothing has subsumed when the job is ${status}`, async () => {
      const { store, removed } = recorded(2)
      store.claim(checkpoint(7, true))
      await store.add(checkpoint(8))
      assert.equal(store.removesOnEnd(status, 'NO_EXTERNALIZED_CHECKPOINTS'), true)
      await store.shutdown(status, 'NO_EXTERNALIZED_CHECKPOINTS')
      assert.deepEqual(
        [7, 8].filter((id) => !removed.includes(id)),
        left,
      )
    })
  }

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
