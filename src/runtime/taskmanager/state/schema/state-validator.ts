// Duty: what is stored in a state of a descriptor with a validator is asked about before.
// Invariants: made only where there is a validator: others pay nothing. What an object is made to be without an update is not seen.
// What an operator of the engine moves from namespace to namespace was asked about when it came.
// Thread: the task worker that owns the operator.
import type { StandardSchemaV1 } from '../../../../api/types/standard-schema.js'
import { FlinkError } from '../../../../core/errors/flink-error.js'
import type { NamedState } from '../given-values.js'
import { invalidity } from './value-validator.js'

/** Asks about values of one state. */
export class StateValidator {
  readonly #schema: StandardSchemaV1
  readonly named: NamedState

  constructor(schema: StandardSchemaV1, named: NamedState) {
    this.#schema = schema
    this.named = named
  }

  /** The value as it is; STATE_VALUE_INVALID where it is not valid. */
  checked(value: unknown): unknown {
    const reason = invalidity(value, this.#schema)
    if (reason === undefined) return value
    const { state, operator } = this.named
    throw new FlinkError('STATE_VALUE_INVALID', { state, operator, reason })
  }
}
