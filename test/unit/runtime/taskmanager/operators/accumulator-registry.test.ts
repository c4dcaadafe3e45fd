import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AccumulatorResult } from '../../../../../src/api/environment/accumulator-result.js'
import type { Accumulator } from '../../../../../src/api/functions/accumulator.js'
import { DoubleCounter, IntCounter, ListAccumulator } from '../../../../../src/api/functions/accumulators.js'
import { AverageAccumulator } from '../../../../../src/api/functions/average-accumulator.js'
import { IntMaximum } from '../../../../../src/api/functions/extremum-accumulators.js'
import { Histogram } from '../../../../../src/api/functions/histogram.js'
import { FlinkError, type ErrorCode } from '../../../../../src/core/errors/flink-error.js'
import {
  AccumulatorRegistry,
  type AnyAccumulator,
} from '../../../../../src/runtime/taskmanager/operators/accumulator-registry.js'

/** Keeps what merge needs where nobody else sees it: merge has the local value of the other one. */
class Maximum implements Accumulator<number, number> {
  #max = Number.NEGATIVE_INFINITY
  add(value: number): void {
    this.#max = Math.max(this.#max, value)
  }
  getLocalValue(): number {
    return this.#max
  }
  resetLocal(): void {
    this.#max = Number.NEGATIVE_INFINITY
  }
  merge(other: Accumulator<number, number>): void {
    this.add(other.getLocalValue())
  }
}

/** Its local value is not enough to merge by: merge reads the fields of the other one, as its Java sister does. */
class Average implements Accumulator<number, number> {
  count = 0
  private sum = 0
  /** Does not travel. */
  readonly rounding = (value: number): number => Math.round(value)
  add(value: number): void {
    this.count += 1
    this.sum += value
  }
  getLocalValue(): number {
    return this.rounding(this.sum / this.count)
  }
  resetLocal(): void {
    this.count = this.sum = 0
  }
  merge(other: Accumulator<number, number>): void {
    assert.ok(other instanceof Average)
    this.count += other.count
    this.sum += other.sum
  }
}

/** What the accumulators of as many subtasks make of each other, each having been given its values. */
function merged(make: () => AnyAccumulator, ...values: readonly (readonly unknown[])[]): AccumulatorResult {
  const registries = values.map((each) => {
    const [registry, accumulator] = [new AccumulatorRegistry(), make()]
    registry.add('a', accumulator, 'Op')
    for (const value of each) accumulator.add(value)
    return registry
  })
  const [first, ...others] = registries
  assert.ok(first)
  const parts = others.flatMap((registry) => structuredClone(registry.parts())['a'] ?? [])
  return first.merge('a', parts, 'accumulator')
}

function failure(result: AccumulatorResult): string {
  return 'error' in result ? `${String(result.error.code)}: ${result.error.message}` : assert.fail('it was merged')
}

function isCode(code: ErrorCode, pattern: RegExp): (error: unknown) => boolean {
  return (error) => FlinkError.is(error, code) && pattern.test(error.message)
}

