import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OperatorStateBackend } from '../../../../../src/runtime/taskmanager/state/operator-state-backend.js'
import { SnapshotWatermark } from '../../../../../src/runtime/taskmanager/timers/snapshot-watermark.js'
import type { OperatorStateHandle } from '../../../../../src/storage/state-handles.js'
import { MemoryStreams, readInline } from '../../../../contract/runtime/state-backend-streams.js'

/** What a subtask with this watermark puts into a snapshot. */
async function stateAt(watermark: number | undefined): Promise<readonly OperatorStateHandle[]> {
  const backend = new OperatorStateBackend('Op')
  new SnapshotWatermark(backend).set(watermark)
  const handle = await backend.snapshot().write(new MemoryStreams())
  return handle === undefined ? [] : [handle]
}

async function restoredOf(watermarks: readonly (number | undefined)[]): Promise<number> {
  const backend = new OperatorStateBackend('Op')
  const handles = await Promise.all(watermarks.map(stateAt))
  await backend.restore(handles.flat(), readInline)
  return new SnapshotWatermark(backend).restored
}

describe('The watermark in snapshots', () => {
  it('is the smallest of all subtasks that have something that depends on it', async () => {
    assert.equal(await restoredOf([9, undefined, 5, Infinity]), 5)
    assert.equal(await restoredOf([Infinity]), Infinity)
    assert.equal(await restoredOf([9, -Infinity]), -Infinity)
  })

  it('is not known without a snapshot, and where nothing depends on it', async () => {
    assert.equal(await restoredOf([]), -Infinity)
    assert.equal(await restoredOf([undefined]), -Infinity)
  })

  it('goes into the next snapshot as it is then', async () => {
    const backend = new OperatorStateBackend('Op')
    await backend.restore(await stateAt(7), readInline)
    const watermark = new SnapshotWatermark(backend)
    watermark.set(undefined)
    assert.equal(await backend.snapshot().write(new MemoryStreams()), undefined)
  })
})
