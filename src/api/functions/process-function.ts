import type { OutputTag } from './output-tag.js'
import type { Collector } from './collector.js'
import { RichFunction } from './rich-function.js'

/** What {@link ProcessFunction.processElement} knows of the record at hand. Valid during the call only. */
export interface ProcessFunctionContext {
  /** Timestamp of the record in ms since the epoch, or null when it has none. */
  timestamp(): number | null
  /** Emits a record to a side output; read it with `getSideOutput` of the operator's stream. */
  output<X>(outputTag: OutputTag<X>, value: X): void
}

/** {@link ProcessFunctionContext} on a keyed stream. */
export interface KeyedProcessFunctionContext<K> extends ProcessFunctionContext {
  /** Key of the record at hand. */
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
  /** Tells the type checker that a KeyedProcessFunction is none of these; never set. */
  declare protected readonly isNotKeyed: true

  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement(value: I, ctx: ProcessFunctionContext, out: Collector<O>): void
}

/**
 * A {@link ProcessFunction} for keyed streams: its context knows the current key.
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
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#the-keyedprocessfunction
 */
export abstract class KeyedProcessFunction<K, I, O> extends RichFunction {
  /** Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement(value: I, ctx: KeyedProcessFunctionContext<K>, out: Collector<O>): void
}
