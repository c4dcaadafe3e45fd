import { structuredSerializer } from '../../core/types/structured-serializer.js'
import type { TypeInformation } from '../types/type-information.js'
import { checkStateName, type StateDescriptor } from './state-descriptor.js'

/**
 * Describes a {@link ValueState}: name, type, default value.
 *
 * @example
 * ```ts
 * import { Types, ValueStateDescriptor } from 'flink-ts'
 *
 * const sum = new ValueStateDescriptor<[number, number]>(
 *   'average', // the state name
 *   Types.TUPLE(Types.LONG, Types.LONG), // type information
 *   [0, 0], // default value of the state, if nothing was set
 * )
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export class ValueStateDescriptor<T, D extends T | null = T | null> implements StateDescriptor<T> {
  readonly kind = 'value' as const
  readonly name: string
  readonly type: TypeInformation<T> | undefined
  readonly #defaultValue: D | undefined

  constructor(name: string, type?: TypeInformation<T>, defaultValue?: D) {
    this.name = checkStateName('ValueStateDescriptor', name)
    this.type = type
    this.#defaultValue = defaultValue
  }

  /** The default value, a fresh copy at each call; null where none was given. */
  getDefaultValue(): T | null {
    const value: T | null | undefined = this.#defaultValue
    if (value === undefined || value === null) return null
    if (typeof value !== 'object') return value
    if (this.type !== undefined) return this.type.createSerializer().copy(value)
    return structuredSerializer().copy(value) as T
  }
}
