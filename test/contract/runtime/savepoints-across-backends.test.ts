import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import type { InternalState } from '../../../src/runtime/taskmanager/state/internal-state.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { HEAP, SORTED } from './backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from './rocksdb-under-test.js'
import { Span, SPANS } from './spans.js'
import { AllStates, backendOf, MAX_PARALLELISM, restored, snapshotOf } from './state-backend.contract.js'

const KEYS: readonly unknown[] = [0, -0, 1.5, NaN, '', 'a', '\u0000', 'ü', true, 7n, [1, 'x'], [[null]], new Date(5)]
const SPAN = new Span(0, 10)
const KINDS = [HEAP, SORTED, diskUnderTest({ driver: 'rocksdb' }), diskUnderTest({ driver: 'lmdb', cacheBytes: 1000 })]

cleanUpAfterEach()

function windowed(backend: KeyedStateBackend): ValueState<unknown> & InternalState<Span> {
  const state = backend.getOrCreateKeyedState(new ValueStateDescriptor('windowed'), SPANS)
  state.setCurrentNamespace(SPAN)
  return state as ValueState<unknown> & InternalState<Span>
}

function fill(backend: KeyedStateBackend): void {
  const states = new AllStates(backend)
  const inWindow = windowed(backend)
  const timers = backend.getOrCreatePriorityQueue('timers', SPANS)
  for (const [index, key] of KEYS.entries()) {
    states.at(key).value.update({ index })
    states.list.addAll([index, [index]])
    states.map.putAll([
      [null, index],
      [[index, 'x'], 1],
      ['gone', 1],
    ])
    states.map.remove('gone')
    states.reducing.add(index)
    states.aggregating.add(index)
    inWindow.update(index)
    timers.add(SPAN, index)
  }
}

function contentsOf(backend: KeyedStateBackend): unknown {
  const states = new AllStates(backend)
  const inWindow = windowed(backend)
  const timers = backend.getOrCreatePriorityQueue('timers', SPANS)
  const byKey = KEYS.map((key) => {
    const contents = states.contents(key)
    return { key, contents, inWindow: inWindow.value() }
  })
  const drained: unknown[] = []
  for (let next = timers.poll(); next !== undefined; next = timers.poll()) drained.push(next)
  return { byKey, drained, entries: backend.numberOfEntries() }
}

describe('A savepoint of one state backend', () => {
  for (const from of KINDS) {
    for (const to of KINDS) {
      it(`${from.name} is restored by ${to.name}`, async () => {
        const backend = await backendOf(from)
        fill(backend)
        const handles = await snapshotOf(backend)
        assert.ok(handles.every(({ backendFiles, isDelta }) => backendFiles === undefined && !isDelta))
        const then = await restored(to, [handles])
        assert.deepEqual(contentsOf(then), contentsOf(backend))
      })
    }
  }

  it('has the same bytes whichever wrote it, but for the order of the entries', async () => {
    const sizes: unknown[] = []
    for (const kind of KINDS) {
      const backend = await backendOf(kind)
      fill(backend)
      const [handle] = await snapshotOf(backend)
      sizes.push({ ...handle, handle: handle?.handle.kind === 'inline' ? handle.handle.bytes.length : undefined })
    }
    for (const each of sizes) assert.deepEqual(each, sizes[0])
  })

  for (const kind of KINDS.slice(1))
    it(`goes from the heap to ${kind.name} and back with other parallelisms, also what nobody asks for in between`, async () => {
      const backend = await backendOf(HEAP)
      fill(backend)
      const parts = []
      for (const index of [0, 1, 2]) {
        const keyGroups = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, 3, index)
        const part = await restored(kind, [await snapshotOf(backend)], { keyGroups })
        const value = part.getOrCreateKeyedState(new ValueStateDescriptor('value')) as ValueState<unknown>
        part.clearCurrentKey()
        assert.throws(() => value.value(), { code: 'STATE_ACCESS_WITHOUT_KEY' })
        parts.push(
          await snapshotOf(part, kind === SORTED ? { checkpointId: 1, baseCheckpointId: undefined } : undefined),
        )
      }
      assert.deepEqual(contentsOf(await restored(HEAP, parts)), contentsOf(backend))
    })
})

describe('A checkpoint of chained deltas', () => {
  it('is restored by a backend of each kind', async () => {
    const backend = await backendOf(HEAP)
    fill(backend)
    for (let key = 0; key < 300; key += 1) new AllStates(backend).at(`more ${String(key)}`).value.update(key)
    await snapshotOf(backend, { checkpointId: 1, baseCheckpointId: undefined })
    const states = new AllStates(backend).at('a')
    states.value.clear()
    states.map.clear()
    states.list.add('more')
    backend.setCurrentKey('new', hashKey('new', 'auto'))
    states.value.update('new')
    const handles = await snapshotOf(backend, { checkpointId: 2, baseCheckpointId: 1 })
    assert.deepEqual(
      handles.map(({ isDelta }) => isDelta),
      [false, true],
    )
    const contents = contentsOf(backend)
    for (const kind of KINDS) assert.deepEqual(contentsOf(await restored(kind, [handles])), contents)
  })
})
