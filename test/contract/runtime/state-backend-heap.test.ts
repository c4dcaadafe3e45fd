import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { StateDescriptor } from '../../../src/api/state/state-descriptor.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { HeapKeyedStateBackend } from '../../../src/runtime/taskmanager/state/heap-keyed-state-backend.js'
import type { InternalState } from '../../../src/runtime/taskmanager/state/internal-state.js'
import type { KeyedPriorityQueue } from '../../../src/runtime/taskmanager/state/keyed-priority-queue.js'
import type { KeyedStateSnapshot } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import {
  VOID_NAMESPACES,
  type AnyNamespaceType,
  type NamespaceType,
} from '../../../src/runtime/taskmanager/state/namespace-type.js'
import { incrementalCheckpointContract } from './incremental-checkpoint.contract.js'
import { HEAP } from './backends-under-test.js'
import { Span, SPANS } from './spans.js'
import {
  backendOf,
  keyedStateBackendContract,
  restored,
  snapshotOf,
  type BackendUnderTest,
} from './state-backend.contract.js'
import { keyedStateBackendProperties } from './state-backend-properties.js'
import { namespacesContract } from './state-namespaces.contract.js'
import { priorityQueueContract } from './state-priority-queue.contract.js'
import { stateKindsContract } from './state-kinds.contract.js'
import { rescalingContract } from './state-rescaling.contract.js'
import { timersOfKeysContract } from './state-timers-of-keys.contract.js'
import { stateQueriesContract } from './state-queries.contract.js'
import { stateSafetyContract } from './state-safety.contract.js'

/** Each of its snapshots builds on the one before it, where that was written. */
class AlwaysIncremental extends HeapKeyedStateBackend {
  #lastId = 0

  override snapshot(): KeyedStateSnapshot {
    const baseCheckpointId = this.#lastId
    this.#lastId += 1
    return super.snapshot({ checkpointId: this.#lastId, baseCheckpointId })
  }
}

const incremental: BackendUnderTest = {
  name: 'HeapKeyedStateBackend with increments',
  keepsObjects: true,
  create: (parameters) => new AlwaysIncremental(parameters),
}

/** Each namespace is that of many keys: so its tables are others. */
class OfSharedNamespaces extends HeapKeyedStateBackend {
  override getOrCreateKeyedState(
    descriptor: StateDescriptor<unknown>,
    namespaces: AnyNamespaceType = VOID_NAMESPACES,
  ): InternalState<unknown> {
    return super.getOrCreateKeyedState(descriptor, sharedOf(namespaces))
  }

  override getOrCreatePriorityQueue<N>(name: string, namespaces: NamespaceType<N>): KeyedPriorityQueue<N> {
    return super.getOrCreatePriorityQueue(name, sharedOf(namespaces))
  }
}

const SHARED_SPANS: NamespaceType<Span> = { ...SPANS, shared: { slotOf: ({ end }) => end } }

function sharedOf<N>(namespaces: NamespaceType<N>): NamespaceType<N> {
  return (namespaces as unknown) === SPANS ? (SHARED_SPANS as unknown as NamespaceType<N>) : namespaces
}

const shared: BackendUnderTest = {
  name: 'HeapKeyedStateBackend with shared namespaces',
  keepsObjects: true,
  create: (parameters) => new OfSharedNamespaces(parameters),
}

namespacesContract(shared)
priorityQueueContract(shared)
stateQueriesContract(shared)

describe(`${shared.name}, a queue`, () => {
  const spans = [new Span(0, 5), new Span(5, 10), new Span(0, 10)]
  const element = { key: fc.nat(5), span: fc.nat(2), timestamp: fc.nat(2) }
  const step = fc.oneof(
    fc.record({ what: fc.constant('add' as const), ...element }),
    fc.record({ what: fc.constant('remove' as const), ...element }),
    fc.record({ what: fc.constant('poll' as const) }),
  )

  const nameOf = (key: unknown, { start, end }: Span, timestamp: number): string =>
    [key, start, end, timestamp].map(String).join(' ')

  it('gives what is left in the order of time and hash, whatever comes and goes between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const backend = await backendOf(shared)
        const queue = backend.getOrCreatePriorityQueue('timers', SPANS)
        const left = new Map<string, { readonly timestamp: number; readonly hash: number }>()
        for (const each of steps) {
          if (each.what === 'poll') {
            const taken = queue.poll()
            const places = [...left.values()].map(({ timestamp, hash }) => [timestamp, hash] as const)
            const [first] = places.sort((one, other) => one[0] - other[0] || one[1] - other[1])
            assert.deepEqual(taken && [taken.timestamp, taken.keyHash], first)
            if (taken !== undefined) {
              assert.ok(left.delete(nameOf(taken.key, taken.namespace, taken.timestamp)))
            }
          } else {
            const key = `key ${String(each.key)}`
            const span = spans[each.span] ?? assert.fail()
            const name = nameOf(key, span, each.timestamp)
            backend.setCurrentKey(key, hashKey(key, 'auto'))
            if (each.what === 'remove') assert.equal(queue.remove(span, each.timestamp), left.delete(name))
            else queue.add(span, each.timestamp)
            if (each.what === 'add') left.set(name, { timestamp: each.timestamp, hash: hashKey(key, 'auto') })
          }
          assert.equal(queue.size, left.size)
        }
      }),
    )
  })
})

