import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { DescribedState } from './described-state.js'
import { checkStateFunction, checkStateName } from './state-descriptor.js'

/** The method of a ReduceFunction, which lives in a folder above this one. */
export interface StateReducer<T> {
  reduce(value1: T, value2: T): T
}

/**
 * Describes a {@link ReducingState}: name, how two values become one, type.
 *
 * @example
 * ```ts
 * import { ReducingStateDescriptor, Types } from 'flink-ts'
 *
 * const countPerKey = new ReducingStateDescriptor('perKeyCount', (a, b) => a + b, Types.LONG)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export class ReducingStateDescriptor<T> extends DescribedState<T> {
  override readonly kind = 'reducing' as const
  override readonly name: string
  readonly reduceFunction: StateReducer<T>
  override readonly type: TypeInformation<T> | undefined

  constructor(
    name: string,
    reduceFunction: StateReducer<T> | ((value1: T, value2: T) => T),
    type?: TypeInformation<T>,
  ) {
    super()
    this.name = checkStateName('ReducingStateDescriptor', name)
    const reducer = typeof reduceFunction === 'function' ? { reduce: reduceFunction } : reduceFunction
    this.reduceFunction = checkStateFunction('ReducingStateDescriptor', reducer, ['reduce'])
    this.type = checkOptionalType('new ReducingStateDescriptor(...)', type)
  }
}
