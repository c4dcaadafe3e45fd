import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { DescribedState } from './described-state.js'
import { checkStateFunction, checkStateName } from './state-descriptor.js'

/** The methods of an AggregateFunction, which lives in a folder above this one. */
export interface StateAggregator<IN, ACC, OUT> {
  createAccumulator(): ACC
  add(value: IN, accumulator: ACC): ACC
  getResult(accumulator: ACC): OUT
  merge(a: ACC, b: ACC): ACC
}

/**
 * Describes an {@link AggregatingState}: name, aggregate function, type of the accumulator.
 *
 * @example
 * ```ts
 * import { AggregatingStateDescriptor, type AggregateFunction } from 'flink-ts'
 *
 * const average: AggregateFunction<number, [sum: number, count: number], number> = {
 *   createAccumulator: () => [0, 0],
 *   add: (value, [sum, count]) => [sum + value, count + 1],
 *   getResult: ([sum, count]) => sum / count,
 *   merge: (a, b) => [a[0] + b[0], a[1] + b[1]],
 * }
 * const descriptor = new AggregatingStateDescriptor('average', average)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export class AggregatingStateDescriptor<IN, ACC, OUT> extends DescribedState<ACC> {
  override readonly kind = 'aggregating' as const
  override readonly name: string
  readonly aggregateFunction: StateAggregator<IN, ACC, OUT>
  /** Type of the accumulator. */
  override readonly type: TypeInformation<ACC> | undefined

  constructor(name: string, aggregateFunction: StateAggregator<IN, ACC, OUT>, type?: TypeInformation<ACC>) {
    super()
    this.name = checkStateName('AggregatingStateDescriptor', name)
    this.aggregateFunction = checkStateFunction('AggregatingStateDescriptor', aggregateFunction, [
      'createAccumulator',
      'add',
      'getResult',
      'merge',
    ])
    this.type = checkOptionalType('new AggregatingStateDescriptor(...)', type)
  }
}
