import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { HeapKeyedStateBackend } from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import {
  EMPTY_SUBTASK_STATE,
  streamHandlesOfSubtask,
  type KeyedStateHandle,
  type StreamStateHandle,
} from '../../../src/storage/state-handles.js'
import { AllStates, backendOf, restored, snapshotOf, type BackendUnderTest } from './state-backend.contract.js'
import { INLINE_READER } from './state-backend-streams.js'

function streamsOf(handles: readonly KeyedStateHandle[]): StreamStateHandle[] {
  return streamHandlesOfSubtask({ ...EMPTY_SUBTASK_STATE, managedKeyed: handles })
}

/** What a backend promises whose checkpoints are files that later ones name again. */
export function backendFilesContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, its files`, () => {
    it('are named again by later checkpoints on a completed one, and never those of one that was aborted', async () => {
      const { backend, value } = new AllStates(await backendOf(kind))
      const update = (key: number): void => {
        new AllStates(backend).at(key)
        value.update({ key })
      }
      for (let key = 0; key < 100; key += 1) update(key)
      const first = streamsOf(await snapshotOf(backend, { checkpointId: 1, baseCheckpointId: undefined }))
      update(1)
      const givenUp = streamsOf(await snapshotOf(backend, { checkpointId: 2, baseCheckpointId: 1 }))
      update(2)
      const handles = await snapshotOf(backend, { checkpointId: 3, baseCheckpointId: 1 })
      const third = streamsOf(handles)
      assert.ok(third.some((handle) => first.includes(handle)))
      assert.ok(!third.some((handle) => givenUp.includes(handle) && !first.includes(handle)))
      const then = new AllStates(await restored(kind, [handles]))
      for (let key = 0; key < 100; key += 1) assert.deepEqual(then.at(key).value.value(), { key })
    })

    it('are refused by another backend, which names theirs', async () => {
      const states = new AllStates(await backendOf(kind)).at('a')
      states.value.update(1)
      const handles = await snapshotOf(states.backend, { checkpointId: 1, baseCheckpointId: undefined })
      const { backendFiles } = handles[0] ?? {}
      assert.ok(backendFiles)
      const heap = {
        ...kind,
        create: (parameters: ConstructorParameters<typeof HeapKeyedStateBackend>[0]) =>
          new HeapKeyedStateBackend(parameters),
      }
      await assert.rejects(restored(heap, [handles]), (error) => {
        assert.ok(FlinkError.is(error, 'STATE_BACKEND_INCOMPATIBLE'), String(error))
        assert.match(error.message, /^The keyed state of Count lies in files of the state backend '/)
        assert.ok(error.message.includes(`'${backendFiles.backend}'`))
        return true
      })
    })
  })
}

/** What such a backend promises besides that knows what it was restored from. */
export function restoredFilesContract(kind: BackendUnderTest): void {
  async function restarted(handles: readonly KeyedStateHandle[], checkpointId?: number): Promise<KeyedStateBackend> {
    const backend = await backendOf(kind)
    await backend.restore(handles, INLINE_READER, checkpointId)
    return backend
  }

  describe(`${kind.name}, files that it was restored from`, () => {
    it('are named again by the first checkpoint after a restart, if that builds on what was restored', async () => {
      const first = new AllStates(await backendOf(kind))
      for (let key = 0; key < 100; key += 1) first.at(key).value.update({ key })
      // Logs are replayed by a restore: what lies in tables is in the checkpoint after it.
      const logs = await snapshotOf(first.backend, { checkpointId: 1, baseCheckpointId: undefined })
      const again = await restarted(logs, 1)
      const handles = await snapshotOf(again, { checkpointId: 2, baseCheckpointId: 1 })
      const before = streamsOf(handles)
      const namedAgain = async (restoredId: number | undefined, base: number | undefined): Promise<number> => {
        const states = new AllStates(await restarted(handles, restoredId))
        states.at(3).value.update({ key: 'changed' })
        const next = await snapshotOf(states.backend, { checkpointId: 5, baseCheckpointId: base })
        const then = new AllStates(await restored(kind, [next]))
        assert.deepEqual(then.at(3).value.value(), { key: 'changed' })
        assert.deepEqual(then.at(4).value.value(), { key: 4 })
        return streamsOf(next).filter((handle) => before.includes(handle)).length
      }
      assert.ok((await namedAgain(2, 2)) > 0)
      assert.equal(await namedAgain(2, undefined), 0, 'the checkpoint builds on nothing')
      assert.equal(await namedAgain(2, 4), 0, 'it builds on another one')
      assert.equal(await namedAgain(undefined, 2), 0, 'nobody knows what was restored')
    })
  })
}
