import { describeValue } from '../../core/errors/describe-value.js'
import type { WindowContentsSpec, WindowResultSpec } from '../dag/operators/window-spec.js'
import type { AggregateFunction } from '../functions/aggregate-function.js'
import { hasMethods } from '../functions/has-methods.js'
import type { ReduceFunction } from '../functions/reduce-function.js'
import type { TypeInformation } from '../types/type-information.js'
import { invalid } from '../windowing/window-arguments.js'
import { ExtremeElement } from './aggregations.js'
import { asFunctionObject } from './function-arguments.js'

/** Whether the stream of the windows has keys, so that the functions of its results are given them. */
export type Keys = 'keyed' | 'all'

export function reducingContents(reducer: unknown): WindowContentsSpec {
  const reduceFunction = asFunctionObject<ReduceFunction<unknown>>(reducer, 'reduce', 'reduce')
  const isOrderSensitive = reducer instanceof ExtremeElement
  return { kind: 'reducing', function: reduceFunction, isOrderSensitive }
}

export function aggregatingContents(
  aggregator: unknown,
  accumulatorType: TypeInformation<unknown> | undefined,
): WindowContentsSpec {
  if (!hasMethods(aggregator, 'createAccumulator', 'add', 'getResult', 'merge')) {
    const needed = 'an AggregateFunction with the methods createAccumulator, add, getResult and merge'
    throw invalid({ method: 'aggregate' }, `it takes ${needed}, not ${describeValue(aggregator)}`)
  }
  return {
    kind: 'aggregating',
    function: aggregator as AggregateFunction<unknown, unknown, unknown>,
    accumulatorType,
  }
}

/** Of `process(...)`. */
export function processResult(processFunction: unknown, keys: Keys): WindowResultSpec {
  refuseOther(processFunction, 'process', 'apply')
  return keys === 'keyed'
    ? { kind: 'process', function: asFunctionObject(processFunction, 'process', 'process') }
    : { kind: 'process-all', function: asFunctionObject(processFunction, 'process', 'process') }
}

/** Of `apply(...)`. */
export function applyResult(windowFunction: unknown, keys: Keys): WindowResultSpec {
  refuseOther(windowFunction, 'apply', 'process')
  return keys === 'keyed'
    ? { kind: 'apply', function: asFunctionObject(windowFunction, 'apply', 'apply') }
    : { kind: 'apply-all', function: asFunctionObject(windowFunction, 'apply', 'apply') }
}

/** The two kinds of functions of a window are easily taken for each other. */
function refuseOther(given: unknown, method: string, other: string): void {
  if (typeof given !== 'object' || hasMethods(given, method) || !hasMethods(given, other)) return
  throw invalid(
    { method },
    `it takes a function with the method ${method}. One with the method ${other} goes to ${other}(...)`,
  )
}

/** Of the second argument of `reduce` and `aggregate`: a function is a WindowFunction. */
export function resultOf(windowFunction: unknown, keys: Keys): WindowResultSpec {
  if (windowFunction === undefined) return { kind: 'contents' }
  const isProcess = typeof windowFunction === 'object' && hasMethods(windowFunction, 'process')
  return isProcess ? processResult(windowFunction, keys) : applyResult(windowFunction, keys)
}

/** The types that stand where a window function could. */
export function isTypeInformation(argument: unknown): argument is TypeInformation<unknown> {
  return hasMethods(argument, 'keyKind', 'createSerializer')
}

/** The arguments of `aggregate` after the first one: a window function or none, the accumulator's type, the results' type. */
export function aggregateArguments(given: readonly unknown[]): {
  readonly windowFunction: unknown
  readonly accumulatorType: TypeInformation<unknown> | undefined
  readonly resultType: TypeInformation<unknown> | undefined
} {
  const [first, ...others] = given
  const [windowFunction, types] = isTypeInformation(first) ? [undefined, given] : [first, others]
  const [accumulatorType, resultType] = types as (TypeInformation<unknown> | undefined)[]
  return { windowFunction, accumulatorType, resultType }
}
