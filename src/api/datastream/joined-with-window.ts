import type { CoGroupResultSpec } from '../dag/operators/window-spec.js'
import type { Collector } from '../functions/collector.js'
import { RichFlatJoinFunction, type FlatJoinFunction } from '../functions/flat-join-function.js'
import { RichJoinFunction, type JoinFunction } from '../functions/join-function.js'
import type { TypeInformation } from '../types/type-information.js'
import type { Window } from '../windowing/windows/window.js'
import { asFunctionObject } from './function-arguments.js'
import { PairWithWindow } from './pair-with-window.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'

/**
 * A function, or an object with the method of JoinFunction or FlatJoinFunction, as `apply` of a window join takes it. With a
 * third parameter it is a FlatJoinFunction.
 *
 * @example
 * ```ts
 * import type { JoinArgument } from 'flink-ts'
 *
 * const pair: JoinArgument<string, number, [string, number]> = (name, value) => [name, value]
 * const big: JoinArgument<string, number, string> = (name, value, out) => {
 *   if (value > 100) out.collect(name)
 * }
 * ```
 */
export type JoinArgument<IN1, IN2, O> = PairFunction<IN1, IN2, O> | { join: PairFunction<IN1, IN2, O> }

/** That of a JoinFunction and that of a FlatJoinFunction at once, so that the types of their parameters are known. */
type PairFunction<IN1, IN2, O> = (first: IN1, second: IN2, out: Collector<O>) => O | void

/**
 * The windows of a join: says when they fire, then what becomes of each pair of records. With an evictor or a trigger of your
 * own, its elements are {@link TaggedUnion}s.
 *
 * @example
 * ```ts
 * import { Time, TumblingEventTimeWindows, type DataStream, type JoinedWithWindow, type TimeWindow } from 'flink-ts'
 *
 * type Named = readonly [id: number, name: string]
 * type Sold = readonly [seller: number, item: string]
 * function sales(people: DataStream<Named>, items: DataStream<Sold>): DataStream<string> {
 *   const minutes: JoinedWithWindow<Named, Sold, TimeWindow> = people
 *     .join(items)
 *     .where(([id]) => id)
 *     .equalTo(([seller]) => seller)
 *     .window(TumblingEventTimeWindows.of(Time.minutes(1)))
 *   return minutes.allowedLateness(Time.seconds(10)).apply(([, name], [, item]) => `${name} sells ${item}`)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#window-join
 */
export class JoinedWithWindow<T1, T2, W extends Window> extends PairWithWindow<T1, T2, W> {
  /**
   * A function of each pair of one key and window, called when the window fires. Results have the greatest timestamp of the
   * window.
   */
  apply<O>(joinFunction: JoinArgument<T1, T2, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    return this.record<O>({ name: 'Window Join', result: joinResult(joinFunction), outputType: type })
  }
}

/** Both kinds have one method, so its number of parameters tells them apart. */
function joinResult(joinFunction: unknown): CoGroupResultSpec {
  const userFunction = asFunctionObject<JoinFunction<unknown, unknown, unknown>>(joinFunction, 'join', 'apply')
  if (isFlat(userFunction)) return { kind: 'flat-join', function: userFunction }
  return { kind: 'join', function: userFunction }
}

function isFlat(userFunction: object): userFunction is FlatJoinFunction<unknown, unknown, unknown> {
  if (userFunction instanceof RichFlatJoinFunction) return true
  if (userFunction instanceof RichJoinFunction) return false
  return (userFunction as JoinFunction<unknown, unknown, unknown>).join.length > 2
}
