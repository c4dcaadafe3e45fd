import type { RegisteredTypes } from '../../core/types/registered-types.js'
import { structuredSerializer } from '../../core/types/structured-serializer.js'
import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { DescribedState } from './described-state.js'
import { checkStateName, type StateDescriptor } from './state-descriptor.js'
import type { StateSchemaOptions } from './state-schema.js'
import type { StateTtlConfig } from './state-ttl-config.js'

/** The type of a value state's descriptor: `D` leaves null out where a default value was given. */
export interface ValueStateDescriptor<T, D extends T | null = T | null> extends StateDescriptor<T> {
  readonly kind: 'value'
  /** The default value, a fresh copy at each call; null where none was given. `registered`: as of `registerType`. */
  getDefaultValue(registered?: RegisteredTypes): D
  /** Declares of which version the values are, and how older ones become such; in every descriptor alike. */
  withSchema(version: number, options?: StateSchemaOptions): this
  /** Values of the keyed state live as long as it says; in every descriptor alike. */
  enableTimeToLive(ttlConfig: StateTtlConfig): void
  /** See QueryableStateDescriptor. */
  setQueryable(queryableStateName: string): this
  getQueryableStateName(): string | null
  isQueryable(): boolean
}

/** How a {@link ValueStateDescriptor} is made; a default value is part of its type. */
export interface ValueStateDescriptorConstructor {
  new <T>(
    name: string,
    type: TypeInformation<T> | undefined,
    defaultValue: NonNullable<T>,
  ): ValueStateDescriptor<T, NonNullable<T>>
  new <T>(name: string, type?: TypeInformation<T>, defaultValue?: T | null): ValueStateDescriptor<T>
}

/** Who writes plain JavaScript declares no type, and takes the second argument for the default value. */
const DEFAULT_COMES_THIRD = ' A default value comes third, and where no type is declared undefined comes second.'

class DescribedValueState<T> extends DescribedState<T> implements ValueStateDescriptor<T> {
  override readonly kind = 'value' as const
  override readonly name: string
  override readonly type: TypeInformation<T> | undefined
  readonly #defaultValue: T | null

  constructor(name: string, type?: TypeInformation<T>, defaultValue: T | null = null) {
    super()
    this.name = checkStateName('ValueStateDescriptor', name)
    this.type = checkOptionalType('new ValueStateDescriptor(...)', type, DEFAULT_COMES_THIRD)
    this.#defaultValue = defaultValue
  }

  getDefaultValue(registered?: RegisteredTypes): T | null {
    const value = this.#defaultValue
    if (typeof value !== 'object' || value === null) return value
    if (this.type !== undefined) return this.type.createSerializer(registered).copy(value)
    return structuredSerializer(registered).copy(value) as T
  }
}

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
// A class alone cannot say that its type depends on whether an argument was given.
export const ValueStateDescriptor: ValueStateDescriptorConstructor = DescribedValueState
