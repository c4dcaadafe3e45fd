import type { AggregateFunction } from '../functions/aggregate-function.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import type { TypeInformation } from '../types/type-information.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import type { ProcessWindowFunction } from '../windowing/functions/process-window-function.js'
import type { WindowFunction } from '../windowing/functions/window-function.js'
import type { Window } from '../windowing/windows/window.js'
import type { ReduceArgument } from './function-arguments.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'
import {
  aggregateArguments,
  aggregatingContents,
  applyResult,
  processResult,
  reducingContents,
  resultOf,
} from './window-functions.js'
import type { WindowedInput } from './window-operator-builder.js'
import { WindowedStreamBase } from './windowed-stream-base.js'

/**
 * A function, or an object with the method of WindowFunction, as `apply`, `reduce` and `aggregate` take it.
 *
 * @example
 * ```ts
 * import type { TimeWindow, WindowArgument } from 'flink-ts'
 *
 * const ends: WindowArgument<number, [string, number], string, TimeWindow> = (key, window, input, out) => {
 *   for (const sum of input) out.collect([`${key} until ${String(window.getEnd())}`, sum])
 * }
 * ```
 */
export type WindowArgument<IN, O, K, W extends Window> =
  WindowFunction<IN, O, K, W>['apply'] | WindowFunction<IN, O, K, W>

/**
 * The windows of a keyed stream: says when they fire and how long late records are waited for, then what becomes of them.
 *
 * @example
 * ```ts
 * import { OutputTag, Time, TumblingEventTimeWindows, type KeyedStream, type DataStream } from 'flink-ts'
 *
 * const late = new OutputTag<[string, number]>('late')
 * function perMinute(visits: KeyedStream<[string, number], string>): DataStream<[string, number]> {
 *   return visits
 *     .window(TumblingEventTimeWindows.of(Time.minutes(1)))
 *     .allowedLateness(Time.seconds(30))
 *     .sideOutputLateData(late)
 *     .reduce((sum, next) => [sum[0], sum[1] + next[1]])
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/
 */
export class WindowedStream<T, K, W extends Window> extends WindowedStreamBase<T, W> {
  constructor(windowed: WindowedInput, assigner: WindowAssigner<T, W>) {
    super(windowed, assigner, 'window')
  }

  /** Combines the records one by one, as they come; the results are what a window was combined to. */
  reduce(reducer: ReduceArgument<T>): SingleOutputStreamOperator<T>
  /** The function gets that one value, as a list. */
  reduce<O>(
    reducer: ReduceArgument<T>,
    windowFunction: ProcessWindowFunction<T, O, K, W> | WindowArgument<T, O, K, W>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O>
  reduce<O>(reducer: unknown, windowFunction?: unknown, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    const outputType = windowFunction === undefined ? this.elementType : type
    return this.builder.build({
      contents: reducingContents(reducer),
      result: resultOf(windowFunction, 'keyed'),
      outputType,
    })
  }

  /** Adds each record to an accumulator as it comes; the results are what it gives. */
  aggregate<ACC, O>(
    aggregator: AggregateFunction<T, ACC, O>,
    accumulatorType?: TypeInformation<ACC>,
    resultType?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O>
  /** The function gets that one value, as a list. */
  aggregate<ACC, V, O>(
    aggregator: AggregateFunction<T, ACC, V>,
    windowFunction: ProcessWindowFunction<V, O, K, W> | WindowArgument<V, O, K, W>,
    accumulatorType?: TypeInformation<ACC>,
    resultType?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O>
  aggregate<O>(aggregator: unknown, ...given: readonly unknown[]): SingleOutputStreamOperator<O> {
    const { windowFunction, accumulatorType, resultType } = aggregateArguments(given)
    const contents = aggregatingContents(aggregator, accumulatorType)
    return this.builder.build({ contents, result: resultOf(windowFunction, 'keyed'), outputType: resultType })
  }

  /** A function of the window and all its records, which are kept until then. */
  apply<O>(windowFunction: WindowArgument<T, O, K, W>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    return this.builder.build({
      contents: { kind: 'list' },
      result: applyResult(windowFunction, 'keyed'),
      outputType: type,
    })
  }

  /** A function with context of the window and all its records, which are kept until then. */
  process<O>(
    processFunction: ProcessWindowFunction<T, O, K, W>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O> {
    return this.builder.build({
      contents: { kind: 'list' },
      result: processResult(processFunction, 'keyed'),
      outputType: type,
    })
  }

  protected combined(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T> {
    return this.reduce(reducer)
  }
}
