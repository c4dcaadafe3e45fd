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
import type { NamespaceType } from '../../../src/runtime/taskmanager/state/namespace-type.js'
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
  | { readonly kind: 'poll' | 'restore' | 'begin' | 'end' }

/** What windows hold, and their timers, beside what a naive set of timers says. */
class Windows {
  readonly backend: KeyedStateBackend
  readonly queue: KeyedPriorityQueue<Span>
  readonly expected = new Map<string, Timer>()
  /** By key and window. */
  readonly contents = new Map<string, number>()
  readonly #state: ValueState<number> & InternalState<Span>

  constructor(backend: KeyedStateBackend) {
    this.backend = backend
    this.queue = backend.getOrCreatePriorityQueue('timers', SHARED)
    const descriptor = new ValueStateDescriptor('contents')
    this.#state = backend.getOrCreateKeyedState(descriptor, SHARED) as ValueState<number> & InternalState<Span>
  }

  async restored(): Promise<Windows> {
    const then = new Windows(await restored(HEAP, [await snapshotOf(this.backend)]))
    for (const [name, timer] of this.expected) then.expected.set(name, timer)
    for (const [name, value] of this.contents) then.contents.set(name, value)
    return then
  }

  at(key: unknown, window: number): ValueState<number> {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    this.#state.setCurrentNamespace(spanOf(window))
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
      this.queue.add(spanOf(window), timestamp)
      this.expected.set(name, timer)
    } else assert.equal(this.queue.remove(spanOf(window), timestamp), this.expected.delete(name))
  }

  /** As a timer service does: under the key of the timer its window's contents are looked at. */
  poll(): boolean {
    const polled = this.queue.poll()
    const places = [...this.expected.values()].map(({ key, timestamp }) => [timestamp, hashKey(key, 'auto')] as const)
    const [first] = places.sort((one, other) => one[0] - other[0] || one[1] - other[1])
    assert.deepEqual(polled && [polled.timestamp, polled.keyHash], first)
    if (polled === undefined) return false
    const window = WINDOWS.findIndex((each) => SHARED.equals(each, polled.namespace))
    assert.ok(this.expected.delete(nameOf({ key: polled.key, window, timestamp: polled.timestamp })))
    this.check(polled.key, window)
    return true
  }

  drain(): void {
    while (this.poll());
    assert.equal(this.queue.size, 0)
  }
}

function spanOf(window: number): Span {
  return WINDOWS[window] ?? assert.fail()
}

function nameOf({ key, window, timestamp }: Timer): string {
  return JSON.stringify([key, window, timestamp])
}

async function play(steps: readonly Step[]): Promise<void> {
  let windows = new Windows(await backendOf(HEAP))
  let running: { readonly snapshot: KeyedStateSnapshot; readonly timers: Map<string, Timer> } | undefined
  const end = async (): Promise<void> => {
    if (running === undefined) return
    const { snapshot, timers } = running
    running = undefined
    const handles = await snapshot.write(new MemoryStreams(), freeSlices())
    snapshot.release()
    const then = new Windows(await restored(HEAP, [handles]))
    for (const [name, timer] of timers) then.expected.set(name, timer)
    while (then.queue.size > 0) {
      const { key, namespace, timestamp } = then.queue.poll() ?? assert.fail()
      const window = WINDOWS.findIndex((each) => SHARED.equals(each, namespace))
      assert.ok(then.expected.delete(nameOf({ key, window, timestamp })))
    }
    assert.equal(then.expected.size, 0)
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
      case 'end':
        await end()
    }
    assert.equal(windows.queue.size, windows.expected.size)
    assert.equal(windows.backend.numberOfEntries(), windows.expected.size + windows.contents.size)
  }
  await end()
  windows.drain()
}

describe('timers of windows beside what the windows hold', () => {
  const key = fc.constantFrom<unknown>('a', 'b', 'c', 3, [1, 2])
  const window = fc.nat(WINDOWS.length - 1)
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.record({ kind: fc.constantFrom<('put' | 'clear')[]>('put', 'put', 'put', 'clear'), key, window }),
    },
    {
      weight: 9,
      arbitrary: fc.record({
        kind: fc.constantFrom<('add' | 'remove')[]>('add', 'add', 'add', 'remove'),
        key,
        window,
        timestamp: fc.nat(2),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('poll' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom<('begin' | 'end' | 'restore')[]>('begin', 'end', 'restore') }),
    },
  )

  it('are in their queue and in snapshots from when they are set until they fire or are deleted, each once', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 80, size: 'max' }), play), { numRuns: rounds(60) })
  })

  it('fire in the order of their keys’ hashes, also where an entry left before its timer fired', async () => {
    const steps: Step[] = []
    for (let index = 0; index < 200; index += 1) {
      steps.push({ kind: 'put', key: index, window: 1 }, { kind: 'add', key: index, window: 1, timestamp: 20 })
    }
    steps.push({ kind: 'poll' }, { kind: 'begin' }, { kind: 'clear', key: 150, window: 1 }, { kind: 'poll' })
    await play(steps)
  })
})
