import type { FunctionInitializationContext } from '../../src/api/functions/checkpointed-function.js'
import type { Collector } from '../../src/api/functions/collector.js'
import { RichFilterFunction } from '../../src/api/functions/filter-function.js'
import { RichFlatMapFunction } from '../../src/api/functions/flat-map-function.js'
import { RichMapFunction } from '../../src/api/functions/map-function.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import {
  KeyedProcessFunction,
  ProcessFunction,
  type KeyedProcessFunctionContext,
  type ProcessFunctionContext,
} from '../../src/api/functions/process-function.js'
import type { SourceContext, SourceFunction } from '../../src/api/functions/source-function.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../src/api/state/list-state.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../src/api/state/value-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { NO_TIMESTAMP } from '../../src/runtime/taskmanager/network/stream-element.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { testOneInputOperator, testSource } from './operator-test-support.js'

type Event = readonly [key: string, n: number]

const EVENTS: readonly (readonly [Event, number])[] = [
  [['a', 3], 10],
  [['b', 1], 20],
  [['a', 1], NO_TIMESTAMP],
  [['a', 5], 30],
  [['b', 2], 40],
  [['a', 4], 50],
]

const late = new OutputTag<string>('late')

class Numbering extends RichMapFunction<Event, unknown> {
  #n: ValueState<number> | undefined
  override open(): void {
    this.#n = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('n', Types.INT))
  }
  map([key, value]: Event): unknown {
    const n = (this.#n?.value() ?? 0) + 1
    this.#n?.update(n)
    return [key, n, value]
  }
}

class Larger extends RichFilterFunction<Event> {
  #max: ValueState<number> | undefined
  override open(): void {
    this.#max = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('max', Types.LONG))
  }
  filter([, value]: Event): boolean {
    const max = this.#max?.value() ?? null
    if (max !== null && value <= max) return false
    this.#max?.update(value)
    return true
  }
}

class SumOfTwo extends RichFlatMapFunction<Event, unknown> {
  #list: ListState<number> | undefined
  override open(): void {
    this.#list = this.getRuntimeContext().getListState(new ListStateDescriptor<number>('list', Types.LONG))
  }
  flatMap([key, value]: Event, out: Collector<unknown>): void {
    this.#list?.add(value)
    const values = [...(this.#list?.get() ?? [])]
    if (values.length < 2) return
    out.collect([key, values.reduce((x, y) => x + y, 0)])
    out.collect(values)
    this.#list?.clear()
  }
}

class OddToSide extends ProcessFunction<Event, unknown> {
  processElement([key, n]: Event, ctx: ProcessFunctionContext, out: Collector<unknown>): void {
    if (n % 2 === 1) ctx.output(late, `${key}${String(n)}`)
    else out.collect([key, n, ctx.timestamp()])
  }
}

class CountPerKey extends KeyedProcessFunction<string, Event, unknown> {
  #count: ValueState<{ n: number }> | undefined
  override open(): void {
    const descriptor = new ValueStateDescriptor<{ n: number }>('count', undefined, { n: 0 })
    this.#count = this.getRuntimeContext().getState(descriptor)
  }
  processElement(_event: Event, ctx: KeyedProcessFunctionContext<string>, out: Collector<unknown>): void {
    const count = this.#count?.value() ?? { n: 0 }
    count.n += 1
    this.#count?.update(count)
    out.collect([ctx.getCurrentKey(), count.n, ctx.timestamp()])
  }
}

testOneInputOperator('StreamMap', {
  binding: () => bindingOf({ kind: 'map', function: { map: (value) => (value as Event)[1] * 2 } }),
  input: EVENTS,
  expected: [6, 2, 2, 10, 4, 8].map((n, index) => ['record', n, EVENTS[index]?.[1]]),
})

testOneInputOperator('StreamMap with keyed state', {
  binding: () => bindingOf({ kind: 'map', function: new Numbering() }, byFirst),
  input: EVENTS,
  expected: [
    ['record', ['a', 1, 3], 10],
    ['record', ['b', 1, 1], 20],
    ['record', ['a', 2, 1], NO_TIMESTAMP],
    ['record', ['a', 3, 5], 30],
    ['record', ['b', 2, 2], 40],
    ['record', ['a', 4, 4], 50],
  ],
})

testOneInputOperator('StreamFilter with keyed state', {
  binding: () => bindingOf({ kind: 'filter', function: new Larger() }, byFirst),
  input: EVENTS,
  expected: [
    ['record', ['a', 3], 10],
    ['record', ['b', 1], 20],
    ['record', ['a', 5], 30],
    ['record', ['b', 2], 40],
  ],
})

testOneInputOperator('StreamFlatMap with keyed list state', {
  binding: () => bindingOf({ kind: 'flat-map', function: new SumOfTwo() }, byFirst),
  input: EVENTS,
  expected: [
    ['record', ['a', 4], NO_TIMESTAMP],
    ['record', [3, 1], NO_TIMESTAMP],
    ['record', ['b', 3], 40],
    ['record', [1, 2], 40],
    ['record', ['a', 9], 50],
    ['record', [5, 4], 50],
  ],
})

testOneInputOperator('ProcessOperator', {
  binding: () => bindingOf({ kind: 'process', function: new OddToSide() }),
  input: EVENTS,
  expected: [
    ['side', 'late', 'a3', 10],
    ['side', 'late', 'b1', 20],
    ['side', 'late', 'a1', NO_TIMESTAMP],
    ['side', 'late', 'a5', 30],
    ['record', ['b', 2, 40], 40],
    ['record', ['a', 4, 50], 50],
  ],
})

testOneInputOperator('KeyedProcessOperator', {
  binding: () => bindingOf({ kind: 'keyed-process', function: new CountPerKey() }, byFirst),
  input: EVENTS,
  expected: [
    ['record', ['a', 1, 10], 10],
    ['record', ['b', 1, 20], 20],
    ['record', ['a', 2, null], NO_TIMESTAMP],
    ['record', ['a', 3, 30], 30],
    ['record', ['b', 2, 40], 40],
    ['record', ['a', 4, 50], 50],
  ],
})

testOneInputOperator('StreamGroupedReduceOperator', {
  binding: () => {
    const reduce = (x: unknown, y: unknown): unknown => [(x as Event)[0], (x as Event)[1] + (y as Event)[1]]
    return bindingOf({ kind: 'reduce', function: { reduce } }, byFirst)
  },
  input: EVENTS,
  expected: [
    ['record', ['a', 3], 10],
    ['record', ['b', 1], 20],
    ['record', ['a', 4], NO_TIMESTAMP],
    ['record', ['a', 9], 30],
    ['record', ['b', 3], 40],
    ['record', ['a', 13], 50],
  ],
})

const received: unknown[] = []
testOneInputOperator('StreamSink, synchronous', {
  binding: () =>
    bindingOf({ kind: 'sink', function: { invoke: (value, ctx) => void received.push([value, ctx.timestamp()]) } }),
  input: EVENTS,
  results: () => received,
  expected: EVENTS.map(([value, timestamp]) => [value, timestamp === NO_TIMESTAMP ? null : timestamp]),
})

const receivedLater: unknown[] = []
testOneInputOperator('StreamSink, some records asynchronous', {
  binding: () => {
    const invoke = (value: unknown): void | Promise<void> => {
      if ((value as Event)[1] % 2 === 0) {
        receivedLater.push(value)
        return undefined
      }
      return new Promise((resolve) => setImmediate(resolve)).then(() => {
        receivedLater.push(value)
      })
    }
    return bindingOf({ kind: 'sink', function: { invoke } })
  },
  input: EVENTS,
  results: () => receivedLater,
  expected: EVENTS.map(([value]) => value),
})

/** Counts to 20 with its position in operator state; what `run` looks like is up to the subclass. */
abstract class Counting implements SourceFunction<number> {
  protected next = 0
  #state: ListState<number> | undefined

  abstract run(ctx: SourceContext<number>): ReturnType<SourceFunction<number>['run']>

  initializeState(context: FunctionInitializationContext): void {
    this.#state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('next', Types.LONG))
    for (const next of this.#state.get()) this.next = next
  }

  snapshotState(): void {
    this.#state?.update([this.next])
  }
}

class GeneratorCounting extends Counting {
  *run(): Generator<number> {
    while (this.next < 20) yield this.next++
  }
}

class CollectingGenerator extends Counting {
  *run(ctx: SourceContext<number>): Generator<undefined> {
    while (this.next < 20) {
      for (let i = 0; i < 4; i += 1) void ctx.collect(this.next++)
      yield
    }
  }
}

class AsyncGeneratorCounting extends Counting {
  async *run(): AsyncGenerator<number | undefined> {
    while (this.next < 20) {
      if (this.next % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (this.next % 7 === 0) yield undefined
      yield this.next++
    }
  }
}

class AsyncFunctionCounting extends Counting {
  async run(ctx: SourceContext<number>): Promise<void> {
    while (this.next < 20) {
      await ctx.collect(this.next++)
      if (this.next % 6 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

class FunctionCounting extends Counting {
  run(ctx: SourceContext<number>): void {
    while (this.next < 20) void ctx.collect(this.next++)
  }
}

const COUNTED = Array.from({ length: 20 }, (_, n) => ['record', n, NO_TIMESTAMP])
for (const Source of [
  GeneratorCounting,
  CollectingGenerator,
  AsyncGeneratorCounting,
  AsyncFunctionCounting,
  FunctionCounting,
]) {
  testSource(`StreamSource around ${Source.name}`, {
    binding: () => bindingOf({ kind: 'source-function', function: new Source() }),
    expected: COUNTED,
  })
}