describe(`${shared.name}, more of them than get a table of their own`, () => {
  const ends = Array.from({ length: 2500 }, (_, index) => (index * 7) % 2500)
  const shuffled = ends.flatMap((end) => (end % 2 === 0 ? [end] : [end, 2499 - end]))

  it('takes timers in the order of time, before and after a restore', async () => {
    const backend = await backendOf(shared)
    const timers = backend.getOrCreatePriorityQueue('timers', SPANS)
    for (const end of shuffled) {
      const key = `key ${String(end % 3)}`
      backend.setCurrentKey(key, hashKey(key, 'auto'))
      timers.add(new Span(0, end), end)
    }
    assert.equal(timers.size, 2500)
    assert.equal(timers.isDue(-1), false)
    for (const end of ends.slice(0, 100)) {
      const key = `key ${String(end % 3)}`
      backend.setCurrentKey(key, hashKey(key, 'auto'))
      assert.ok(timers.remove(new Span(0, end), end))
    }
    const left = ends.slice(100).toSorted((one, other) => one - other)
    const then = await restored(shared, [await snapshotOf(backend)])
    for (const queue of [timers, then.getOrCreatePriorityQueue('timers', SPANS)]) {
      const taken: number[] = []
      for (let next = queue.poll(); next !== undefined; next = queue.poll()) taken.push(next.timestamp)
      assert.deepEqual(taken, left)
      assert.equal(queue.firstTimestamp(), undefined)
    }
  })

  it('finds what one of them has when others have gone since, and there is room for a table again', async () => {
    const backend = await backendOf(shared)
    const descriptor = new ValueStateDescriptor<number>('values')
    const values = backend.getOrCreateKeyedState(descriptor, SPANS) as InternalState<Span> & ValueState<number>
    backend.setCurrentKey('a', hashKey('a', 'auto'))
    for (const end of ends) {
      values.setCurrentNamespace(new Span(0, end))
      values.update(end)
    }
    for (const end of ends.slice(0, 10)) {
      values.setCurrentNamespace(new Span(0, end))
      values.clear()
    }
    for (const end of ends.slice(10)) {
      values.setCurrentNamespace(new Span(0, end))
      assert.equal(values.value(), end)
    }
  })

  it('has in each of them what was put there, before and after a restore', async () => {
    const backend = await backendOf(shared)
    const descriptor = new ValueStateDescriptor<number>('values')
    const values = backend.getOrCreateKeyedState(descriptor, SPANS) as InternalState<Span> & ValueState<number>
    backend.setCurrentKey('a', hashKey('a', 'auto'))
    for (const [index, end] of ends.entries()) {
      values.setCurrentNamespace(new Span(0, end))
      values.update(end)
      if (index % 5 !== 0) continue
      values.setCurrentNamespace(new Span(0, ends[index >> 1] ?? 0))
      values.clear()
    }
    const cleared = new Set(ends.flatMap((_, index) => (index % 5 === 0 ? [ends[index >> 1]] : [])))
    const again = await restored(shared, [await snapshotOf(backend)])
    again.setCurrentKey('a', hashKey('a', 'auto'))
    for (const each of [values, again.getOrCreateKeyedState(descriptor, SPANS) as typeof values]) {
      for (const end of ends) {
        each.setCurrentNamespace(new Span(0, end))
        assert.equal(each.value(), cleared.has(end) ? null : end)
      }
    }
  })
})

for (const kind of [HEAP, incremental]) {
  keyedStateBackendContract(kind)
  namespacesContract(kind)
  priorityQueueContract(kind)
  timersOfKeysContract(kind)
  stateKindsContract(kind)
  stateQueriesContract(kind)
}
incrementalCheckpointContract(HEAP)
keyedStateBackendProperties(HEAP)
rescalingContract(HEAP)
stateSafetyContract(HEAP)
