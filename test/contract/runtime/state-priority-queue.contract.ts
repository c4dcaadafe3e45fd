import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import { keyGroupForHash, keyGroupRangeForOperatorIndex } from '../../../src/core/keygroups/key-group-assignment.js'
import type { KeyedPriorityQueue } from '../../../src/runtime/taskmanager/state/keyed-priority-queue.js'
import type { KeyedStateBackend } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import { VOID_NAMESPACES } from '../../../src/runtime/taskmanager/state/namespace-type.js'
import { timerNamespaces } from '../../../src/runtime/taskmanager/state/timer-namespaces.js'
import { Span, SPANS } from './spans.js'
import {
  AllStates,
  backendOf,
  MAX_PARALLELISM,
  restored,
  snapshotOf,
  type BackendUnderTest,
} from './state-backend.contract.js'
import { MemoryStreams, SteppedSlices } from './state-backend-streams.js'
import { rounds } from '../../runner/rounds.js'

const FIRST = new Span(0, 10)

type Timer = readonly [key: unknown, end: number, timestamp: number]

class Timers {
  readonly backend: KeyedStateBackend
  readonly queue: KeyedPriorityQueue<Span>

  constructor(backend: KeyedStateBackend) {
    this.backend = backend
    this.queue = backend.getOrCreatePriorityQueue('timers', SPANS)
  }

  at(key: unknown): this {
    this.backend.setCurrentKey(key, hashKey(key, 'auto'))
    return this
  }

  add([key, end, timestamp]: Timer): boolean {
    return this.at(key).queue.add(new Span(0, end), timestamp)
  }

  remove([key, end, timestamp]: Timer): boolean {
    return this.at(key).queue.remove(new Span(0, end), timestamp)
  }

  /** Takes all. */
  drain(): Timer[] {
    const timers: Timer[] = []
    for (let next = this.queue.poll(); next !== undefined; next = this.queue.poll()) {
      assert.equal(next.keyHash, hashKey(next.key, 'auto'))
      assert.ok(next.namespace instanceof Span)
      timers.push([next.key, next.namespace.end, next.timestamp])
    }
    assert.equal(this.queue.size, 0)
    return timers
  }
}

const inOrder = (timers: readonly Timer[]): Timer[] =>
  [...timers].sort((a, b) => a[2] - b[2] || JSON.stringify(a).localeCompare(JSON.stringify(b)))

/** What every backend promises of its priority queues. */
export function priorityQueueContract(kind: BackendUnderTest): void {
  describe(`${kind.name}, a priority queue`, () => {
    describeOrder(kind)
    describeRemoved(kind)
    describeSnapshots(kind)
    describeRandom(kind)
  })
}

