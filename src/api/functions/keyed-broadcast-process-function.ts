import type { StateDescriptor } from '../state/state-descriptor.js'
import type { StateOf } from '../state/state-of.js'
import {
  BaseBroadcastProcessFunction,
  type BroadcastProcessFunctionContext,
  type BroadcastProcessFunctionReadOnlyContext,
} from './broadcast-process-function.js'
import type { Collector } from './collector.js'
import type { TimeDomain } from './time-domain.js'
import type { TimerService } from './timer-service.js'

/**
 * What is done with the keyed state of each key: an arrow function `(key, state) => ...`, or an object with this method.
 *
 * @example
 * ```ts
 * import type { KeyedStateFunction, ListState } from 'flink-ts'
 *
 * const forget: KeyedStateFunction<string, ListState<number>> = { process: (_key, state) => state.clear() }
 * ```
 */
export interface KeyedStateFunction<K, S> {
  /** The key is the current one. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  process(key: K, state: S): void
}

/**
 * {@link BroadcastProcessFunctionContext} beside a keyed stream. A broadcast element has no key, so using keyed state with it is the error
 * STATE_ACCESS_WITHOUT_KEY; `applyToKeyedState` goes to the keys one after the other.
 *
 * @example
 * ```ts
 * import { ValueStateDescriptor, Types, type KeyedBroadcastProcessFunctionContext } from 'flink-ts'
 *
 * const COUNT = new ValueStateDescriptor('count', Types.LONG)
 * const reset = (ctx: KeyedBroadcastProcessFunctionContext<string>): void => ctx.applyToKeyedState(COUNT, (_key, count) => count.clear())
 * ```
 */
export interface KeyedBroadcastProcessFunctionContext<K> extends BroadcastProcessFunctionContext {
  /**
   * Calls the function for every key of this subtask of which the state holds something, in any order. Any keyed state of the
   * key may be read and changed in it.
   */
  applyToKeyedState<D extends StateDescriptor<unknown>>(
    descriptor: D,
    action: KeyedStateFunction<K, StateOf<D>>['process'] | KeyedStateFunction<K, StateOf<D>>,
  ): void
}

/** {@link BroadcastProcessFunctionReadOnlyContext} on a keyed stream. */
export interface KeyedBroadcastProcessFunctionReadOnlyContext<K> extends BroadcastProcessFunctionReadOnlyContext {
  /** The time, and timers of the current key. */
  timerService(): TimerService
  /** Key of the record at hand, or of the timer. */
  getCurrentKey(): K
}

/**
 * {@link KeyedBroadcastProcessFunctionReadOnlyContext} when a timer is due: broadcast state can be read here as well.
 *
 * @example
 * ```ts
 * import { MapStateDescriptor, Types, type KeyedBroadcastProcessFunctionOnTimerContext } from 'flink-ts'
 *
 * const DELAYS = new MapStateDescriptor('delays', Types.STRING, Types.LONG)
 * function again(ctx: KeyedBroadcastProcessFunctionOnTimerContext<string>): void {
 *   const delayMs = ctx.getBroadcastState(DELAYS).get(ctx.getCurrentKey()) ?? 60_000
 *   ctx.timerService().registerEventTimeTimer(ctx.timestamp() + delayMs)
 * }
 * ```
 */
export interface KeyedBroadcastProcessFunctionOnTimerContext<
  K,
> extends KeyedBroadcastProcessFunctionReadOnlyContext<K> {
  /** Timestamp of the timer in ms since the epoch; what goes to a side output has it, too. */
  timestamp(): number
  /** By which time the timer fires. */
  timeDomain(): TimeDomain
}

/**
 * Processes a keyed stream together with a broadcast one, whose elements every subtask is given: with keyed state and timers
 * for the one, and broadcast state, which `processBroadcastElement` changes and all else reads. On a stream without a key it is
 * the error GRAPH_INVALID.
 *
 * @example
 * ```ts
 * import { KeyedBroadcastProcessFunction, MapStateDescriptor, Types, ValueStateDescriptor } from 'flink-ts'
 * import type { BroadcastProcessFunctionContext, Collector, KeyedBroadcastProcessFunctionReadOnlyContext, ValueState } from 'flink-ts'
 *
 * const LIMITS = new MapStateDescriptor('limits', Types.STRING, Types.LONG)
 *
 * // Tells of a user whose number of visits is above a limit that may change.
 * class Watch extends KeyedBroadcastProcessFunction<string, string, number, string> {
 *   #visits!: ValueState<number>
 *   override open(): void {
 *     this.#visits = this.getRuntimeContext().getState(new ValueStateDescriptor('visits', Types.LONG, 0))
 *   }
 *   processElement(_page: string, ctx: KeyedBroadcastProcessFunctionReadOnlyContext<string>, out: Collector<string>): void {
 *     const visits = (this.#visits.value() ?? 0) + 1
 *     this.#visits.update(visits)
 *     if (visits > (ctx.getBroadcastState(LIMITS).get('visits') ?? Infinity)) out.collect(ctx.getCurrentKey())
 *   }
 *   processBroadcastElement(limit: number, ctx: BroadcastProcessFunctionContext): void {
 *     ctx.getBroadcastState(LIMITS).put('visits', limit)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export abstract class KeyedBroadcastProcessFunction<K, IN1, IN2, OUT> extends BaseBroadcastProcessFunction {
  /** For a record of the keyed stream. Synchronous: a Promise as result is the error ASYNC_NOT_ALLOWED. */
  abstract processElement(value: IN1, ctx: KeyedBroadcastProcessFunctionReadOnlyContext<K>, out: Collector<OUT>): void

  /** For a record of the broadcast stream, in every subtask. Synchronous: a Promise is the error ASYNC_NOT_ALLOWED. */
  abstract processBroadcastElement(value: IN2, ctx: KeyedBroadcastProcessFunctionContext<K>, out: Collector<OUT>): void

  /** A timer is due: as {@link KeyedProcessFunction.onTimer}. */
  onTimer?(timestampMs: number, ctx: KeyedBroadcastProcessFunctionOnTimerContext<K>, out: Collector<OUT>): void
}
