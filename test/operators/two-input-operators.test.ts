import type { Collector } from '../../src/api/functions/collector.js'
import { CoProcessFunction, KeyedCoProcessFunction } from '../../src/api/functions/co-process-function.js'
import { RichCoFlatMapFunction } from '../../src/api/functions/co-flat-map-function.js'
import { RichCoMapFunction } from '../../src/api/functions/co-map-function.js'
import type { ListCheckpointed } from '../../src/api/functions/list-checkpointed.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import type { KeyedProcessFunctionContext, ProcessFunctionContext } from '../../src/api/functions/process-function.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../src/api/state/list-state.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { DefaultedValueState } from '../../src/api/state/value-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { record, sideRecord, status, watermark, type InputElement, type OutputElement } from './stream-elements.js'
import { testOperator } from './test-operator.js'

type Event = readonly [key: string, n: number]

/** The keys are of several subtasks where there are several. In turns: L R L R ... */
const LEFT: readonly InputElement[] = [
  record(['a', 1], 10),
  record(['c', 2], 20),
  watermark(25),
  record(['a', 3], 30),
  status('idle'),
  status('active'),
  watermark(60),
  record(['c', 4]),
]
const RIGHT: readonly InputElement[] = [
  record(['a', 10], 12),
  watermark(15),
  record(['c', 20], 22),
  record(['a', 30]),
  watermark(40),
  watermark(50),
  record(['c', 40], 70),
  record(['a', 50], 80),
]

/** The time of both is the smaller one, and that of the right side alone while the left one is idle. */
function withTime(...results: readonly [OutputElement[], OutputElement[], OutputElement[]]): OutputElement[] {
  const [first, second, last] = results
  return [...first, watermark(15), ...second, watermark(40), watermark(50), ...last]
}

const odd = new OutputTag<string>('odd')

