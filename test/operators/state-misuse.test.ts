/** What a function does wrong with its state is one clear error on every state backend, and does no harm to what is there. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KeyedProcessFunction } from '../../src/api/functions/process-function.js'
import { RichMapFunction } from '../../src/api/functions/map-function.js'
import type { RuntimeContext } from '../../src/api/functions/runtime-context.js'
import { AggregatingStateDescriptor } from '../../src/api/state/aggregating-state-descriptor.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import { MapStateDescriptor } from '../../src/api/state/map-state-descriptor.js'
import type { MapState } from '../../src/api/state/map-state.js'
import { ReducingStateDescriptor } from '../../src/api/state/reducing-state-descriptor.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../src/api/state/value-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { FlinkError, type ErrorCode } from '../../src/core/errors/flink-error.js'
import { HashMapStateBackend } from '../../src/runtime/taskmanager/state/hash-map-state-backend.js'
import { RocksDBStateBackend } from '../../src/runtime/taskmanager/state/rocksdb/rocksdb-state-backend.js'
import type { StateBackend } from '../../src/runtime/taskmanager/state/state-backend.js'
import { cleanUpAfterEach, rocksdbResources } from '../contract/runtime/rocksdb-under-test.js'
import { SortedStateBackend } from '../contract/runtime/sorted/sorted-keyed-state-backend.js'
import { KeyedOneInputStreamOperatorTestHarness } from './keyed-one-input-stream-operator-test-harness.js'
import { OneInputStreamOperatorTestHarness } from './one-input-stream-operator-test-harness.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { TestOperatorContext } from './test-operator-context.js'

const BACKENDS: readonly (readonly [name: string, make: () => StateBackend])[] = [
  ['the heap', () => new HashMapStateBackend()],
  ['sorted bytes', () => new SortedStateBackend()],
  ['RocksDB', () => new RocksDBStateBackend(rocksdbResources({ driver: 'rocksdb' }))],
  ['LMDB', () => new RocksDBStateBackend(rocksdbResources({ driver: 'lmdb' }))],
]

const SUM = {
  createAccumulator: () => 0,
  add: (value: number, sum: number) => sum + value,
  getResult: (sum: number) => sum,
  merge: (one: number, other: number) => one + other,
}

/** Asks for a state of each kind. */
const REQUESTS: readonly (readonly [kind: string, ask: (context: RuntimeContext) => unknown])[] = [
  ['value', (context) => context.getState(new ValueStateDescriptor('asked'))],
  ['list', (context) => context.getListState(new ListStateDescriptor('asked'))],
  ['map', (context) => context.getMapState(new MapStateDescriptor('asked'))],
  ['reducing', (context) => context.getReducingState(new ReducingStateDescriptor<number>('asked', Math.max))],
  ['aggregating', (context) => context.getAggregatingState(new AggregatingStateDescriptor('asked', SUM))],
]

type Misuse = (states: Misusing, record: readonly unknown[]) => unknown

/** Counts records in its state; one that says so does something wrong first. */
class Misusing extends KeyedProcessFunction<unknown, readonly unknown[], unknown> {
  count!: ValueState<number | null>
  seen!: MapState<unknown, unknown>
  fresh!: ValueState<number[]>
  readonly #misuse: Misuse

  constructor(misuse: Misuse) {
    super()
    this.#misuse = misuse
  }

  override open(): void {
    const context = this.getRuntimeContext()
    this.count = context.getState(new ValueStateDescriptor<number>('count', Types.LONG))
    this.seen = context.getMapState(new MapStateDescriptor('seen'))
    this.fresh = context.getState(new ValueStateDescriptor<number[]>('fresh', undefined, []))
  }

  processElement(record: readonly unknown[]): void {
    if (record[1] === 'misuse') this.#misuse(this, record)
    if (record[2] !== 'last') this.count.update((this.count.value() ?? 0) + 1)
  }
}

const MISUSES: readonly (readonly [what: string, misuse: Misuse, code: ErrorCode, words: RegExp])[] = [
  [
    'asks for another kind of state under the name of one',
    (states) => states.getRuntimeContext().getListState(new ListStateDescriptor('count')),
    'STATE_NAME_CONFLICT',
    /State 'count' of Op .*value state.*list state/,
  ],
  [
    'asks for another type under the name of a state',
    (states) => states.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.STRING)),
    'STATE_NAME_CONFLICT',
    /State 'count' of Op .*LONG.*STRING/,
  ],
  ['uses undefined as a key of a map', ({ seen }) => seen.get(undefined), 'KEY_INVALID', /'seen' of Op.*undefined/],
  [
    'uses an object without canonical bytes as a key of a map',
    ({ seen }) => {
      seen.put({ user: 'ann' }, 1)
    },
    'KEY_INVALID',
    /'seen' of Op.*it is an object/,
  ],
  [
    'uses a function as a key of a map',
    ({ seen }) => {
      seen.put(() => 1, 1)
    },
    'KEY_INVALID',
    /'seen' of Op.*it is a function/,
  ],
]

