import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { QueryableStateDescriptor } from './queryable-state-descriptor.js'
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
 */
export class ListStateDescriptor<T> extends QueryableStateDescriptor implements StateDescriptor<T> {
  readonly kind = 'list' as const
  readonly name: string
  /** Type of an element. */
  readonly type: TypeInformation<T> | undefined

  constructor(name: string, type?: TypeInformation<T>) {
    super()
    this.name = checkStateName('ListStateDescriptor', name)
    this.type = checkOptionalType('new ListStateDescriptor(...)', type)
  }
}
