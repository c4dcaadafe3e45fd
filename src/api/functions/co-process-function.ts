import type { Collector } from './collector.js'
import type {
  KeyedProcessFunctionContext,
  KeyedProcessFunctionOnTimerContext,
  ProcessFunctionContext,
  ProcessFunctionOnTimerContext,
} from './process-function.js'
import { RichFunction } from './rich-function.js'

/**
 * The most general function of two connected streams: any number of results for a record, side outputs, and (where both streams
 * are keyed) keyed state and timers that both methods share. It is a rich function.
 *
 * @example
 * ```ts
 * import { CoProcessFunction, OutputTag, type Collector, type ProcessFunctionContext } from 'flink-ts'
 *
 * const rejected = new OutputTag<string>('rejected')
 *
 * class Merge extends CoProcessFunction<number, string, number> {
 *   processElement1(value: number, _ctx: ProcessFunctionContext, out: Collector<number>): void {
 *     out.collect(value)
 *   }
 *   processElement2(value: string, ctx: ProcessFunctionContext, out: Collector<number>): void {
 *     const parsed = Number(value)
 *     if (Number.isNaN(parsed)) ctx.output(rejected, value)
 *     else out.collect(parsed)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#low-level-joins
 */
export abstract class CoProcessFunction<IN1, IN2, OUT> extends RichFunction {
  /** Tells the type checker that a KeyedCoProcessFunction is none of these, and who reads its message what to do; never set. */
  declare protected readonly 'a KeyedCoProcessFunction needs two streams with keys: first.connect(second).keyBy(..., ...)': true

  /** For a record of the first stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement1(value: IN1, ctx: ProcessFunctionContext, out: Collector<OUT>): void

  /** For a record of the second stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement2(value: IN2, ctx: ProcessFunctionContext, out: Collector<OUT>): void

  /** A timer is due: as {@link KeyedProcessFunction.onTimer}. There are timers where both streams are keyed. */
  onTimer?(timestampMs: number, ctx: ProcessFunctionOnTimerContext, out: Collector<OUT>): void
}

/**
 * A {@link CoProcessFunction} for two streams that are both keyed: its contexts know the current key. On other streams it is
 * the error GRAPH_INVALID.
 *
 * @example
 * ```ts
 * import { KeyedCoProcessFunction, Types, ValueStateDescriptor } from 'flink-ts'
 * import type { Collector, KeyedProcessFunctionContext, ValueState } from 'flink-ts'
 *
 * // The newest value of the first stream beside each record of the second one.
 * class Latest extends KeyedCoProcessFunction<string, number, string, [string, number, string]> {
 *   #latest!: ValueState<number>
 *   override open(): void {
 *     this.#latest = this.getRuntimeContext().getState(new ValueStateDescriptor('latest', Types.DOUBLE))
 *   }
 *   processElement1(value: number): void {
 *     this.#latest.update(value)
 *   }
 *   processElement2(
 *     value: string,
 *     ctx: KeyedProcessFunctionContext<string>,
 *     out: Collector<[string, number, string]>,
 *   ): void {
 *     const latest = this.#latest.value()
 *     if (latest !== null) out.collect([ctx.getCurrentKey(), latest, value])
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#low-level-joins
 */
export abstract class KeyedCoProcessFunction<K, IN1, IN2, OUT> extends RichFunction {
  /** For a record of the first stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement1(value: IN1, ctx: KeyedProcessFunctionContext<K>, out: Collector<OUT>): void

  /** For a record of the second stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement2(value: IN2, ctx: KeyedProcessFunctionContext<K>, out: Collector<OUT>): void

  /** A timer is due: as {@link KeyedProcessFunction.onTimer}. Both methods above set timers of one key. */
  onTimer?(timestampMs: number, ctx: KeyedProcessFunctionOnTimerContext<K>, out: Collector<OUT>): void
}
