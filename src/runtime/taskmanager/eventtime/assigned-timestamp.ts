// Duty: the event time of a record: what a strategy's assigner gives, or a reader of a source.
// Thread: the task worker that owns the operator.
import type { TimestampAssigner } from '../../../api/eventtime/timestamp-assigner.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import { asyncNotAllowed, isThenable } from '../state/thenable.js'

/**
 * True for a number of ms that can be counted with, and for no timestamp. One step further a number and its neighbour are the
 * same, so windows would have no end; an infinite one would be the end of time for all that come after it.
 */
export function isTimestamp(given: unknown): given is number {
  if (typeof given !== 'number') return false
  return Math.abs(given) <= Number.MAX_SAFE_INTEGER || given === NO_TIMESTAMP
}

/** `timestamp` is what the record has so far. TIMESTAMP_INVALID for what is no timestamp, ASYNC_NOT_ALLOWED for a promise. */
export function assignedTimestamp(
  assigner: TimestampAssigner<unknown>,
  value: unknown,
  timestamp: number,
  operator: string,
): number {
  const given: unknown = assigner.extractTimestamp(value, timestamp)
  if (isTimestamp(given)) return given
  if (isThenable(given)) throw asyncNotAllowed(given, operator, 'extractTimestamp', assigner)
  throw invalid(operator, given, value)
}

/** What a reader of a source gave beside the record. */
export function givenTimestamp(timestamp: unknown, value: unknown, operator: string): number {
  if (isTimestamp(timestamp)) return timestamp
  throw invalid(operator, timestamp, value)
}

function invalid(operator: string, timestamp: unknown, record: unknown): FlinkError {
  const given = describeValue(timestamp)
  const shown = timestamp === undefined ? `${given} (is a return missing?)` : given
  const details = { operator, timestamp: shown, record: describeValue(record) }
  return new FlinkError('TIMESTAMP_INVALID', details)
}
