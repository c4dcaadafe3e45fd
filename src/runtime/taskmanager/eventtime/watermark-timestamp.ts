// Duty: the timestamp of what a program emits as a watermark.
// Thread: the task worker that owns the operator.
import type { Watermark } from '../../../api/eventtime/watermark.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { ReasonError } from '../../../core/errors/reason-error.js'

/** ReasonError for what is neither a Watermark nor a number. A Watermark may be of another copy of the package. */
export function timestampOf(watermark: Watermark | number, call = 'emitWatermark'): number {
  const timestamp: unknown = isWatermark(watermark) ? watermark.getTimestamp() : watermark
  if (typeof timestamp === 'number' && !Number.isNaN(timestamp)) return timestamp
  throw new ReasonError(`${call} takes a Watermark or a number of ms, not ${describeValue(timestamp)}`)
}

function isWatermark(candidate: unknown): candidate is Watermark {
  return typeof candidate !== 'number' && hasMethods(candidate, 'getTimestamp')
}
