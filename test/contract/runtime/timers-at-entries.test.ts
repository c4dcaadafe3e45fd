/** Timers that stand at the entries of a state, on the heap, while entries come and go beside them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { InternalState } from '../../../src/runtime/taskmanager/state/internal-state.js'
import type { KeyedPriorityQueue } from '../../../src/runtime/taskmanager/state/keyed-priority-queue.js'
import type {
  KeyedStateBackend,
  KeyedStateSnapshot,
} from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import {
  VOID_NAMESPACES,
  type AnyNamespaceType,
  type NamespaceType,
} from '../../../src/runtime/taskmanager/state/namespace-type.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'
import { rounds } from '../../runner/rounds.js'
import { HEAP } from './backends-under-test.js'
import { Span, SPANS } from './spans.js'
import { backendOf, restored, snapshotOf } from './state-backend.contract.js'
import { freeSlices, MemoryStreams } from './state-backend-streams.js'

const SHARED: NamespaceType<Span> = { ...SPANS, shared: { slotOf: ({ end }) => end } }
const WINDOWS = [new Span(0, 10), new Span(10, 20), new Span(5, 20)]

interface Timer {
  readonly key: unknown
  readonly window: number
  readonly timestamp: number
}

type Step =
  | { readonly kind: 'put' | 'clear'; readonly key: unknown; readonly window: number }
  | ({ readonly kind: 'add' | 'remove' } & Timer)
  | { readonly kind: 'many'; readonly timestamp: number }
  | { readonly kind: 'poll' | 'restore' | 'begin' | 'end' | 'increment' }

/** Of keys: more than a time has to have to get a group. */
const MANY = 40

/** Of which namespaces: those of windows, or one alone. */
interface Kind {
  readonly namespaces: AnyNamespaceType
  readonly values: readonly unknown[]
  /** Elsewhere an element may come in the place of one of its time that was removed. */
  readonly isInOrderOfHashes: boolean
}

const OF_WINDOWS: Kind = { namespaces: SHARED, values: WINDOWS, isInOrderOfHashes: true }
const OF_KEYS: Kind = { namespaces: VOID_NAMESPACES, values: [undefined], isInOrderOfHashes: false }

/** What windows or keys hold, and their timers, beside what a naive set of timers says. */
class Windows {
  readonly backend: KeyedStateBackend
  readonly kind: Kind
  readonly queue: KeyedPriorityQueue<unknown>
  readonly expected = new Map<string, Timer>()
  /** By key and window. */
  readonly contents = new Map<string, number>()
  readonly #state: ValueState<number> & InternalState<unknown>
  #increments = 0

  constructor(kind: Kind, backend: KeyedStateBackend) {
    this.kind = kind
    this.backend = backend
    this.queue = backend.getOrCreatePriorityQueue('timers', kind.namespaces)
    const descriptor = new ValueStateDescriptor('contents')
    const state = backend.getOrCreateKeyedState(descriptor, kind.namespaces)
    this.#state = state as ValueState<number> & InternalState<unknown>
  }

  async restored(): Promise<Windows> {
    const then = new Windows(this.kind, await restored(HEAP, [await snapshotOf(this.backend)]))
    for (const [name, timer] of this.expected) then.expected.set(name, timer)
    for (const [name, value] of this.contents) then.contents.set(name, value)
    return then
  }

  at(key: unknown, window: number): ValueState<number> {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    this.#state.setCurrentNamespace(this.namespaceOf(window))
    return this.#state
  }

  change(kind: 'put' | 'clear', key: unknown, window: number): void {
    const state = this.at(key, window)
    const name = JSON.stringify([key, window])
    if (kind === 'put') {
      state.update(this.contents.size)
      this.contents.set(name, this.contents.size)
    } else {
      state.clear()
      this.contents.delete(name)
    }
    this.check(key, window)
  }

  check(key: unknown, window: number): void {
    const held = this.contents.get(JSON.stringify([key, window])) ?? null
    assert.equal(this.at(key, window).value(), held)
  }

  set(kind: 'add' | 'remove', timer: Timer): void {
    const { key, window, timestamp } = timer
    this.at(key, window)
    const name = nameOf(timer)
    if (kind === 'add') {
      this.queue.add(this.namespaceOf(window), timestamp)
      this.expected.set(name, timer)
    } else assert.equal(this.queue.remove(this.namespaceOf(window), timestamp), this.expected.delete(name))
  }

