// Duty: what a user's function gives to a ListState as its values, or to a map as its entries, checked at the call.
// Invariants: a text is one value, though it can be iterated over by letters; null is refused and does not clear the
// list. Entries are looked at before the first of them is taken.
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

/** The entries of a map or list of pairs, or STATE_ENTRIES_INVALID. `place`: the state in words. */
export function givenEntries(entries: unknown, place: string): (readonly [unknown, unknown])[] {
  const isIterable = typeof entries === 'object' && entries !== null && Symbol.iterator in entries
  const given: readonly unknown[] | undefined = isIterable ? [...(entries as Iterable<unknown>)] : undefined
  if (given?.every(isPair) === true) return [...given]
  throw new FlinkError('STATE_ENTRIES_INVALID', { place, given: describeValue(entries) })
}

function isPair(entry: unknown): entry is readonly [unknown, unknown] {
  return Array.isArray(entry) && entry.length === 2
}
