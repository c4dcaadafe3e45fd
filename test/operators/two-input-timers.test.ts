/** Timers of functions of two streams: set by a record of either, or by one beside a broadcast stream. */
import type { Collector } from '../../src/api/functions/collector.js'
import { CoProcessFunction, KeyedCoProcessFunction } from '../../src/api/functions/co-process-function.js'
import {
  KeyedBroadcastProcessFunction,
  type KeyedBroadcastProcessFunctionContext,
  type KeyedBroadcastProcessFunctionOnTimerContext,
  type KeyedBroadcastProcessFunctionReadOnlyContext,
} from '../../src/api/functions/keyed-broadcast-process-function.js'
import { OutputTag } from '../../src/api/functions/output-tag.js'
import type {
  KeyedProcessFunctionContext,
  KeyedProcessFunctionOnTimerContext,
  ProcessFunctionContext,
  ProcessFunctionOnTimerContext,
} from '../../src/api/functions/process-function.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../src/api/state/list-state.js'
import { MapStateDescriptor } from '../../src/api/state/map-state-descriptor.js'
import { ValueStateDescriptor } from '../../src/api/state/value-state-descriptor.js'
import type { DefaultedValueState } from '../../src/api/state/value-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { bindingOf, byFirst } from './operator-harness.js'
import { processingTime, record, sideRecord, watermark } from './stream-elements.js'
import { testOperator } from './test-operator.js'

type Event = readonly [key: string, n: number]

const fired = new OutputTag<string>('fired')
const RULES = new MapStateDescriptor('rules', Types.STRING, Types.LONG)

