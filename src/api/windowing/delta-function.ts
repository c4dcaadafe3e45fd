import { hasMethods } from '../functions/has-methods.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { invalid } from './window-arguments.js'

/**
 * How far two records are from each other, as a number. A function serves as well.
 *
 * @example
 * ```ts
 * import { DeltaTrigger, type DeltaFunction } from 'flink-ts'
 *
 * const metres: DeltaFunction<number> = { getDelta: (before, now) => Math.abs(now - before) }
 * const everyHundredMetres = DeltaTrigger.of(100, metres)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#built-in-and-custom-triggers
 */
export interface DeltaFunction<T> {
  getDelta(oldDataPoint: T, newDataPoint: T): number
}

/**
 * The distance of two records, as DeltaTrigger and DeltaEvictor take it.
 *
 * @example
 * ```ts
 * import type { DeltaArgument } from 'flink-ts'
 *
 * const metres: DeltaArgument<number> = (before, now) => Math.abs(now - before)
 * ```
 */
export type DeltaArgument<T> = DeltaFunction<T> | DeltaFunction<T>['getDelta']

export function deltaFunctionOf<T>(delta: DeltaArgument<T>, method: string): DeltaFunction<T> {
  if (typeof delta === 'function') return { getDelta: delta }
  if (hasMethods(delta, 'getDelta')) return delta
  throw invalid({ method }, `the delta is a function or an object with a getDelta method, not ${describeValue(delta)}`)
}
