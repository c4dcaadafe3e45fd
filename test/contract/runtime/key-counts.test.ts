/** How many keys a state on the disk has, as a warning of state that only grows needs it: across snapshots, and in other subtasks. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { Types } from '../../../src/api/types/types-table.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { decodeManifest, encodeManifest } from '../../../src/runtime/taskmanager/state/rocksdb/files-manifest.js'
import { HEAP } from './backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from './rocksdb-under-test.js'
import { backendOf, restored, snapshotOf } from './state-backend.contract.js'

const ROCKSDB = diskUnderTest({ driver: 'rocksdb' })
/** Most of it is not in memory. */
const SMALL = diskUnderTest({ driver: 'rocksdb', cacheBytes: 10_000 })
const KEYS = 2000

cleanUpAfterEach()

function at(backend: KeyedStateBackend, key: unknown): void {
  backend.setCurrentKey(key, hashKey(key, 'auto'))
}

/** Of the two states, of which the other one has no key. */
function countsOf(backend: KeyedStateBackend): Readonly<Record<string, number>> | undefined {
  for (const name of ['seen', 'other']) {
    backend.getOrCreateKeyedState(new ValueStateDescriptor(name, Types.LONG))
    backend.countEntriesOf?.(name)
  }
  return backend.entryCounts?.()
}

/** Every fourth key comes and goes. */
function fill(backend: KeyedStateBackend): void {
  const state = backend.getOrCreateKeyedState(new ValueStateDescriptor('seen', Types.LONG)) as ValueState<number>
  for (let key = 0; key < KEYS; key += 1) {
    at(backend, key)
    state.update(key)
  }
  for (let key = 0; key < KEYS; key += 4) {
    at(backend, key)
    state.clear()
    state.clear()
  }
  for (let key = 1; key < KEYS; key += 4) {
    at(backend, key)
    state.clear()
    state.update(key)
  }
}

const LEFT = { seen: 0.75 * KEYS, other: 0 }

describe('The keys of a state on the disk', () => {
  it('are counted as they come and go, in memory or not', async () => {
    const backend = await backendOf(SMALL)
    fill(backend)
    assert.deepEqual(countsOf(backend), LEFT)
  })

  it('are counted on after a restore from files of checkpoints that build on each other, and from a savepoint', async () => {
    const backend = await backendOf(SMALL)
    fill(backend)
    await snapshotOf(backend, { checkpointId: 1, baseCheckpointId: undefined })
    at(backend, 'another')
    ;(backend.getOrCreateKeyedState(new ValueStateDescriptor('seen', Types.LONG)) as ValueState<number>).update(1)
    const files = await snapshotOf(backend, { checkpointId: 2, baseCheckpointId: 1 })
    assert.ok(files.every(({ backendFiles }) => backendFiles !== undefined))
    const withAnother = { ...LEFT, seen: LEFT.seen + 1 }
    const savepoint = await snapshotOf(backend)
    for (const [kind, handles] of [
      [ROCKSDB, files],
      [ROCKSDB, savepoint],
      [HEAP, savepoint],
    ] as const) {
      assert.deepEqual(countsOf(await restored(kind, [handles])), withAnother, kind.name)
    }
  })

  it('are about as many as the key groups are, where a subtask takes a part of files over', async () => {
    const backend = await backendOf(ROCKSDB)
    fill(backend)
    const files = await snapshotOf(backend, { checkpointId: 1, baseCheckpointId: undefined })
    const half = await restored(ROCKSDB, [files], { keyGroups: { start: 64, end: 127 } })
    assert.deepEqual(countsOf(half), { seen: LEFT.seen / 2, other: 0 })
  })

  it('are not told where a large map has lost what was seen of it, as it may have nothing left', async () => {
    const backend = await backendOf(SMALL)
    const descriptor = new MapStateDescriptor('map', Types.LONG, Types.STRING)
    const map = backend.getOrCreateKeyedState(descriptor) as unknown as MapState<number, string>
    backend.countEntriesOf?.('map')
    at(backend, 'large')
    for (let entry = 0; entry < 500; entry += 1) map.put(entry, 'x'.repeat(100))
    assert.deepEqual(backend.entryCounts?.(), { map: 1 })
    await snapshotOf(backend)
    for (let entry = 0; entry < 500; entry += 1) map.remove(entry)
    await snapshotOf(backend)
    assert.ok(map.isEmpty())
    assert.deepEqual(backend.entryCounts?.(), {})
  })

  it('are not known of files of an earlier flink-ts, which wrote none', () => {
    const manifest = { driver: 'rocksdb', waiting: [1], shared: [true, false], keys: [3, NaN] }
    const bytes = encodeManifest(manifest)
    assert.deepEqual(decodeManifest(bytes), manifest)
    const earlier = bytes.subarray(0, bytes.length - 1 - 2 * 8)
    assert.deepEqual(decodeManifest(earlier), { ...manifest, keys: [] })
  })
})
