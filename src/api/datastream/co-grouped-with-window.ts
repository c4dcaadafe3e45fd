import type { CoGroupFunction } from '../functions/co-group-function.js'
import type { TypeInformation } from '../types/type-information.js'
import type { Window } from '../windowing/windows/window.js'
import { asFunctionObject } from './function-arguments.js'
import { PairWithWindow } from './pair-with-window.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'

/**
 * A function, or an object with the method of CoGroupFunction, as `apply` of a coGroup takes it.
 *
 * @example
 * ```ts
 * import type { CoGroupArgument } from 'flink-ts'
 *
 * const counts: CoGroupArgument<string, number, [number, number]> = (first, second, out) => {
 *   out.collect([[...first].length, [...second].length])
 * }
 * ```
 */
export type CoGroupArgument<IN1, IN2, O> = CoGroupFunction<IN1, IN2, O>['coGroup'] | CoGroupFunction<IN1, IN2, O>

/**
 * The windows of a coGroup: says when they fire, then what becomes of the records of both streams. With an evictor or a trigger
 * of your own, its elements are {@link TaggedUnion}s.
 *
 * @example
 * ```ts
 * import { CountTrigger, GlobalWindows, PurgingTrigger } from 'flink-ts'
 * import type { CoGroupedWithWindow, DataStream, GlobalWindow } from 'flink-ts'
 *
 * type Pair = readonly [key: string, value: number]
 * // Every ten records of a key, of whichever stream.
 * function tens(left: DataStream<Pair>, right: DataStream<Pair>): DataStream<number> {
 *   const both: CoGroupedWithWindow<Pair, Pair, GlobalWindow> = left
 *     .coGroup(right)
 *     .where(([key]) => key)
 *     .equalTo(([key]) => key)
 *     .window(GlobalWindows.create())
 *   return both
 *     .trigger(PurgingTrigger.of(CountTrigger.of(10)))
 *     .apply<number>((first, second, out) => out.collect([...first].length - [...second].length))
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#window-cogroup
 */
export class CoGroupedWithWindow<T1, T2, W extends Window> extends PairWithWindow<T1, T2, W> {
  /**
   * A function of all records of one key and window, called when the window fires. Results have the greatest timestamp of the
   * window.
   */
  apply<O>(coGroupFunction: CoGroupArgument<T1, T2, O>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    const userFunction = asFunctionObject<CoGroupFunction<unknown, unknown, unknown>>(
      coGroupFunction,
      'coGroup',
      'apply',
    )
    return this.record<O>({
      name: 'CoGroup',
      result: { kind: 'co-group', function: userFunction },
      outputType: type,
    })
  }
}