class Sides extends RichCoMapFunction<Event, Event, unknown> implements ListCheckpointed<number> {
  #records = 0
  map1([key, n]: Event): unknown {
    this.#records += 1
    return [this.#records, 'left', key, n]
  }
  map2([key, n]: Event): unknown {
    this.#records += 1
    return [this.#records, 'right', key, n]
  }
  snapshotState(): number[] {
    return [this.#records]
  }
  restoreState(state: readonly number[]): void {
    for (const records of state) this.#records += records
  }
}

class Balance extends RichCoMapFunction<Event, Event, unknown> {
  #balance: DefaultedValueState<number> | undefined
  override open(): void {
    this.#balance = this.getRuntimeContext().getState(new ValueStateDescriptor('balance', Types.LONG, 0))
  }
  map1([key, n]: Event): unknown {
    const balance = (this.#balance?.value() ?? 0) + n
    this.#balance?.update(balance)
    return [key, balance]
  }
  map2([key, n]: Event): unknown {
    return this.map1([key, -n])
  }
}

class Join extends RichCoFlatMapFunction<Event, Event, unknown> {
  #left: ListState<number> | undefined
  #right: ListState<number> | undefined
  override open(): void {
    const context = this.getRuntimeContext()
    this.#left = context.getListState(new ListStateDescriptor('left', Types.LONG))
    this.#right = context.getListState(new ListStateDescriptor('right', Types.LONG))
  }
  flatMap1([key, n]: Event, out: Collector<unknown>): void {
    this.#left?.add(n)
    for (const other of this.#right?.get() ?? []) out.collect([key, n, other])
  }
  flatMap2([key, n]: Event, out: Collector<unknown>): void {
    this.#right?.add(n)
    for (const other of this.#left?.get() ?? []) out.collect([key, other, n])
  }
}

class Sorting extends CoProcessFunction<Event, Event, unknown> {
  processElement1([key, n]: Event, ctx: ProcessFunctionContext, out: Collector<unknown>): void {
    if (n % 2 === 1) ctx.output(odd, `${key}${String(n)}`)
    else out.collect([key, n, ctx.timestamp()])
  }
  processElement2([key, n]: Event, ctx: ProcessFunctionContext, out: Collector<unknown>): void {
    if (n > 20) ctx.output(odd, `${key}${String(n)}`)
    else out.collect([ctx.timestamp(), key, n])
  }
}

class Counting extends KeyedCoProcessFunction<string, Event, Event, unknown> {
  #counts: DefaultedValueState<[number, number]> | undefined
  override open(): void {
    const descriptor = new ValueStateDescriptor<[number, number]>('counts', undefined, [0, 0])
    this.#counts = this.getRuntimeContext().getState(descriptor)
  }
  processElement1(_event: Event, ctx: KeyedProcessFunctionContext<string>, out: Collector<unknown>): void {
    const [left, right] = this.#counts?.value() ?? [0, 0]
    this.#counts?.update([left + 1, right])
    out.collect([ctx.getCurrentKey(), left + 1, right])
  }
  processElement2(_event: Event, ctx: KeyedProcessFunctionContext<string>, out: Collector<unknown>): void {
    const [left, right] = this.#counts?.value() ?? [0, 0]
    this.#counts?.update([left, right + 1])
    ctx.output(odd, `${ctx.getCurrentKey()} ${String(left)}:${String(right + 1)}`)
    out.collect([ctx.getCurrentKey(), left, right + 1])
  }
}

testOperator('CoStreamMap', {
  binding: () => {
    const [map1, map2] = [(value: unknown) => ['left', value], (value: unknown) => ['right', value]]
    return bindingOf({ kind: 'co-map', function: { map1, map2 } }, undefined, undefined)
  },
  inputs: [LEFT, RIGHT],
  expected: withTime(
    [record(['left', ['a', 1]], 10), record(['right', ['a', 10]], 12), record(['left', ['c', 2]], 20)],
    [record(['right', ['c', 20]], 22), record(['left', ['a', 3]], 30), record(['right', ['a', 30]])],
    [record(['right', ['c', 40]], 70), record(['left', ['c', 4]]), record(['right', ['a', 50]], 80)],
  ),
  anyOrderOfInputs: true,
})

testOperator('CoStreamMap with operator state', {
  binding: () => bindingOf({ kind: 'co-map', function: new Sides() }, undefined, undefined),
  inputs: [LEFT, RIGHT],
  expected: withTime(
    [record([1, 'left', 'a', 1], 10), record([2, 'right', 'a', 10], 12), record([3, 'left', 'c', 2], 20)],
    [record([4, 'right', 'c', 20], 22), record([5, 'left', 'a', 3], 30), record([6, 'right', 'a', 30])],
    [record([7, 'right', 'c', 40], 70), record([8, 'left', 'c', 4]), record([9, 'right', 'a', 50], 80)],
  ),
  inMode: { 'restore with another parallelism': { leftOut: 'every subtask has numbers of its own' } },
})

testOperator('CoStreamMap with keyed state of both inputs', {
  binding: () => bindingOf({ kind: 'co-map', function: new Balance() }, byFirst, byFirst),
  inputs: [LEFT, RIGHT],
  expected: withTime(
    [record(['a', 1], 10), record(['a', -9], 12), record(['c', 2], 20)],
    [record(['c', -18], 22), record(['a', -6], 30), record(['a', -36])],
    [record(['c', -58], 70), record(['c', -54]), record(['a', -86], 80)],
  ),
})

testOperator('CoStreamFlatMap with keyed state of both inputs', {
  binding: () => bindingOf({ kind: 'co-flat-map', function: new Join() }, byFirst, byFirst),
  inputs: [LEFT, RIGHT],
  expected: withTime(
    [record(['a', 1, 10], 12)],
    [record(['c', 2, 20], 22), record(['a', 3, 10], 30), record(['a', 1, 30]), record(['a', 3, 30])],
    [
      record(['c', 2, 40], 70),
      record(['c', 4, 20]),
      record(['c', 4, 40]),
      record(['a', 1, 50], 80),
      record(['a', 3, 50], 80),
    ],
  ),
})

testOperator('CoProcessOperator', {
  binding: () => bindingOf({ kind: 'co-process', function: new Sorting() }, undefined, undefined),
  inputs: [LEFT, RIGHT],
  expected: withTime(
    [sideRecord('odd', 'a1', 10), record([12, 'a', 10], 12), record(['c', 2, 20], 20)],
    [record([22, 'c', 20], 22), sideRecord('odd', 'a3', 30), sideRecord('odd', 'a30')],
    [sideRecord('odd', 'c40', 70), record(['c', 4, null]), sideRecord('odd', 'a50', 80)],
  ),
  anyOrderOfInputs: true,
})

testOperator('KeyedCoProcessOperator', {
  binding: () => bindingOf({ kind: 'keyed-co-process', function: new Counting() }, byFirst, byFirst),
  inputs: [LEFT, RIGHT],
  expected: withTime(
    [record(['a', 1, 0], 10), sideRecord('odd', 'a 1:1', 12), record(['a', 1, 1], 12), record(['c', 1, 0], 20)],
    [
      sideRecord('odd', 'c 1:1', 22),
      record(['c', 1, 1], 22),
      record(['a', 2, 1], 30),
      sideRecord('odd', 'a 2:2'),
      record(['a', 2, 2]),
    ],
    [
      sideRecord('odd', 'c 1:2', 70),
      record(['c', 1, 2], 70),
      record(['c', 2, 2]),
      sideRecord('odd', 'a 2:3', 80),
      record(['a', 2, 3], 80),
    ],
  ),
})
