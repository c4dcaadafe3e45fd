import { inspect } from 'node:util'
import { deserializeError } from '../core/errors/error-codec.js'
import type { UserAccumulator } from '../rest/messages/vertex-messages.js'
import { serializedAccumulator } from '../rest/java/serialized-accumulator.js'
import { javaThrowable } from '../rest/throwable-info.js'
import type { JobOutcome } from '../runtime/jobmanager/jobmaster/job-master.js'

export type AccumulatorResult = JobOutcome['accumulatorResults'][string]

/** The result of an accumulator, all of it on one line, or why there is none, as REST and the terminal show it. */
export function accumulatorText(result: AccumulatorResult): string {
  if ('error' in result) return result.error.message
  const { value } = result
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  return inspect(value, {
    depth: null,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: Infinity,
    compact: true,
  })
}

/** As REST lists it; without a type where it says why there is no result. */
export function userAccumulatorOf(name: string, result: AccumulatorResult): UserAccumulator {
  return { name, type: 'error' in result ? 'null' : result.type, value: accumulatorText(result) }
}

/** The same for Flink's Java client: a number is one there, too, and everything else its text. */
export function serializedAccumulatorOf(result: AccumulatorResult): string {
  if ('error' in result) return serializedAccumulator({ failure: javaThrowable(deserializeError(result.error)) })
  const { value } = result
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  return serializedAccumulator({ value: isNumber ? value : accumulatorText(result) })
}
