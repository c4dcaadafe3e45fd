// Duty: the timestamp of what a program emits as a watermark.
// Thread: the task worker that owns the operator.
import { Watermark } from '../../../api/eventtime/watermark.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { ReasonError } from '../../../core/errors/reason-error.js'

/** ReasonError for what is neither a Watermark nor a number. */
export function timestampOf(watermark: Watermark | number): number {
  const timestamp: unknown = watermark instanceof Watermark ? watermark.getTimestamp() : watermark
  if (typeof timestamp === 'number' && !Number.isNaN(timestamp)) return timestamp
  throw new ReasonError(`emitWatermark takes a Watermark or a number of ms, not ${describeValue(timestamp)}`)
}
