import { checkOptionalType } from '../types/type-check.js'
import type { TypeInformation } from '../types/type-information.js'
import { DescribedState } from './described-state.js'
import { checkStateName } from './state-descriptor.js'

/**
 * Describes a {@link MapState} or {@link BroadcastState}: name, type of the keys, type of the values.
 *
 * @example
 * ```ts
 * import { MapStateDescriptor, Types } from 'flink-ts'
 *
 * const visits = new MapStateDescriptor('visits', Types.STRING, Types.LONG)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export class MapStateDescriptor<UK, UV> extends DescribedState<UV> {
  override readonly kind = 'map' as const
  override readonly name: string
  readonly keyType: TypeInformation<UK> | undefined
  /** Type of the values. */
  override readonly type: TypeInformation<UV> | undefined

  constructor(name: string, keyType?: TypeInformation<UK>, valueType?: TypeInformation<UV>) {
    super()
    this.name = checkStateName('MapStateDescriptor', name)
    this.keyType = checkOptionalType('new MapStateDescriptor(...)', keyType)
    this.type = checkOptionalType('new MapStateDescriptor(...)', valueType)
  }
}