  /** As a timer service does: under the key of the timer its window's contents are looked at. */
  poll(): boolean {
    const polled = this.queue.poll()
    const places = [...this.expected.values()].map(({ key, timestamp }) => [timestamp, hashKey(key, 'auto')] as const)
    const [first] = places.sort((one, other) => one[0] - other[0] || one[1] - other[1])
    assert.equal(polled?.timestamp, first?.[0])
    if (this.kind.isInOrderOfHashes) assert.equal(polled?.keyHash, first?.[1])
    if (polled === undefined) return false
    const window = this.windowOf(polled.namespace)
    assert.ok(this.expected.delete(nameOf({ key: polled.key, window, timestamp: polled.timestamp })))
    // Who asks next need not be the key of the timer.
    if (polled.timestamp % 2 === 0) this.check('c', window)
    this.check(polled.key, window)
    return true
  }

  /** Of all keys at once, as at the end of a minute. */
  setMany(timestamp: number): void {
    for (let index = 0; index < MANY; index += 1) {
      const key = `key ${String(index)}`
      this.change('put', key, 0)
      this.set('add', { key, window: 0, timestamp })
    }
  }

  /** Each builds on the one before it. */
  async increment(): Promise<void> {
    this.#increments += 1
    const baseCheckpointId = this.#increments === 1 ? undefined : this.#increments - 1
    const handles = await snapshotOf(this.backend, { checkpointId: this.#increments, baseCheckpointId })
    await checkRestored(this.kind, handles, this.expected)
  }

  namespaceOf(window: number): unknown {
    return this.kind.values[window % this.kind.values.length]
  }

  windowOf(namespace: unknown): number {
    return this.kind.values.findIndex((each) => this.kind.namespaces.equals(each, namespace))
  }

  drain(): void {
    while (this.poll());
    assert.equal(this.queue.size, 0)
  }
}

/** The timers, and no others, are in a snapshot. */
async function checkRestored(
  kind: Kind,
  handles: readonly KeyedStateHandle[],
  timers: ReadonlyMap<string, Timer>,
): Promise<void> {
  const left = new Map(timers)
  const then = new Windows(kind, await restored(HEAP, [handles]))
  while (then.queue.size > 0) {
    const { key, namespace, timestamp } = then.queue.poll() ?? assert.fail()
    assert.ok(left.delete(nameOf({ key, window: then.windowOf(namespace), timestamp })))
  }
  assert.equal(left.size, 0)
}

function nameOf({ key, window, timestamp }: Timer): string {
  return JSON.stringify([key, window, timestamp])
}

async function play(kind: Kind, steps: readonly Step[]): Promise<void> {
  let windows = new Windows(kind, await backendOf(HEAP))
  let running: { readonly snapshot: KeyedStateSnapshot; readonly timers: Map<string, Timer> } | undefined
  const end = async (): Promise<void> => {
    if (running === undefined) return
    const { snapshot, timers } = running
    running = undefined
    const handles = await snapshot.write(new MemoryStreams(), freeSlices())
    snapshot.release()
    await checkRestored(kind, handles, timers)
  }
  for (const step of steps) {
    switch (step.kind) {
      case 'put':
      case 'clear':
        windows.change(step.kind, step.key, step.window)
        break
      case 'add':
      case 'remove':
        windows.set(step.kind, step)
        break
      case 'poll':
        windows.poll()
        break
      case 'restore':
        await end()
        windows = await windows.restored()
        break
      case 'begin':
        await end()
        running = { snapshot: windows.backend.snapshot(), timers: new Map(windows.expected) }
        break
      case 'many':
        windows.setMany(step.timestamp)
        break
      case 'increment':
        await windows.increment()
        break
      case 'end':
        await end()
    }
    assert.equal(windows.queue.size, windows.expected.size)
    assert.equal(windows.backend.numberOfEntries(), windows.expected.size + windows.contents.size)
  }
  await end()
  windows.drain()
}

function stepOf(windowCount: number, others: readonly fc.WeightedArbitrary<Step>[]): fc.Arbitrary<Step> {
  const key = fc.constantFrom<unknown>('key 1', 'key 2', 'c', 3, [1, 2])
  const window = fc.nat(windowCount - 1)
  const changes = fc.constantFrom<('put' | 'clear')[]>('put', 'put', 'put', 'clear')
  const settings = fc.constantFrom<('add' | 'remove')[]>('add', 'add', 'add', 'remove')
  const snapshots = fc.constantFrom<('begin' | 'end' | 'restore')[]>('begin', 'end', 'restore')
  return fc.oneof(
    { weight: 9, arbitrary: fc.record({ kind: changes, key, window }) },
    { weight: 9, arbitrary: fc.record({ kind: settings, key, window, timestamp: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('poll' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: snapshots }) },
    ...others,
  )
}

const TITLE = 'are in their queue and in snapshots from when they are set until they fire or are deleted, each once'

describe('timers of windows beside what the windows hold', () => {
  it(TITLE, async () => {
    const steps = fc.array(stepOf(WINDOWS.length, []), { maxLength: 80, size: 'max' })
    const property = fc.asyncProperty(steps, (each) => play(OF_WINDOWS, each))
    await fc.assert(property, { numRuns: rounds(60) })
  })

  it('fire in the order of the hashes of their keys, also where an entry left before its timer fired', async () => {
    const steps: Step[] = []
    for (let index = 0; index < 200; index += 1) {
      steps.push({ kind: 'put', key: index, window: 1 }, { kind: 'add', key: index, window: 1, timestamp: 20 })
    }
    steps.push({ kind: 'poll' }, { kind: 'begin' }, { kind: 'clear', key: 150, window: 1 }, { kind: 'poll' })
    await play(OF_WINDOWS, steps)
  })
})

describe('timers that many keys have at one time, beside the state of the keys', () => {
  it(TITLE, async () => {
    const many = fc.record({ kind: fc.constant('many' as const), timestamp: fc.integer({ min: 2, max: 7 }) })
    const increment = fc.record({ kind: fc.constant('increment' as const) })
    const step = stepOf(1, [
      { weight: 3, arbitrary: many },
      { weight: 1, arbitrary: increment },
    ])
    const steps = fc.array(step, { maxLength: 60, size: 'max' })
    const property = fc.asyncProperty(steps, (each) => play(OF_KEYS, each))
    await fc.assert(property, { numRuns: rounds(60) })
  })

  it('stand at no entry that left while a snapshot was under way, before there were many of them', async () => {
    const steps: Step[] = [
      { kind: 'put', key: 'key 0', window: 0 },
      { kind: 'add', key: 'key 0', window: 0, timestamp: 10 },
      { kind: 'begin' },
      { kind: 'clear', key: 'key 0', window: 0 },
    ]
    for (let index = 1; index < MANY; index += 1) {
      const key = `key ${String(index)}`
      steps.push({ kind: 'put', key, window: 0 }, { kind: 'add', key, window: 0, timestamp: 10 })
    }
    steps.push({ kind: 'end' }, { kind: 'put', key: 'another', window: 0 }, { kind: 'restore' })
    await play(OF_KEYS, steps)
  })

  it('find what their keys have in each window where the first state of the operator is one of windows', async () => {
    const backend = await backendOf(HEAP)
    const sameHashes: NamespaceType<Span> = { ...SPANS, hash: () => 0 }
    const descriptor = new ValueStateDescriptor<number>('contents')
    const state = backend.getOrCreateKeyedState(descriptor, sameHashes) as ValueState<number> & InternalState<Span>
    const queue = backend.getOrCreatePriorityQueue('timers', VOID_NAMESPACES)
    for (let key = 0; key < MANY; key += 1) {
      backend.setCurrentKey(key, hashKey(key, 'auto'))
      for (const [index, window] of WINDOWS.entries()) {
        state.setCurrentNamespace(window)
        state.update(index)
      }
      queue.add(undefined, 10)
      if (key % 2 === 1) state.clear()
    }
    for (let fired = 0; fired < MANY; fired += 1) {
      const { key, keyHash } = queue.poll() ?? assert.fail()
      backend.setCurrentKey(key, keyHash)
      const held = WINDOWS.map((window) => {
        state.setCurrentNamespace(window)
        return state.value()
      })
      assert.deepEqual(held, [0, 1, (key as number) % 2 === 1 ? null : 2])
    }
    assert.equal(queue.size, 0)
  })
})
