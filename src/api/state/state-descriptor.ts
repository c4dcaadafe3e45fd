import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { TypeInformation } from '../types/type-information.js'
import type { StateSchema } from './state-schema.js'
import type { StateTtlConfig } from './state-ttl-config.js'

/** What kind of state a descriptor describes. */
export type StateKind = 'value' | 'list' | 'map' | 'reducing' | 'aggregating'

/**
 * The name of a state and the type of its values: what all descriptors share.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, Types, ValueStateDescriptor, type StateDescriptor } from 'flink-ts'
 *
 * const states: StateDescriptor<unknown>[] = [
 *   new ValueStateDescriptor('count', Types.LONG),
 *   new ListStateDescriptor('buffer', Types.STRING),
 * ]
 * ```
 */
export interface StateDescriptor<T> {
  readonly kind: StateKind
  /** Unique in its operator; the state is found again by it after a restore. */
  readonly name: string
  /** Undefined where the type was not declared. */
  readonly type: TypeInformation<T> | undefined
  /** What `withSchema` declared. */
  readonly schema: StateSchema
  /** What `enableTimeToLive` was given; `StateTtlConfig.DISABLED` where its values live for ever. */
  readonly ttlConfig: StateTtlConfig
  /** The name under which the state can be asked about from outside; null or absent where it cannot. */
  getQueryableStateName?(): string | null
}

/** The name, or an error that says whose name is wrong. */
export function checkStateName(descriptor: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw new FlinkError('GRAPH_INVALID', {
    operator: `new ${descriptor}(...)`,
    reason: `a state needs a name that is a string and not empty, but it was given ${describeValue(name)}`,
  })
}

/** The function object of a state that combines values, or an error that says which methods it lacks. */
export function checkStateFunction<F extends object>(
  descriptor: string,
  given: F,
  methods: readonly (keyof F & string)[],
): F {
  const isObject = typeof given === 'object' && given !== null
  const missing = isObject ? methods.filter((method) => typeof Reflect.get(given, method) !== 'function') : methods
  if (missing.length === 0) return given
  const found = isObject
    ? `in the one it was given ${missing.join(', ')} is missing`
    : `it was given ${describeValue(given)}`
  throw new FlinkError('GRAPH_INVALID', {
    operator: `new ${descriptor}(...)`,
    reason: `second comes the function, an object with ${methods.join(', ')}, and ${found}`,
  })
}
