import type { OutputTag } from './output-tag.js'
import type { Collector } from './collector.js'
import { RichFunction } from './rich-function.js'
import type { TimeDomain } from './time-domain.js'
import type { TimerService } from './timer-service.js'

/** What {@link ProcessFunction.processElement} knows of the record at hand. Valid during the call only. */
export interface ProcessFunctionContext {
  /** Timestamp of the record in ms since the epoch, or null when it has none. */
  timestamp(): number | null
  /** The time, and, on a keyed stream, timers of the current key. */
  timerService(): TimerService
  /** Emits a record to a side output; read it with `getSideOutput` of the operator's stream. */
  output<X>(outputTag: OutputTag<X>, value: X): void
}

/** {@link ProcessFunctionContext} on a keyed stream. */
export interface KeyedProcessFunctionContext<K> extends ProcessFunctionContext {
  /** Key of the record at hand, or of the timer. */
  getCurrentKey(): K
}

/**
 * What {@link ProcessFunction.onTimer} knows of the timer. Valid during the call only.
 *
 * @example
 * ```ts
 * import { TimeDomain, type ProcessFunctionOnTimerContext } from 'flink-ts'
 *
 * const isByTheClock = (ctx: ProcessFunctionOnTimerContext): boolean => ctx.timeDomain() === TimeDomain.PROCESSING_TIME
 * ```
 */
export interface ProcessFunctionOnTimerContext extends ProcessFunctionContext {
  /** Timestamp of the timer in ms since the epoch; what goes to a side output has it, too. */
  timestamp(): number
  /** By which time the timer fires. */
  timeDomain(): TimeDomain
}

/** {@link ProcessFunctionOnTimerContext} on a keyed stream. */
export interface KeyedProcessFunctionOnTimerContext<K> extends ProcessFunctionOnTimerContext {
  /** Key of the timer. */
  getCurrentKey(): K
}

/**
 * The most general function of one stream: any number of results for a record, side outputs, and (on a keyed stream)
 * keyed state. It is a rich function.
 *
 * @example
 * ```ts
 * import { OutputTag, ProcessFunction, type Collector, type ProcessFunctionContext } from 'flink-ts'
 *
 * const rejected = new OutputTag<string>('rejected')
 *
 * class ParseNumber extends ProcessFunction<string, number> {
 *   processElement(value: string, ctx: ProcessFunctionContext, out: Collector<number>): void {
 *     const parsed = Number(value)
 *     if (Number.isNaN(parsed)) ctx.output(rejected, value)
 *     else out.collect(parsed)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/
 */
export abstract class ProcessFunction<I, O> extends RichFunction {
  /** Tells the type checker that a KeyedProcessFunction is none of these, and who reads its message what to do; never set. */
  declare protected readonly 'a KeyedProcessFunction needs a stream with a key: stream.keyBy(...).process(...)': true

  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement(value: I, ctx: ProcessFunctionContext, out: Collector<O>): void

  /** A timer is due: as {@link KeyedProcessFunction.onTimer}. There are timers where the function is used on a keyed stream. */
  onTimer?(timestampMs: number, ctx: ProcessFunctionOnTimerContext, out: Collector<O>): void
}

/**
 * A {@link ProcessFunction} for keyed streams: its context knows the current key, and has timers by event time and by the
 * clock. Timers are part of every snapshot. At the end of the data those by event time fire, all of them, also those that are
 * set meanwhile: one that sets itself anew for ever has to see that `ctx.timerService().currentWatermark()` is Infinity. Those
 * by the clock that are not due by then do not fire.
 *
 * @example
 * ```ts
 * import { KeyedProcessFunction, Types, ValueStateDescriptor } from 'flink-ts'
 * import type { Collector, KeyedProcessFunctionContext, ValueState } from 'flink-ts'
 *
 * class CountPerKey extends KeyedProcessFunction<string, unknown, [string, number]> {
 *   #count!: ValueState<number>
 *   override open(): void {
 *     this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG, 0))
 *   }
 *   processElement(_value: unknown, ctx: KeyedProcessFunctionContext<string>, out: Collector<[string, number]>): void {
 *     const count = (this.#count.value() ?? 0) + 1
 *     this.#count.update(count)
 *     out.collect([ctx.getCurrentKey(), count])
 *   }
 * }
 * ```
 * @example
 * ```ts
 * import { KeyedProcessFunction, Types, ValueStateDescriptor, type Collector } from 'flink-ts'
 * import type { KeyedProcessFunctionContext, KeyedProcessFunctionOnTimerContext, ValueState } from 'flink-ts'
 *
 * // The key of which nothing has come for 30 s, by the clock.
 * class NoHeartbeat extends KeyedProcessFunction<string, unknown, string> {
 *   #due!: ValueState<number>
 *   override open(): void {
 *     this.#due = this.getRuntimeContext().getState(new ValueStateDescriptor('due', Types.LONG, 0))
 *   }
 *   processElement(_value: unknown, ctx: KeyedProcessFunctionContext<string>): void {
 *     const timers = ctx.timerService()
 *     const due = timers.currentProcessingTime() + 30_000
 *     timers.deleteProcessingTimeTimer(this.#due.value() ?? 0)
 *     timers.registerProcessingTimeTimer(due)
 *     this.#due.update(due)
 *   }
 *   override onTimer(_timestampMs: number, ctx: KeyedProcessFunctionOnTimerContext<string>, out: Collector<string>): void {
 *     out.collect(ctx.getCurrentKey())
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#the-keyedprocessfunction
 */
export abstract class KeyedProcessFunction<K, I, O> extends RichFunction {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement(value: I, ctx: KeyedProcessFunctionContext<K>, out: Collector<O>): void

  /**
   * A timer is due. Results of one by event time have its timestamp, those of one by the clock have none. A timer that is set in
   * here and is due already fires before time goes on. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED.
   */
  onTimer?(timestampMs: number, ctx: KeyedProcessFunctionOnTimerContext<K>, out: Collector<O>): void
}
