// Duty: the event time that a strategy's assigner gives to a record.
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
  throw new FlinkError('TIMESTAMP_INVALID', {
    operator,
    timestamp: describeValue(given),
    record: describeValue(value),
  })
}