/** Both sides add to one sum of the key, which a timer of either takes out. */
class SumUntil extends KeyedCoProcessFunction<string, Event, Event, unknown> {
  #sum: DefaultedValueState<number> | undefined
  override open(): void {
    this.#sum = this.getRuntimeContext().getState(new ValueStateDescriptor('sum', Types.LONG, 0))
  }
  processElement1([, n]: Event, ctx: KeyedProcessFunctionContext<string>): void {
    this.#add(n)
    ctx.timerService().registerEventTimeTimer((ctx.timestamp() ?? 0) + 10)
  }
  processElement2([, n]: Event, ctx: KeyedProcessFunctionContext<string>): void {
    this.#add(n)
    ctx.timerService().registerEventTimeTimer((ctx.timestamp() ?? 0) + 20)
  }
  override onTimer(time: number, ctx: KeyedProcessFunctionOnTimerContext<string>, out: Collector<unknown>): void {
    out.collect([ctx.getCurrentKey(), time, this.#sum?.value()])
    ctx.output(fired, `${ctx.getCurrentKey()} ${ctx.timeDomain()}`)
    this.#sum?.clear()
  }
  #add(n: number): void {
    this.#sum?.update(this.#sum.value() + n)
  }
}

class ByTheClock extends CoProcessFunction<Event, Event, unknown> {
  processElement1([, n]: Event, ctx: ProcessFunctionContext): void {
    ctx.timerService().registerProcessingTimeTimer(n)
  }
  processElement2([, n]: Event, ctx: ProcessFunctionContext): void {
    ctx.timerService().deleteProcessingTimeTimer(n)
  }
  override onTimer(time: number, ctx: ProcessFunctionOnTimerContext, out: Collector<unknown>): void {
    out.collect([time, ctx.timeDomain(), ctx.timestamp()])
  }
}

/** Buffers what comes until a timer, which multiplies it by the rule of that time. */
class Buffered extends KeyedBroadcastProcessFunction<string, Event, Event, unknown> {
  #buffer: ListState<number> | undefined
  override open(): void {
    this.#buffer = this.getRuntimeContext().getListState(new ListStateDescriptor('buffer', Types.LONG))
  }
  processElement([, n]: Event, ctx: KeyedBroadcastProcessFunctionReadOnlyContext<string>): void {
    this.#buffer?.add(n)
    ctx.timerService().registerEventTimeTimer((ctx.timestamp() ?? 0) + 10)
  }
  processBroadcastElement([name, n]: Event, ctx: KeyedBroadcastProcessFunctionContext<string>): void {
    ctx.getBroadcastState(RULES).put(name, n)
  }
  override onTimer(
    time: number,
    ctx: KeyedBroadcastProcessFunctionOnTimerContext<string>,
    out: Collector<unknown>,
  ): void {
    const factor = ctx.getBroadcastState(RULES).get('factor') ?? 1
    out.collect([ctx.getCurrentKey(), time, [...(this.#buffer?.get() ?? [])].map((n) => n * factor)])
    ctx.output(fired, `${ctx.getCurrentKey()} ${String(ctx.timestamp())} ${ctx.timeDomain()}`)
    this.#buffer?.clear()
  }
}

testOperator('KeyedCoProcessOperator with event-time timers', {
  binding: () => bindingOf({ kind: 'keyed-co-process', function: new SumUntil() }, byFirst, byFirst),
  inputs: [
    [
      record(['a', 1], 1),
      record(['c', 2], 2),
      watermark(30),
      record(['a', 3], 31),
      record(['c', 5], 33),
      watermark(60),
    ],
    [record(['a', 10], 1), record(['c', 20], 3), watermark(15), record(['c', 7], 16), watermark(40), watermark(60)],
  ],
  expected: [
    record(['a', 11, 11], 11),
    sideRecord('fired', 'a EVENT_TIME', 11),
    record(['c', 12, 22], 12),
    sideRecord('fired', 'c EVENT_TIME', 12),
    watermark(15),
    record(['a', 21, 3], 21),
    sideRecord('fired', 'a EVENT_TIME', 21),
    record(['c', 23, 12], 23),
    sideRecord('fired', 'c EVENT_TIME', 23),
    watermark(30),
    record(['c', 36, 0], 36),
    sideRecord('fired', 'c EVENT_TIME', 36),
    watermark(40),
    record(['a', 41, 0], 41),
    sideRecord('fired', 'a EVENT_TIME', 41),
    record(['c', 43, 0], 43),
    sideRecord('fired', 'c EVENT_TIME', 43),
    watermark(60),
  ],
  slices: true,
})

testOperator('KeyedCoProcessOperator around a CoProcessFunction with processing-time timers', {
  binding: () => bindingOf({ kind: 'keyed-co-process', function: new ByTheClock() }, byFirst, byFirst),
  inputs: [
    [record(['a', 1100]), record(['c', 1200]), record(['a', 1300]), processingTime(1250), processingTime(1400)],
    [record(['b', 1100]), record(['c', 1100]), record(['a', 1300])],
  ],
  expected: [record([1100, 'PROCESSING_TIME', 1100]), record([1200, 'PROCESSING_TIME', 1200])],
})

testOperator('CoBroadcastWithKeyedOperator with event-time timers', {
  binding: () => {
    const descriptors = [RULES] as MapStateDescriptor<unknown, unknown>[]
    return bindingOf({ kind: 'keyed-broadcast-process', function: new Buffered(), descriptors }, byFirst, undefined)
  },
  inputs: [
    [
      record(['a', 1], 1),
      record(['c', 2], 2),
      record(['a', 3], 3),
      watermark(12),
      record(['c', 4], 14),
      record(['a', 5], 15),
      watermark(40),
    ],
    [watermark(5), record(['factor', 100], 6), watermark(20), record(['factor', 10], 21), watermark(30)],
  ],
  broadcastInputs: [1],
  expected: [
    record(['a', 11, [100, 300]], 11),
    sideRecord('fired', 'a 11 EVENT_TIME', 11),
    record(['c', 12, [200]], 12),
    sideRecord('fired', 'c 12 EVENT_TIME', 12),
    watermark(12),
    record(['a', 13, [50]], 13),
    sideRecord('fired', 'a 13 EVENT_TIME', 13),
    record(['c', 24, [40]], 24),
    sideRecord('fired', 'c 24 EVENT_TIME', 24),
    record(['a', 25, []], 25),
    sideRecord('fired', 'a 25 EVENT_TIME', 25),
    watermark(30),
  ],
  slices: true,
})