function describeOrder(kind: BackendUnderTest): void {
  it('gives the elements of all keys in the order of time, each once', async () => {
    const timers = new Timers(await backendOf(kind))
    const added: Timer[] = [
      ['a', 1, 30],
      ['b', 1, 10],
      [[1, 'x'], 2, 20],
      ['a', 2, 30],
      ['a', 1, -5],
      ['a', 1, 40],
    ]
    const changedHead = added.map((timer) => timers.add(timer))
    assert.deepEqual(changedHead, [true, true, false, false, true, false])
    assert.equal(timers.add(['a', 1, 30]), false)
    assert.equal(timers.queue.size, 6)
    assert.equal(timers.queue.firstTimestamp(), -5)
    assert.deepEqual([timers.queue.isDue(-6), timers.queue.isDue(-5)], [false, true])
    assert.deepEqual(inOrder(timers.drain()), inOrder(added))
    assert.equal(timers.queue.firstTimestamp(), undefined)
    assert.equal(timers.queue.isDue(Infinity), false)
  })

  it('forgets what is removed, wherever it lies, and takes it again', async () => {
    const timers = new Timers(await backendOf(kind))
    for (let index = 0; index < 200; index += 1) timers.add([index % 7, 1, index])
    assert.equal(timers.remove([5, 1, 0]), false)
    assert.equal(timers.remove([0, 1, 0]), true)
    assert.equal(timers.queue.firstTimestamp(), 1)
    for (let index = 0; index < 200; index += 1) if (index % 10 !== 3) timers.remove([index % 7, 1, index])
    assert.equal(timers.queue.size, 20)
    timers.add([0, 1, 0])
    timers.remove([0, 1, 0])
    timers.add([0, 1, 0])
    assert.deepEqual(
      timers.drain().map(([, , timestamp]) => timestamp),
      [0, ...Array.from({ length: 20 }, (_, index) => 10 * index + 3)],
    )
  })

  it('leaves the current key and the state of other names alone, and has one name among them', async () => {
    const backend = await backendOf(kind)
    const states = new AllStates(backend)
    const timers = new Timers(backend)
    const processing = backend.getOrCreatePriorityQueue('processing-time', VOID_NAMESPACES)
    states.at('a').value.update(1)
    for (const key of ['b', 'a']) timers.add([key, 1, 5])
    processing.add(undefined, 7)
    timers.queue.firstTimestamp()
    timers.queue.poll()
    assert.equal(backend.currentKey(), 'a')
    assert.equal(states.value.value(), 1)
    assert.equal(processing.size, 1)
    assert.equal(backend.getOrCreatePriorityQueue('timers', SPANS), timers.queue)
    for (const asked of [
      () => backend.getOrCreatePriorityQueue('value', SPANS),
      () => backend.getOrCreateKeyedState(new ValueStateDescriptor('timers')),
    ]) {
      assert.throws(asked, { code: 'STATE_NAME_CONFLICT' })
    }
    assert.throws(() => backend.getOrCreatePriorityQueue('timers', VOID_NAMESPACES), {
      code: 'STATE_TYPE_INCOMPATIBLE',
    })
    backend.clearCurrentKey()
    for (const method of ['add', 'remove'] as const) {
      assert.throws(() => timers.queue[method](FIRST, 1), { code: 'STATE_ACCESS_WITHOUT_KEY' })
    }
  })

  it('tells timestamps with one hash apart', async () => {
    const same: Timer[] = [
      ['a', 1, 5],
      ['a', 1, 5.5],
      ['a', 1, 5 + 2 ** 32],
    ]
    const { hash } = timerNamespaces(SPANS)
    assert.equal(new Set(same.map(([, end, timestamp]) => hash({ timestamp, namespace: new Span(0, end) }))).size, 1)
    const timers = new Timers(await backendOf(kind))
    for (const timer of same) assert.equal(timers.add(timer), timer === same[0])
    assert.deepEqual(timers.drain(), same)
  })

  it('stays as small as what is in it, however often an element is taken away and added again', async () => {
    const timers = new Timers(await backendOf(kind))
    for (let index = 0; index < 50; index += 1) timers.add([index, 1, 1000 + index])
    for (let round = 0; round < 2000; round += 1) {
      timers.remove([0, 1, 1000])
      timers.add([0, 1, 1000])
      timers.remove([1, 1, 1001 + round])
      timers.add([1, 1, 1002 + round])
    }
    assert.equal(timers.queue.size, 50)
    assert.equal(timers.drain().length, 50)
  })

  it('gives an element with the hash of its own key where it took the place of another one of that time', async () => {
    const timers = new Timers(await backendOf(kind))
    timers.add(['a', 1, 5])
    timers.remove(['a', 1, 5])
    timers.add(['b', 1, 5])
    const { key, keyHash } = timers.queue.poll() ?? {}
    assert.deepEqual([key, keyHash], ['b', hashKey('b', 'auto')])
    await timers.backend.dispose()
  })

  it('keeps a key as it was when the element was added', async () => {
    const timers = new Timers(await backendOf(kind))
    const key = [1, 'x']
    timers.add([key, 1, 5])
    key[0] = 2
    assert.deepEqual(timers.queue.poll()?.key, [1, 'x'])
  })
}

