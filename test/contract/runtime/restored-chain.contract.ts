import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { Types } from '../../../src/api/types/types-table.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { KeyedStateBackend, KeyedStateReader } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { KeyedStateHandle, StreamStateHandle } from '../../../src/storage/state-handles.js'
import { AllStates, backendOf, restored, snapshotOf, type BackendUnderTest } from './state-backend.contract.js'
import { INLINE_READER } from './state-backend-streams.js'

/** Bytes that checkpoints have in files, which lie in a directory of that name. */
class Files {
  readonly reader: KeyedStateReader = {
    bytes: (handle) => INLINE_READER.bytes(this.#inline(handle)),
    pieces: (handle) => INLINE_READER.pieces(this.#inline(handle)),
    keyGroups: (handle, range) => INLINE_READER.keyGroups({ ...handle, handle: this.#inline(handle.handle) }, range),
  }
  readonly #bytes = new Map<string, StreamStateHandle>()

  inDirectory(handles: readonly KeyedStateHandle[], directory: string): KeyedStateHandle[] {
    return handles.map((each) => {
      if (each.handle.kind !== 'inline') return each
      const uri = `file:///job/${directory}/${String(this.#bytes.size)}`
      this.#bytes.set(uri, each.handle)
      const { bytes, crc32c } = each.handle
      return { ...each, handle: { kind: 'file', uri, offset: 0, lengthBytes: bytes.length, crc32c } }
    })
  }

  #inline(handle: StreamStateHandle): StreamStateHandle {
    return handle.kind === 'inline' ? handle : (this.#bytes.get(handle.uri) ?? handle)
  }
}

const KEYS = 200

function kindsOf(handles: readonly KeyedStateHandle[]): string {
  return handles.map(({ isDelta }) => (isDelta ? 'd' : 'W')).join('')
}

function contentsOf(states: AllStates): unknown[] {
  return Array.from({ length: KEYS }, (_, key) => states.contents(key))
}

/** What a backend on the disk promises whose checkpoints are whole state and what changed since. */
export function restoredChainContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, the first checkpoint after a restart`, () => {
    const files = new Files()

    async function chain(directory: string): Promise<KeyedStateHandle[]> {
      const states = new AllStates(await backendOf(kind))
      for (let key = 0; key < KEYS; key += 1) {
        states.at(key).value.update({ key })
        states.map.put('a', key)
        states.list.add(key)
      }
      await snapshotOf(states.backend, { checkpointId: 1, baseCheckpointId: undefined })
      states.at(1).value.update('changed')
      states.at(2).map.clear()
      const handles = await snapshotOf(states.backend, { checkpointId: 2, baseCheckpointId: 1 })
      assert.equal(kindsOf(handles), 'Wd')
      return files.inDirectory(handles, directory)
    }

    async function restart(handles: readonly KeyedStateHandle[], checkpointId?: number): Promise<KeyedStateBackend> {
      const backend = await backendOf(kind)
      await backend.restore(handles, files.reader, checkpointId)
      return backend
    }

    it('holds what changed since the restored one, where it builds on that', async () => {
      const handles = await chain('shared')
      const states = new AllStates(await restart(handles, 2))
      states.at(3).value.update('later')
      states.at(4).list.clear()
      states.at(1).value.clear()
      const next = await snapshotOf(states.backend, { checkpointId: 5, baseCheckpointId: 2 })
      assert.equal(kindsOf(next), 'Wdd')
      assert.deepEqual(next.slice(0, 2), handles)
      assert.deepEqual(contentsOf(new AllStates(await restart(next))), contentsOf(states))
    })

    it('goes on so where a state is asked for only after it, and changed then', async () => {
      const backend = await restart(await chain('shared'), 2)
      const next = await snapshotOf(backend, { checkpointId: 5, baseCheckpointId: 2 })
      assert.equal(kindsOf(next), 'Wd')
      const states = new AllStates(backend)
      states.at(7).value.update('asked for')
      const later = await snapshotOf(backend, { checkpointId: 6, baseCheckpointId: 5 })
      assert.equal(kindsOf(later), 'Wdd')
      assert.deepEqual(contentsOf(new AllStates(await restart(later))), contentsOf(states))
    })

    it('is whole where a state of it was migrated since, of which nobody noted the entries', async () => {
      const migrate = { 1: (old: unknown) => ({ was: old }) }
      const type = Types.OBJECT({ was: Types.GENERIC() })
      const backend = await restart(await chain('shared'), 2)
      backend.getOrCreateKeyedState(new ValueStateDescriptor('value', type).withSchema(2, { migrate }))
      const next = await snapshotOf(backend, { checkpointId: 5, baseCheckpointId: 2 })
      assert.equal(kindsOf(next), 'W')
      const again = await restart(next)
      const value = new ValueStateDescriptor('value', type).withSchema(2)
      const state = again.getOrCreateKeyedState(value) as ValueState<unknown>
      again.setCurrentKey(5, hashKey(5, 'auto'))
      assert.deepStrictEqual(state.value(), { was: { key: 5 } })
    })

    it('is whole where it builds on another one, or nobody knows what was restored', async () => {
      const handles = await chain('shared')
      for (const [checkpointId, base] of [
        [2, 4],
        [2, undefined],
        [undefined, 2],
      ] as const) {
        const backend = await restart(handles, checkpointId)
        assert.equal(kindsOf(await snapshotOf(backend, { checkpointId: 5, baseCheckpointId: base })), 'W')
      }
    })

    it('is whole where the restored one has its files for itself, or other key groups', async () => {
      const own = await restart(await chain('chk-2'), 2)
      assert.equal(kindsOf(await snapshotOf(own, { checkpointId: 5, baseCheckpointId: 2 })), 'W')
      const half = await backendOf(kind, { keyGroups: { start: 0, end: 40 } })
      await half.restore(await chain('shared'), files.reader, 2)
      const next = await snapshotOf(half, { checkpointId: 5, baseCheckpointId: 2 })
      assert.equal(kindsOf(next), 'W')
      assert.deepEqual(next[0]?.keyGroups, { start: 0, end: 40 })
      await restored(kind, [next], { keyGroups: { start: 0, end: 40 } })
    })
  })
}
