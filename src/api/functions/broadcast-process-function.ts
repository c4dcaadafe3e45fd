import type { BroadcastState, ReadOnlyBroadcastState } from '../state/broadcast-state.js'
import type { MapStateDescriptor } from '../state/map-state-descriptor.js'
import type { Collector } from './collector.js'
import type { OutputTag } from './output-tag.js'
import { RichFunction } from './rich-function.js'

/** What all contexts of functions with broadcast state have. Valid during the call only. */
export interface BroadcastProcessFunctionBaseContext {
  /** Timestamp of the record at hand in ms since the epoch, or null when it has none; of a timer, its time. */
  timestamp(): number | null
  /** Emits a record to a side output; read it with `getSideOutput` of the operator's stream. */
  output<X>(outputTag: OutputTag<X>, value: X): void
  /** Ms since the epoch, by the clock. */
  currentProcessingTime(): number
  /** How far event time has come in both streams, in ms since the epoch: -Infinity at first, Infinity at the end of the data. */
  currentWatermark(): number
}

/**
 * The context of a broadcast element: broadcast state may be changed. As every subtask is given every broadcast element, each
 * has to make the same of it, so that all of them hold the same map: no clock, no random numbers, nothing of the subtask.
 *
 * @example
 * ```ts
 * import { MapStateDescriptor, Types, type BroadcastProcessFunctionContext } from 'flink-ts'
 *
 * const LIMITS = new MapStateDescriptor('limits', Types.STRING, Types.LONG)
 * const setLimit = (name: string, limit: number, ctx: BroadcastProcessFunctionContext): void => ctx.getBroadcastState(LIMITS).put(name, limit)
 * ```
 */
export interface BroadcastProcessFunctionContext extends BroadcastProcessFunctionBaseContext {
  /** The state of a descriptor that `broadcast(...)` was given; another one is the error BROADCAST_STATE_NOT_DECLARED. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>
}

/**
 * The context of an element of the stream that is not broadcast: broadcast state can be read. Whoever gets around the type and
 * changes it meets the error BROADCAST_STATE_READ_ONLY.
 *
 * @example
 * ```ts
 * import { MapStateDescriptor, Types, type BroadcastProcessFunctionReadOnlyContext } from 'flink-ts'
 *
 * const LIMITS = new MapStateDescriptor('limits', Types.STRING, Types.LONG)
 * const limitOf = (name: string, ctx: BroadcastProcessFunctionReadOnlyContext): number | null => ctx.getBroadcastState(LIMITS).get(name)
 * ```
 */
export interface BroadcastProcessFunctionReadOnlyContext extends BroadcastProcessFunctionBaseContext {
  /** The state of a descriptor that `broadcast(...)` was given; another one is the error BROADCAST_STATE_NOT_DECLARED. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): ReadOnlyBroadcastState<K, V>
}

/**
 * What {@link BroadcastProcessFunction} and {@link KeyedBroadcastProcessFunction} have in common: they are rich functions of a
 * stream and a broadcast one.
 *
 * @example
 * ```ts
 * import type { BaseBroadcastProcessFunction } from 'flink-ts'
 *
 * const subtaskOf = (made: BaseBroadcastProcessFunction): number => made.getRuntimeContext().getIndexOfThisSubtask()
 * ```
 */
export abstract class BaseBroadcastProcessFunction extends RichFunction {}

/**
 * Processes a stream that is not keyed together with a broadcast one, whose elements every subtask is given. What
 * `processBroadcastElement` puts into broadcast state `processElement` reads. There is no keyed state, and there are no timers.
 *
 * @example
 * ```ts
 * import { BroadcastProcessFunction, MapStateDescriptor, Types } from 'flink-ts'
 * import type { BroadcastProcessFunctionContext, BroadcastProcessFunctionReadOnlyContext, Collector, DataStream } from 'flink-ts'
 *
 * const NAMES = new MapStateDescriptor('names', Types.LONG, Types.STRING)
 *
 * class WithName extends BroadcastProcessFunction<number, [number, string], string> {
 *   processElement(id: number, ctx: BroadcastProcessFunctionReadOnlyContext, out: Collector<string>): void {
 *     out.collect(ctx.getBroadcastState(NAMES).get(id) ?? 'unknown')
 *   }
 *   processBroadcastElement([id, name]: [number, string], ctx: BroadcastProcessFunctionContext): void {
 *     ctx.getBroadcastState(NAMES).put(id, name)
 *   }
 * }
 *
 * function named(ids: DataStream<number>, names: DataStream<[number, string]>): DataStream<string> {
 *   return ids.connect(names.broadcast(NAMES)).process(new WithName())
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export abstract class BroadcastProcessFunction<IN1, IN2, OUT> extends BaseBroadcastProcessFunction {
  /** Tells the type checker that a KeyedBroadcastProcessFunction is none of these, and who reads its message what to do; never set. */
  declare protected readonly 'a KeyedBroadcastProcessFunction needs a stream with a key: stream.keyBy(...).connect(...)': true

  /** For a record of the stream that is not broadcast. Synchronous: a Promise is the error ASYNC_NOT_ALLOWED. */
  abstract processElement(value: IN1, ctx: BroadcastProcessFunctionReadOnlyContext, out: Collector<OUT>): void

  /** For a record of the broadcast stream, in every subtask. Synchronous: a Promise is the error ASYNC_NOT_ALLOWED. */
  abstract processBroadcastElement(value: IN2, ctx: BroadcastProcessFunctionContext, out: Collector<OUT>): void
}
