import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Accumulator } from '../../../src/api/functions/accumulator.js'
import { DoubleCounter, IntCounter, ListAccumulator, LongCounter } from '../../../src/api/functions/accumulators.js'
import { AverageAccumulator } from '../../../src/api/functions/average-accumulator.js'
import {
  DoubleMaximum,
  DoubleMinimum,
  IntMaximum,
  IntMinimum,
  LongMaximum,
  LongMinimum,
} from '../../../src/api/functions/extremum-accumulators.js'
import { Histogram } from '../../../src/api/functions/histogram.js'
import { AccumulatorRegistry } from '../../../src/runtime/taskmanager/operators/accumulator-registry.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'

type Numbers = Accumulator<number, unknown>

/** Of no value, of [3, 1], and merged with [7, 3] of another subtask. */
const CASES: readonly (readonly [make: () => Numbers, none: unknown, some: unknown, merged: unknown])[] = [
  [() => new IntCounter(), 0, 4, 14],
  [() => new LongCounter(), 0, 4, 14],
  [() => new DoubleCounter(), 0, 4, 14],
  [() => new IntMinimum(), 2147483647, 1, 1],
  [() => new IntMaximum(), -2147483648, 3, 7],
  [() => new LongMinimum(), Number.MAX_SAFE_INTEGER, 1, 1],
  [() => new LongMaximum(), Number.MIN_SAFE_INTEGER, 3, 7],
  [() => new DoubleMinimum(), Infinity, 1, 1],
  [() => new DoubleMaximum(), -Infinity, 3, 7],
  [() => new AverageAccumulator(), 0, 2, 3.5],
  [() => new ListAccumulator<number>(), [], [3, 1], [3, 1, 7, 3]],
  [
    () => new Histogram(),
    new Map(),
    new Map([
      [1, 1],
      [3, 1],
    ]),
    new Map([
      [1, 1],
      [3, 2],
      [7, 1],
    ]),
  ],
]

describe('accumulators', () => {
  for (const [make, none, some, merged] of CASES) {
    it(`${make().constructor.name} adds, is merged with what has travelled, and is reset`, () => {
      const [mine, others] = [make(), make()]
      assert.deepEqual(mine.getLocalValue(), none)
      for (const value of [3, 1]) mine.add(value)
      for (const value of [7, 3]) others.add(value)
      assert.deepEqual(mine.getLocalValue(), some)
      const [here, there] = [new AccumulatorRegistry(), new AccumulatorRegistry()]
      here.add('name', mine, 'Map')
      there.add('name', others, 'Map')
      const { name: part } = there.parts()
      assert.ok(part !== undefined)
      const result = here.merge('name', [structuredClone(part)], 'accumulator')
      assert.deepEqual('value' in result ? result.value : result, merged)
      mine.resetLocal()
      assert.deepEqual(mine.getLocalValue(), none)
    })
  }

  it('of the context are one for all functions of a task, and of one class', () => {
    const registry = new AccumulatorRegistry()
    const counter = registry.getOrAdd('lines', IntCounter, 'Map')
    assert.equal(registry.getOrAdd('lines', IntCounter, 'Filter'), counter)
    assert.throws(
      () => registry.getOrAdd('lines', Histogram, 'Filter'),
      (error: unknown) =>
        FlinkError.is(error, 'ACCUMULATOR_IS_ANOTHER') &&
        /Filter: 'lines' is asked for as Histogram, but .* Map has added .* is IntCounter/.test(error.message),
    )
  })
})

describe('accumulators are checked', () => {
  it('when they are added: a name, and an object with all methods', () => {
    const registry = new AccumulatorRegistry()
    const refuses = (name: unknown, accumulator: unknown, text: RegExp): void => {
      assert.throws(
        () => {
          registry.add(name as string, accumulator as Numbers, 'Map')
        },
        (error: unknown) => FlinkError.is(error, 'ACCUMULATOR_MISUSED') && text.test(error.message),
      )
    }
    refuses('n', {}, /Map: .*'n'.*getLocalValue/)
    refuses('n', undefined, /undefined/)
    refuses(undefined, new IntCounter(), /name.*undefined/)
    assert.deepEqual(registry.parts(), {})
  })

  it('when a number is added', () => {
    for (const make of [
      () => new IntCounter(),
      () => new DoubleCounter(),
      () => new AverageAccumulator(),
      () => new IntMinimum(),
      () => new DoubleMaximum(),
      () => new Histogram(),
    ]) {
      const accumulator: Numbers = make()
      assert.throws(
        () => {
          accumulator.add('x' as unknown as number)
        },
        (error: unknown) =>
          FlinkError.is(error, 'ACCUMULATOR_MISUSED') &&
          error.message.includes(accumulator.constructor.name) &&
          error.message.includes("'x'"),
      )
    }
  })
})
