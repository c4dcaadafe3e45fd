import { toMilliseconds, type DurationLike } from '../../../api/eventtime/time.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'

/** What programs give, as plain JavaScript may give it: GRAPH_INVALID where it is something else. */
export function refuseArgument(call: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: call, reason })
}

export function checkedIntervalMs(call: string, interval: DurationLike): number {
  const intervalMs = toMilliseconds(interval)
  if (Number.isFinite(intervalMs) && intervalMs > 0) return intervalMs
  return refuseArgument(call, `the interval has to be greater than 0 ms, but was ${describeValue(intervalMs)}`)
}

export function checkedBytes(call: string, sizeBytes: number): number {
  if (Number.isFinite(sizeBytes) && sizeBytes > 0) return sizeBytes
  return refuseArgument(
    call,
    `the size has to be a number of bytes greater than 0, but was ${describeValue(sizeBytes)}`,
  )
}

/** `what`: such as "a RollingPolicy". */
export function checkedPart<T>(call: string, what: string, given: T, ...methods: readonly string[]): T {
  const missing = methods.find((method) => !hasMethods(given, method))
  if (missing === undefined) return given
  return refuseArgument(call, `it takes ${what}, with a method ${missing}, and was given ${describeValue(given)}`)
}

export function checkedText(call: string, what: string, given: unknown): string {
  if (typeof given === 'string') return given
  return refuseArgument(call, `${what} has to be a text, but was ${describeValue(given)}`)
}
