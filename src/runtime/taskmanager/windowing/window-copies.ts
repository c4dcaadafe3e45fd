// Duty: the copies that windows make, so that each function has what it is given to itself and may change it.
// Invariants: a record of one window, and what a window no longer keeps after it has fired, is given as it is: nobody else has
// it. With `pipeline.object-reuse` nothing is copied but the list of what is kept.
// Thread: the task worker that owns the operator.
import type { WindowSpec } from '../../../api/dag/operators/window-spec.js'
import { chainedCopier } from '../../../api/types/record-copiers.js'
import { PipelineOptions } from '../../../core/config/pipeline-options.js'
import type { Copier } from '../../../core/types/copier.js'
import { ExplainingCopier } from '../network/explaining-copier.js'
import type { OperatorContext } from '../operators/stream-operator.js'

/** What becomes of the contents of a window that fires. */
export type AfterFiring = 'kept' | 'dropped'

export interface WindowCopies {
  /** Of a record that goes to several windows. */
  ofRecord(value: unknown): unknown
  /** Of the records that a window keeps, for a function. */
  ofRecords(values: Iterable<unknown>): unknown[]
  /** Of the one value that a window keeps, or a result that may have part of it, for a function. */
  ofValue(value: unknown): unknown
}

export function windowCopies(
  spec: WindowSpec,
  operatorName: string,
  { configuration, registeredTypes }: Pick<OperatorContext, 'configuration' | 'registeredTypes'>,
): WindowCopies {
  if (configuration.get(PipelineOptions.OBJECT_REUSE)) return REFERENCES
  const records = new ExplainingCopier(chainedCopier(spec.elementType, registeredTypes), operatorName)
  if (spec.contents.kind !== 'aggregating') return new OwnCopies(records, records)
  return new OwnCopies(records, new ExplainingCopier(chainedCopier(undefined, registeredTypes), operatorName))
}

const REFERENCES: WindowCopies = {
  ofRecord: (value) => value,
  ofRecords: (values) => [...values],
  ofValue: (value) => value,
}

class OwnCopies implements WindowCopies {
  readonly #records: Copier
  readonly #values: Copier

  constructor(records: Copier, values: Copier) {
    this.#records = records
    this.#values = values
  }

  ofRecord(value: unknown): unknown {
    return this.#records.copy(value)
  }

  ofRecords(values: Iterable<unknown>): unknown[] {
    const copies: unknown[] = []
    for (const value of values) copies.push(this.#records.copy(value))
    return copies
  }

  ofValue(value: unknown): unknown {
    return this.#values.copy(value)
  }
}
