import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { DescribedState } from './described-state.js'
import { checkStateName } from './state-descriptor.js'

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
export class ListStateDescriptor<T> extends DescribedState<T> {
  override readonly kind = 'list' as const
  override readonly name: string
  /** Type of an element. */
  override readonly type: TypeInformation<T> | undefined

  constructor(name: string, type?: TypeInformation<T>) {
    super()
    this.name = checkStateName('ListStateDescriptor', name)
    this.type = checkOptionalType('new ListStateDescriptor(...)', type)
  }
}