cleanUpAfterEach()

function isCode(code: ErrorCode, words: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(FlinkError.is(error, code), String(error))
    assert.match(error.message, words)
    return true
  }
}

for (const [name, make] of BACKENDS) {
  const contextOf = (): TestOperatorContext => {
    const context = new TestOperatorContext()
    context.stateBackend = make()
    return context
  }
  const harnessOf = (misusing: Misusing): KeyedOneInputStreamOperatorTestHarness =>
    new KeyedOneInputStreamOperatorTestHarness({ kind: 'keyed-process', function: misusing }, byFirst, contextOf())

  describe(`State on ${name}`, () => {
    for (const [what, misuse, code, words] of MISUSES) {
      it(`is told and stays what it was where a function ${what}`, async () => {
        const misusing = new Misusing(misuse)
        const harness = harnessOf(misusing)
        await harness.open()
        harness.processElement(['a'])
        assert.throws(
          () => {
            harness.processElement(['a', 'misuse'])
          },
          isCode(code, words),
        )
        let count: unknown
        harness.processElement(['a'])
        const looking = new Misusing((states) => (count = states.count.value()))
        const next = await harnessOf(looking).open(await harness.snapshot())
        next.processElement(['a', 'misuse'])
        assert.equal(count, 2)
        for (const each of [harness, next]) await each.close()
      })
    }

    it('is told where it is used outside of a record: at the beginning, between two, after a promise, at the end', async () => {
      class Early extends Misusing {
        override open(): void {
          super.open()
          this.count.value()
        }
      }
      const outside = isCode('STATE_ACCESS_WITHOUT_KEY', /^State 'count' of Op was used where there is no current key/)
      await assert.rejects(harnessOf(new Early(() => undefined)).open(), outside)
      let later: Promise<unknown> = Promise.resolve()
      const misusing = new Misusing((states) => {
        later = Promise.resolve().then(() => states.count.value())
      })
      const harness = await harnessOf(misusing).open()
      harness.processElement(['a', 'misuse'])
      // As the task does at the end of each step.
      harness.operator.leaveKey?.()
      await assert.rejects(later, outside)
      for (const use of [() => misusing.count.value(), () => misusing.seen.get('a'), () => misusing.fresh.clear()])
        assert.throws(use, { code: 'STATE_ACCESS_WITHOUT_KEY' })
      await harness.close()
      assert.throws(() => misusing.count.value(), { code: 'STATE_ACCESS_WITHOUT_KEY' })
    })

    it('is told for each kind where the stream has no keys', async () => {
      for (const [kind, ask] of REQUESTS) {
        class Asking extends RichMapFunction<unknown, unknown> {
          override open(): void {
            ask(this.getRuntimeContext())
          }
          map(value: unknown): unknown {
            return value
          }
        }
        const binding = bindingOf({ kind: 'map', function: new Asking() })
        const harness = new OneInputStreamOperatorTestHarness(binding, contextOf())
        await assert.rejects(harness.open(), isCode('KEYED_STATE_ON_NON_KEYED_STREAM', /Op .*'asked'/), kind)
      }
    })

    it('has a default of its own for each key, and nothing is left of keys that are cleared, also after a restore', async () => {
      let fresh: unknown
      const misusing = (): Misusing =>
        new Misusing((states, [, , what]) => {
          const value = states.fresh.value() ?? []
          fresh = [...value]
          value.push(1)
          if (what === 'last') for (const state of [states.count, states.fresh, states.seen]) state.clear()
          else states.seen.put('k', 1)
        })
      const first = await harnessOf(misusing()).open()
      for (const key of ['a', 'b']) {
        first.processElement([key, 'misuse'])
        assert.deepEqual(fresh, [], 'what was pushed for another key is not in it')
      }
      const snapshot = await first.snapshot()
      assert.equal(snapshot?.managedKeyed.length, 1)
      const then = await harnessOf(misusing()).open(snapshot)
      for (const key of ['a', 'b']) then.processElement([key, 'misuse', 'last'])
      assert.deepEqual((await then.snapshot())?.managedKeyed ?? [], [])
      for (const each of [first, then]) await each.close()
    })
  })
}
