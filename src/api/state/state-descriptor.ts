import { FlinkError } from '../../core/errors/flink-error.js'
import type { TypeInformation } from '../types/type-information.js'

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
}

/** The name, or an error that says whose name is wrong. */
export function checkStateName(descriptor: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw new FlinkError('GRAPH_INVALID', {
    operator: `new ${descriptor}(...)`,
    reason: `a state needs a name that is a string and not empty, but it was given ${JSON.stringify(name) ?? typeof name}`,
  })
}
