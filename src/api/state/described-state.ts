import type { TypeInformation } from '../types/type-information.js'
import type { StateDescriptor, StateKind } from './state-descriptor.js'
import { checkedSchema, NO_SCHEMA, type StateSchema, type StateSchemaOptions } from './state-schema.js'

/** What all descriptors can do beside their kind. */
export abstract class DescribedState<T> implements StateDescriptor<T> {
  abstract readonly kind: StateKind
  abstract readonly name: string
  abstract readonly type: TypeInformation<T> | undefined
  #schema: StateSchema = NO_SCHEMA

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
}
