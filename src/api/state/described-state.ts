import type { TypeInformation } from '../types/type-information.js'
import { QueryableStateDescriptor } from './queryable-state-descriptor.js'
import type { StateDescriptor, StateKind } from './state-descriptor.js'
import { checkedSchema, NO_SCHEMA, type StateSchema, type StateSchemaOptions } from './state-schema.js'
import { checkedTtlConfig, StateTtlConfig } from './state-ttl-config.js'

/** What all descriptors can do beside their kind. */
export abstract class DescribedState<T> extends QueryableStateDescriptor implements StateDescriptor<T> {
  abstract readonly kind: StateKind
  abstract override readonly name: string
  abstract readonly type: TypeInformation<T> | undefined
  #schema: StateSchema = NO_SCHEMA
  #ttlConfig: StateTtlConfig = StateTtlConfig.DISABLED

  get schema(): StateSchema {
    return this.#schema
  }

  /**
   * Declares of which version the values are. A snapshot says which version it has; a restore takes older values through the steps
   * of `migrate`, before the job processes anything. Where a step is missing, or the snapshot is of a later version, the
   * job is refused when it asks for the state. State that was stored without a version counts as version 1, or as
   * version 0 where `migrate` has a step 0.
   *
   * @param version - A whole number from 1.
   * @throws GRAPH_INVALID for anything else; STATE_TYPE_INCOMPATIBLE, STATE_MIGRATION_FAILED, STATE_VALUE_INVALID in the job.
   */
  withSchema(version: number, options: StateSchemaOptions = {}): this {
    this.#schema = checkedSchema(this.name, version, options)
    return this
  }

  /** `StateTtlConfig.DISABLED` where none was given. */
  get ttlConfig(): StateTtlConfig {
    return this.#ttlConfig
  }

  /**
   * Values of the keyed state live as long as `ttlConfig` says; to be called before the state is asked for. Operator state has
   * no time to live: there it is STATE_DESCRIPTOR_INVALID.
   *
   * @throws GRAPH_INVALID for what is no StateTtlConfig.
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#state-time-to-live-ttl
   */
  enableTimeToLive(ttlConfig: StateTtlConfig): void {
    this.#ttlConfig = checkedTtlConfig(this.name, ttlConfig)
  }
}
