// Duty: the event time of a record: what a strategy's assigner gives, or a reader of a source.
// Thread: the task worker that owns the operator.
import type { TimestampAssigner } from '../../../api/eventtime/timestamp-assigner.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { asyncNotAllowed, isThenable } from '../state/thenable.js'

/** `timestamp` is what the record has so far. TIMESTAMP_INVALID for what is no number, ASYNC_NOT_ALLOWED for a promise. */
export function assignedTimestamp(
  assigner: TimestampAssigner<unknown>,
  value: unknown,
  timestamp: number,
  operator: string,
): number {
  const given: unknown = assigner.extractTimestamp(value, timestamp)
  if (typeof given === 'number' && !Number.isNaN(given)) return given
  if (isThenable(given)) throw asyncNotAllowed(given, operator, 'extractTimestamp', assigner)
  throw invalid(operator, given, value)
}

/** What a reader of a source gave beside the record. */
export function givenTimestamp(timestamp: unknown, value: unknown, operator: string): number {
  if (typeof timestamp === 'number' && !Number.isNaN(timestamp)) return timestamp
  throw invalid(operator, timestamp, value)
}

function invalid(operator: string, timestamp: unknown, record: unknown): FlinkError {
  const details = { operator, timestamp: describeValue(timestamp), record: describeValue(record) }
  return new FlinkError('TIMESTAMP_INVALID', details)
}
