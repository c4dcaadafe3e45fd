import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { checkStateName, type StateDescriptor } from './state-descriptor.js'

/**
 * Describes a {@link ListState}, keyed or of an operator: name and type of an element.
 *
 * @example
 * ```ts
 * import { ListStateDescriptor, Types } from 'flink-ts'
 *
 * const buffered = new ListStateDescriptor('buffered', Types.STRING)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export class ListStateDescriptor<T> implements StateDescriptor<T> {
  readonly kind = 'list' as const
  readonly name: string
  /** Type of an element. */
  readonly type: TypeInformation<T> | undefined

  constructor(name: string, type?: TypeInformation<T>) {
    this.name = checkStateName('ListStateDescriptor', name)
    this.type = checkOptionalType('new ListStateDescriptor(...)', type)
  }
}