describe('Accumulators of several subtasks', () => {
  it('are merged by their own merge: the maximum of 5 and 3 is 5', () => {
    assert.deepEqual(
      merged(() => new Maximum(), [2, 5], [3]),
      { type: 'Maximum', value: 5 },
    )
    assert.deepEqual(
      merged(() => new Maximum(), [5], [3], [7], [6]),
      { type: 'Maximum', value: 7 },
    )
  })

  it('find the class and the plain fields of the other one, as they were', () => {
    assert.deepEqual(
      merged(() => new Average(), [1, 2], [9]),
      { type: 'Average', value: 4 },
    )
  })

  it('add up and join where they are those of the engine', () => {
    assert.deepEqual(
      merged(() => new IntCounter(), [1, 2], [3], []),
      { type: 'IntCounter', value: 6 },
    )
    assert.deepEqual(
      merged(() => new DoubleCounter(), [0.5], [0.25]),
      { type: 'DoubleCounter', value: 0.75 },
    )
    const lists = merged(() => new ListAccumulator(), ['a'], [], ['b', 'c'])
    assert.deepEqual(lists, { type: 'ListAccumulator', value: ['a', 'b', 'c'] })
  })

  it('may be objects without a class', () => {
    const make = (): AnyAccumulator => {
      const seen = new Set<unknown>()
      const add = (value: unknown): unknown => seen.add(value)
      const merge = (other: AnyAccumulator): void => (other.getLocalValue() as unknown[]).forEach(add)
      return { add, merge, getLocalValue: () => [...seen], resetLocal: () => undefined }
    }
    assert.deepEqual(merged(make, [1, 2], [2, 3]), { type: 'Object', value: [1, 2, 3] })
    const bare = (): AnyAccumulator => Object.setPrototypeOf(make(), null) as AnyAccumulator
    assert.deepEqual(merged(bare, [1], [2]), { type: 'Object', value: [1, 2] })
  })

  it('whose merge fails have that as their result', () => {
    class Private extends Maximum {
      readonly #own = 1
      override merge(other: Accumulator<number, number>): void {
        this.add((other as Private).#own)
      }
    }
    assert.match(
      failure(merged(() => new Private(), [1], [2])),
      /^ACCUMULATOR_MERGE_FAILED: The accumulators 'a' of the subtasks .*: TypeError: .*private.*do not travel/,
    )
    class Late extends Maximum {
      override merge = (() => Promise.reject(new Error('nobody hears this'))) as unknown as () => void
    }
    assert.match(failure(merged(() => new Late(), [1], [2])), /^ACCUMULATOR_MERGE_FAILED: .*merge returned a promise/)
    class Function extends Maximum {
      #merged = false
      override merge(): void {
        this.#merged = true
      }
      override getLocalValue(): number {
        return this.#merged ? ((() => 1) as unknown as number) : 1
      }
    }
    assert.match(failure(merged(() => new Function(), [1], [2])), /^ACCUMULATOR_MERGE_FAILED: .*plain data/)
  })
})

/** What comes of a copy of the first one, and what the first one has afterwards. */
function mergedWhileRunning(make: () => AnyAccumulator, ...values: readonly (readonly unknown[])[]) {
  const registries = values.map((each) => {
    const [registry, accumulator] = [new AccumulatorRegistry(), make()]
    registry.add('a', accumulator, 'Op')
    for (const value of each) accumulator.add(value)
    return registry
  })
  const [first, ...others] = registries
  assert.ok(first)
  const before = first.parts()
  const result = first.merge(
    'a',
    others.flatMap((registry) => structuredClone(registry.parts())['a'] ?? []),
    'copy',
  )
  assert.deepEqual(first.parts(), before)
  return result
}

describe('Accumulators of tasks that run', () => {
  it('are merged in a copy, and go on with what they have', () => {
    for (const [make, value] of [
      [() => new IntCounter(), 16],
      [() => new IntCounter(100), 216],
      [() => new AverageAccumulator(), 4],
      [() => new IntMaximum(), 9],
      [() => new ListAccumulator(), [1, 2, 4, 9]],
      [
        () => new Histogram(),
        new Map([
          [1, 1],
          [2, 1],
          [4, 1],
          [9, 1],
        ]),
      ],
    ] as const) {
      const result = mergedWhileRunning(make, [1, 2], [4, 9])
      assert.deepEqual(result, { type: make().constructor.name, value })
    }
  })

  it('of a class of the user are copied by their ordinary fields', () => {
    class Total implements Accumulator<number, { sum: number }> {
      total = { sum: 0 }
      add(value: number): void {
        this.total.sum += value
      }
      getLocalValue(): { sum: number } {
        return this.total
      }
      resetLocal(): void {
        this.total = { sum: 0 }
      }
      merge(other: Accumulator<number, { sum: number }>): void {
        this.total.sum += other.getLocalValue().sum
      }
    }
    const result = mergedWhileRunning(() => new Total(), [1, 2], [4])
    assert.deepEqual(result, { type: 'Total', value: { sum: 7 } })
  })

  it('have no result before the end where no copy can be had of them', () => {
    /** What it needs to merge does not travel, though its value does not tell. */
    class Combined implements Accumulator<number, number> {
      sum = 0
      readonly combine = (first: number, second: number): number => first + second
      add(value: number): void {
        this.sum += value
      }
      getLocalValue(): number {
        return this.sum
      }
      resetLocal(): void {
        this.sum = 0
      }
      merge(other: Accumulator<number, number>): void {
        this.sum = this.combine(this.sum, other.getLocalValue())
      }
    }
    const counting = (): AnyAccumulator => {
      let sum = 0
      const add = (value: unknown): void => void (sum += Number(value))
      const merge = (other: AnyAccumulator): void => {
        add(other.getLocalValue())
      }
      return { add, merge, getLocalValue: () => sum, resetLocal: () => undefined }
    }
    class Steps extends IntCounter {
      step = 1
    }
    for (const make of [() => new Maximum(), () => new Average(), counting, () => new Steps(), () => new Combined()]) {
      const text = failure(mergedWhileRunning(make, [1, 2], [3]))
      assert.match(text, /^ACCUMULATOR_MERGE_FAILED: .*cannot be copied: there is a result when the job has finished/)
    }
  })

  it('go on where their fields cannot even be set in a copy', () => {
    class Bounded extends Maximum {
      /** A field of its own stands before this one, which the copy has alone. */
      get bound(): number {
        return 0
      }
    }
    const make = (): AnyAccumulator => Object.defineProperty(new Bounded(), 'bound', { value: 1, enumerable: true })
    assert.match(failure(mergedWhileRunning(make, [1, 2], [3])), /^ACCUMULATOR_MERGE_FAILED: .*only a getter/)
  })
})

describe('The accumulators of a task', () => {
  it('have one of a name, whichever function adds the second', () => {
    const registry = new AccumulatorRegistry()
    registry.add('lines', new IntCounter(), 'Source')
    const refused = isCode(
      'ACCUMULATOR_EXISTS',
      /^Map: the accumulator 'lines' already exists in this task and cannot be added: Source has added it/,
    )
    assert.throws(() => {
      registry.add('lines', new IntCounter(), 'Map')
    }, refused)
  })

  it('may be named like what every object has', () => {
    const registry = new AccumulatorRegistry()
    assert.equal(registry.get('constructor'), undefined)
    registry.add('constructor', new IntCounter(2), 'Op')
    registry.add('toString', new IntCounter(1), 'Op')
    assert.deepEqual(
      Object.entries(registry.parts()).map(([name, { value }]) => [name, value]),
      [
        ['constructor', 2],
        ['toString', 1],
      ],
    )
  })
})
