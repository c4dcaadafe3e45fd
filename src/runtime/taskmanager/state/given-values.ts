// Duty: what a user's function gives to a ListState as its values, checked at the call.
// Invariants: a text is one value, though it can be iterated over by letters; null is refused and does not clear the
// list.
// Thread: the task worker that runs the function.
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

export interface NamedState {
  readonly state: string
  readonly operator: string
}

/** A list of its own with the values, or STATE_VALUES_INVALID. */
export function givenValues(values: unknown, method: string, { state, operator }: NamedState): unknown[] {
  if (Array.isArray(values)) return [...(values as unknown[])]
  if (typeof values === 'object' && values !== null && Symbol.iterator in values)
    return [...(values as Iterable<unknown>)]
  throw new FlinkError('STATE_VALUES_INVALID', { state, operator, method, given: describeValue(values) })
}
