import type { AggregateFunction } from '../functions/aggregate-function.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import type { TypeInformation } from '../types/type-information.js'
import type { WindowAssigner } from '../windowing/assigners/window-assigner.js'
import type { AllWindowFunction } from '../windowing/functions/all-window-function.js'
import type { ProcessAllWindowFunction } from '../windowing/functions/process-all-window-function.js'
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
import type { WindowedInput, WindowFunctions } from './window-operator-builder.js'
import { WindowedStreamBase } from './windowed-stream-base.js'

/**
 * A function, or an object with the method of AllWindowFunction, as `apply`, `reduce` and `aggregate` take it.
 *
 * @example
 * ```ts
 * import type { AllWindowArgument, TimeWindow } from 'flink-ts'
 *
 * const ends: AllWindowArgument<number, [number, number], TimeWindow> = (window, input, out) => {
 *   for (const sum of input) out.collect([window.getEnd(), sum])
 * }
 * ```
 */
export type AllWindowArgument<IN, O, W extends Window> =
  AllWindowFunction<IN, O, W>['apply'] | AllWindowFunction<IN, O, W>

/**
 * The windows of a stream without keys: all records of a window come to one subtask, so the operator has parallelism 1.
 *
 * @example
 * ```ts
 * import { Time, TumblingEventTimeWindows, type AllWindowedStream, type DataStream, type TimeWindow } from 'flink-ts'
 *
 * function perMinute(prices: DataStream<number>): DataStream<number> {
 *   const minutes: AllWindowedStream<number, TimeWindow> = prices.windowAll(TumblingEventTimeWindows.of(Time.minutes(1)))
 *   return minutes.reduce((left, right) => Math.max(left, right))
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/
 */
export class AllWindowedStream<T, W extends Window> extends WindowedStreamBase<T, W> {
  constructor(windowed: WindowedInput, assigner: WindowAssigner<T, W>) {
    super(windowed, assigner, 'windowAll')
  }

  /** Combines the records one by one, as they come; the results are what a window was combined to. */
  reduce(reducer: ReduceArgument<T>): SingleOutputStreamOperator<T>
  /** The function gets that one value, as a list. */
  reduce<O>(
    reducer: ReduceArgument<T>,
    windowFunction: ProcessAllWindowFunction<T, O, W> | AllWindowArgument<T, O, W>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O>
  reduce<O>(reducer: unknown, windowFunction?: unknown, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    const outputType = windowFunction === undefined ? this.elementType : type
    return this.#built({
      contents: reducingContents(reducer),
      result: resultOf(windowFunction, 'all'),
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
    windowFunction: ProcessAllWindowFunction<V, O, W> | AllWindowArgument<V, O, W>,
    accumulatorType?: TypeInformation<ACC>,
    resultType?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O>
  aggregate<O>(aggregator: unknown, ...given: readonly unknown[]): SingleOutputStreamOperator<O> {
    const { windowFunction, accumulatorType, resultType } = aggregateArguments(given)
    const contents = aggregatingContents(aggregator, accumulatorType)
    return this.#built({ contents, result: resultOf(windowFunction, 'all'), outputType: resultType })
  }

  /** A function of the window and all its records, which are kept until then. */
  apply<O>(windowFunction: AllWindowArgument<T, O, W>, type?: TypeInformation<O>): SingleOutputStreamOperator<O> {
    return this.#built({
      contents: { kind: 'list' },
      result: applyResult(windowFunction, 'all'),
      outputType: type,
    })
  }

  /** A function with context of the window and all its records, which are kept until then. */
  process<O>(
    processFunction: ProcessAllWindowFunction<T, O, W>,
    type?: TypeInformation<O>,
  ): SingleOutputStreamOperator<O> {
    return this.#built({
      contents: { kind: 'list' },
      result: processResult(processFunction, 'all'),
      outputType: type,
    })
  }

  #built<O>(functions: WindowFunctions): SingleOutputStreamOperator<O> {
    return this.builder.build<O>(functions).forceNonParallel()
  }

  protected combined(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T> {
    return this.reduce(reducer)
  }
}
