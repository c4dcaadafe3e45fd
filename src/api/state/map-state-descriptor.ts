import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { QueryableStateDescriptor } from './queryable-state-descriptor.js'
import { checkStateName, type StateDescriptor } from './state-descriptor.js'

/**
 * Describes a {@link MapState} or {@link BroadcastState}: name, type of the keys, type of the values.
 *
 * @example
 * ```ts
 * import { MapStateDescriptor, Types } from 'flink-ts'
 *
 * const visits = new MapStateDescriptor('visits', Types.STRING, Types.LONG)
 * ```
 */
export class MapStateDescriptor<UK, UV> extends QueryableStateDescriptor implements StateDescriptor<UV> {
  readonly kind = 'map' as const
  readonly name: string
  readonly keyType: TypeInformation<UK> | undefined
  /** Type of the values. */
  readonly type: TypeInformation<UV> | undefined

  constructor(name: string, keyType?: TypeInformation<UK>, valueType?: TypeInformation<UV>) {
    super()
    this.name = checkStateName('MapStateDescriptor', name)
    this.keyType = checkOptionalType('new MapStateDescriptor(...)', keyType)
    this.type = checkOptionalType('new MapStateDescriptor(...)', valueType)
  }
}
