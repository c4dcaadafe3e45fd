import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ListStateDescriptor } from '../../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../../src/api/state/map-state.js'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { InternalState } from '../../../src/runtime/taskmanager/state/internal-state.js'
import type { KeyedPriorityQueue } from '../../../src/runtime/taskmanager/state/keyed-priority-queue.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { HEAP } from './backends-under-test.js'
import { cleanUpAfterEach, diskUnderTest } from './rocksdb-under-test.js'
import { Span, SPANS } from './spans.js'
import { backendOf, restored, snapshotOf, type BackendUnderTest } from './state-backend.contract.js'
import { rounds } from '../../runner/rounds.js'

type OfSpan<S> = S & InternalState<Span>

const SPAN_LIST = [new Span(0, 5), new Span(5, 10), new Span(0, 10)] as const
const KEYS = ['a', 'b', 'Aa', 'BB', 7, [1, 'x'], ...Array.from({ length: 14 }, (_, index) => `key ${String(index)}`)]

const action = fc.record({
  what: fc.constantFrom('put', 'put', 'get', 'get', 'clear', 'add', 'list', 'map', 'user key', 'timer', 'poll', 'keys'),
  key: fc.nat(KEYS.length - 1),
  span: fc.nat(2),
  number: fc.nat(9),
})
const step = fc.oneof(
  { weight: 40, arbitrary: action },
  { weight: 1, arbitrary: fc.constantFrom('checkpoint' as const, 'restore' as const) },
)

/** What a function does, and what it sees. */
class Program {
  readonly backend: KeyedStateBackend
  readonly #value: OfSpan<ValueState<unknown>>
  readonly #list: OfSpan<ListState<unknown>>
  readonly #map: MapState<unknown, unknown>
  readonly #timers: KeyedPriorityQueue<Span>

  constructor(backend: KeyedStateBackend) {
    this.backend = backend
    this.#value = backend.getOrCreateKeyedState(new ValueStateDescriptor('value'), SPANS) as never
    this.#list = backend.getOrCreateKeyedState(new ListStateDescriptor('list'), SPANS) as never
    this.#map = backend.getOrCreateKeyedState(new MapStateDescriptor('map')) as never
    this.#timers = backend.getOrCreatePriorityQueue('timers', SPANS)
  }

  /** Its namespace is set before a state is used. */
  do({
    what,
    key: keyIndex,
    span: spanIndex,
    number,
  }: {
    what: string
    key: number
    span: number
    number: number
  }): unknown {
    const key = KEYS[keyIndex]
    const span = SPAN_LIST[spanIndex] ?? assert.fail()
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    this.#value.setCurrentNamespace(span)
    this.#list.setCurrentNamespace(span)
    switch (what) {
      case 'put':
        this.#value.update(number % 2 === 0 ? number : { number, text: 'x'.repeat(number * 10) })
        return undefined
      case 'get':
        return structuredClone([this.#value.value(), [...this.#list.get()], this.#map.get(number)])
      case 'clear':
        this.#value.clear()
        if (number > 4) this.#list.clear()
        if (number > 8) this.#map.clear()
        return undefined
      case 'add': {
        const value = this.#value.value() as { number?: number } | null
        if (typeof value === 'object' && value !== null) value.number = number
        return structuredClone(value)
      }
      case 'list':
        this.#list.add({ number })
        return undefined
      case 'map':
        this.#map.put(number, { number })
        return [...this.#map.keys()].sort()
      case 'user key':
        this.#map.remove(number)
        return [this.#map.isEmpty(), this.#map.contains(number + 1)]
      case 'timer':
        // No two of one time: which of these comes first is not promised.
        return number > 6
          ? this.#timers.remove(SPAN_LIST[number % 3] ?? span, (number - 3) * 100 + keyIndex)
          : this.#timers.add(SPAN_LIST[number % 3] ?? span, number * 100 + keyIndex)
      case 'poll':
        return [this.#timers.poll(), this.#timers.size]
      default:
        return [...this.backend.getKeys('value', span)].map(String).sort()
    }
  }
}

function againstHeap(kind: BackendUnderTest, numRuns: number): void {
  it(`${kind.name} gives what the heap gives, whatever leaves memory and whatever is restored`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 300, size: 'max' }), async (steps) => {
        let heap = new Program(await backendOf(HEAP))
        let disk = new Program(await backendOf(kind))
        let checkpointId = 0
        for (const next of steps) {
          if (typeof next !== 'string') {
            assert.deepEqual(disk.do(next), heap.do(next), JSON.stringify(next))
            continue
          }
          checkpointId += 1
          const increment = { checkpointId, baseCheckpointId: checkpointId - 1 }
          const ofHeap = await snapshotOf(heap.backend)
          const ofDisk = await snapshotOf(disk.backend, next === 'checkpoint' ? increment : undefined)
          assert.equal(disk.backend.numberOfEntries(), heap.backend.numberOfEntries())
          if (next === 'checkpoint') continue
          await disk.backend.dispose()
          heap = new Program(await restored(HEAP, [ofHeap]))
          disk = new Program(await restored(kind, [ofDisk]))
        }
        assert.equal(disk.backend.numberOfEntries(), heap.backend.numberOfEntries())
        await disk.backend.dispose()
      }),
      { numRuns: rounds(numRuns) },
    )
  })
}

describe('Random records', () => {
  cleanUpAfterEach()
  for (const cacheBytes of [1, 3000]) againstHeap(diskUnderTest({ driver: 'memory', cacheBytes }), 25)
  for (const driver of ['rocksdb', 'lmdb'] as const) againstHeap(diskUnderTest({ driver, cacheBytes: 2000 }), 3)
})