function describeSnapshots(kind: BackendUnderTest): void {
  it('is restored with any parallelism, also when nobody asked for it in between', async () => {
    const timers = new Timers(await backendOf(kind))
    const added: Timer[] = Array.from({ length: 300 }, (_, index) => [
      `key ${String(index % 40)}`,
      index % 3,
      index * 7,
    ])
    for (const timer of added) timers.add(timer)
    const handles = await snapshotOf(timers.backend)
    const again: Timer[] = []
    for (const index of [0, 1, 2]) {
      const keyGroups = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, 3, index)
      const carried = await restored(kind, [handles], { keyGroups })
      const part = new Timers(await restored(kind, [await snapshotOf(carried)], { keyGroups }))
      for (const timer of part.drain()) {
        const keyGroup = keyGroupForHash(hashKey(timer[0], 'auto'), MAX_PARALLELISM)
        assert.ok(keyGroup >= keyGroups.start && keyGroup <= keyGroups.end)
        again.push(timer)
      }
    }
    assert.deepEqual(inOrder(again), inOrder(added))
  })

  it('is written as it was when the snapshot began, and what changed since in the next one', async () => {
    const timers = new Timers(await backendOf(kind))
    const added: Timer[] = Array.from({ length: 100 }, (_, index) => [index, 1, index])
    for (const timer of added) timers.add(timer)
    const stepped = new SteppedSlices()
    const snapshot = timers.backend.snapshot({ checkpointId: 1, baseCheckpointId: undefined })
    const written = snapshot.write(new MemoryStreams(), stepped.slices)
    for (let index = 0; index < 10; index += 1) timers.queue.poll()
    timers.remove([50, 1, 50])
    timers.add([3, 1, 1000])
    const handles = await stepped.finish(written)
    snapshot.release()
    assert.deepEqual(new Timers(await restored(kind, [handles])).drain(), added)
    const next = await snapshotOf(timers.backend, { checkpointId: 2, baseCheckpointId: 1 })
    const expected = added.filter(([, , timestamp]) => timestamp >= 10 && timestamp !== 50)
    assert.deepEqual(new Timers(await restored(kind, [next])).drain(), [...expected, [3, 1, 1000]])
  })

  it('gives elements of one timestamp in the same order after a restore', async () => {
    const timers = new Timers(await backendOf(kind))
    for (let index = 0; index < 50; index += 1) timers.add([`key ${String(index)}`, 1, 5])
    const then = new Timers(await restored(kind, [await snapshotOf(timers.backend)]))
    assert.deepEqual(then.drain(), timers.drain())
  })
}

function describeRemoved(kind: BackendUnderTest): void {
  it('says that an element is the first one also when one before it was removed, while a snapshot runs', async () => {
    for (const removed of [
      ['a', 2, 5],
      ['a', 2, 3],
      ['b', 1, 5],
      ['a', 1, 5],
    ] as const) {
      const timers = new Timers(await backendOf(kind))
      timers.add(removed)
      const snapshot = timers.backend.snapshot()
      timers.remove(removed)
      assert.equal(timers.add(['a', 1, 5]), true)
      snapshot.release()
      assert.deepEqual(timers.drain(), [['a', 1, 5]])
    }
  })
}

function describeRandom(kind: BackendUnderTest): void {
  const timer = fc.tuple(fc.constantFrom<unknown>('a', 'b', 3, [1, 2]), fc.nat(2), fc.nat(12))
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), timer }),
    fc.record({ kind: fc.constant('remove' as const), timer }),
    fc.record({ kind: fc.constantFrom('poll' as const, 'restore' as const) }),
  )

  it('holds what a set holds, whatever comes, with restores between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
        let timers = new Timers(await backendOf(kind))
        const oracle = new Map<string, Timer>()
        for (const next of steps) {
          if (next.kind === 'add') {
            timers.add(next.timer)
            oracle.set(JSON.stringify(next.timer), next.timer)
          } else if (next.kind === 'remove') {
            timers.remove(next.timer)
            oracle.delete(JSON.stringify(next.timer))
          } else if (next.kind === 'restore') {
            timers = new Timers(await restored(kind, [await snapshotOf(timers.backend)]))
          } else {
            const polled = timers.queue.poll()
            const least = Math.min(...[...oracle.values()].map(([, , timestamp]) => timestamp))
            assert.equal(polled?.timestamp, oracle.size === 0 ? undefined : least)
            if (polled !== undefined) {
              assert.ok(oracle.delete(JSON.stringify([polled.key, polled.namespace.end, polled.timestamp])))
            }
          }
          assert.equal(timers.queue.size, oracle.size)
        }
        assert.deepEqual(inOrder(timers.drain()), inOrder([...oracle.values()]))
      }),
      { numRuns: rounds(kind.numRuns ?? 40) },
    )
  })
}
