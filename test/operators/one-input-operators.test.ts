import type { Collector } from '../../src/api/functions/collector.js'
import { RichFilterFunction } from '../../src/api/functions/filter-function.js'
import { RichFlatMapFunction } from '../../src/api/functions/flat-map-function.js'
import type { ListCheckpointed } from '../../src/api/functions/list-checkpointed.js'
import { RichMapFunction, type MapFunction } from '../../src/api/functions/map-function.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import {
  KeyedProcessFunction,
  ProcessFunction,
  type KeyedProcessFunctionContext,
  type ProcessFunctionContext,
} from '../../src/api/functions/process-function.js'
import type { SinkFunction, SinkFunctionContext } from '../../src/api/functions/sink-function.js'
import type { FlushingSink } from '../../src/api/functions/sink/flushing-sink.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../src/api/state/list-state.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../src/api/state/value-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { bindingOf, byFirst, turn } from './operator-harness.js'
import {
  processingTime,
  record,
  sideRecord,
  status,
  watermark,
  type InputElement,
  type OutputElement,
} from './stream-elements.js'
import { testOperator } from './test-operator.js'

type Event = readonly [key: string, n: number]

/** The keys are of several subtasks where there are several. */
const INPUT: readonly InputElement[] = [
  record(['a', 3], 10),
  record(['c', 1], 20),
  watermark(25),
  record(['a', 1]),
  record(['a', 5], 30),
  status('idle'),
  status('active'),
  record(['c', 2], 40),
  record(['a', 4], 50),
  watermark(60),
]

/** What comes of the first two records, the next two, and the last two, with the time between them. */
function withTime(...results: readonly [OutputElement[], OutputElement[], OutputElement[]]): OutputElement[] {
  const [first, second, last] = results
  return [...first, watermark(25), ...second, status('idle'), status('active'), ...last, watermark(60)]
}

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

class NumberingAll implements MapFunction<Event, number>, ListCheckpointed<number> {
  #n = 0
  map(): number {
    this.#n += 1
    return this.#n
  }
  snapshotState(): number[] {
    return [this.#n]
  }
  restoreState(state: readonly number[]): void {
    for (const n of state) this.#n += n
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

testOperator('StreamMap', {
  binding: () => bindingOf({ kind: 'map', function: { map: (value) => (value as Event)[1] * 2 } }),
  inputs: [INPUT],
  expected: withTime([record(6, 10), record(2, 20)], [record(2), record(10, 30)], [record(4, 40), record(8, 50)]),
})

testOperator('StreamMap with operator state', {
  binding: () => bindingOf({ kind: 'map', function: new NumberingAll() }),
  inputs: [INPUT],
  expected: withTime([record(1, 10), record(2, 20)], [record(3), record(4, 30)], [record(5, 40), record(6, 50)]),
  inMode: { 'restore with another parallelism': { leftOut: 'every subtask has numbers of its own' } },
})

testOperator('StreamMap with keyed state', {
  binding: () => bindingOf({ kind: 'map', function: new Numbering() }, byFirst),
  inputs: [INPUT],
  expected: withTime(
    [record(['a', 1, 3], 10), record(['c', 1, 1], 20)],
    [record(['a', 2, 1]), record(['a', 3, 5], 30)],
    [record(['c', 2, 2], 40), record(['a', 4, 4], 50)],
  ),
})

testOperator('StreamFilter with keyed state', {
  binding: () => bindingOf({ kind: 'filter', function: new Larger() }, byFirst),
  inputs: [INPUT],
  expected: withTime([record(['a', 3], 10), record(['c', 1], 20)], [record(['a', 5], 30)], [record(['c', 2], 40)]),
})

testOperator('StreamFlatMap with keyed list state', {
  binding: () => bindingOf({ kind: 'flat-map', function: new SumOfTwo() }, byFirst),
  inputs: [INPUT],
  expected: withTime(
    [],
    [record(['a', 4]), record([3, 1])],
    [record(['c', 3], 40), record([1, 2], 40), record(['a', 9], 50), record([5, 4], 50)],
  ),
})

testOperator('ProcessOperator', {
  binding: () => bindingOf({ kind: 'process', function: new OddToSide() }),
  inputs: [INPUT],
  expected: withTime(
    [sideRecord('late', 'a3', 10), sideRecord('late', 'c1', 20)],
    [sideRecord('late', 'a1'), sideRecord('late', 'a5', 30)],
    [record(['c', 2, 40], 40), record(['a', 4, 50], 50)],
  ),
})

testOperator('KeyedProcessOperator', {
  binding: () => bindingOf({ kind: 'keyed-process', function: new CountPerKey() }, byFirst),
  inputs: [INPUT],
  expected: withTime(
    [record(['a', 1, 10], 10), record(['c', 1, 20], 20)],
    [record(['a', 2, null]), record(['a', 3, 30], 30)],
    [record(['c', 2, 40], 40), record(['a', 4, 50], 50)],
  ),
})

testOperator('StreamGroupedReduceOperator', {
  binding: () => {
    const reduce = (x: unknown, y: unknown): unknown => [(x as Event)[0], (x as Event)[1] + (y as Event)[1]]
    return bindingOf({ kind: 'reduce', function: { reduce } }, byFirst)
  },
  inputs: [INPUT],
  expected: withTime(
    [record(['a', 3], 10), record(['c', 1], 20)],
    [record(['a', 4]), record(['a', 9], 30)],
    [record(['c', 3], 40), record(['a', 13], 50)],
  ),
})

/** With the timestamp and the watermark that each record came with. */
const RECEIVED = [
  [['a', 3], 10, -Infinity],
  [['c', 1], 20, -Infinity],
  [['a', 1], null, 25],
  [['a', 5], 30, 25],
  [['c', 2], 40, 25],
  [['a', 4], 50, 25],
]

testOperator('StreamSink, synchronous', {
  binding: (received) => {
    const invoke = (value: unknown, ctx: SinkFunctionContext): void => {
      received.push([value, ctx.timestamp(), ctx.currentWatermark()])
    }
    return bindingOf({ kind: 'sink', function: { invoke } })
  },
  inputs: [INPUT],
  expected: [],
  received: RECEIVED,
})

testOperator('StreamSink, some records asynchronous', {
  binding: (received) => {
    const invoke = (value: unknown, ctx: SinkFunctionContext): void | Promise<void> => {
      const taken = [value, ctx.timestamp(), ctx.currentWatermark()]
      if ((value as Event)[1] % 2 === 0) {
        received.push(taken)
        return undefined
      }
      return turn().then(() => {
        received.push(taken)
      })
    }
    return bindingOf({ kind: 'sink', function: { invoke } })
  },
  inputs: [INPUT],
  expected: [],
  received: RECEIVED,
})

/** Writes when it is told to: at a checkpoint, at the end, and half a second after a record. */
testOperator('StreamSink around a function that keeps records back', {
  binding: (received) => {
    let kept: unknown[] = []
    const sink: FlushingSink & SinkFunction<unknown> = {
      invoke: (value) => void kept.push(value),
      hasUnflushed: () => kept.length > 0,
      flush: async () => {
        await turn()
        received.push(...kept)
        kept = []
      },
    }
    return bindingOf({ kind: 'sink', function: sink })
  },
  inputs: [
    [record('a'), record('b'), processingTime(2000), record('c'), record('d'), processingTime(3000), record('e')],
  ],
  expected: [],
  received: ['a', 'b', 'c', 'd', 'e'],
})
