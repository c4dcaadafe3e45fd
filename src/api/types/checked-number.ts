import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'

const HIGHEST_PORT = 65_535

/** The number as it was given: GRAPH_INVALID where it is no whole number within the limits. */
export function checkedInteger(
  place: string,
  what: string,
  value: unknown,
  limits: { readonly min?: number; readonly max?: number },
): number {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = limits
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  const from = min === Number.MIN_SAFE_INTEGER ? '' : ` from ${String(min)} on`
  const range = max === Number.MAX_SAFE_INTEGER ? from : ` from ${String(min)} to ${String(max)}`
  const reason = `${what} has to be a whole number${range}, and it was given ${describeValue(value)}`
  throw new FlinkError('GRAPH_INVALID', { operator: place, reason })
}

/** A TCP port that somebody can listen at. */
export function checkedPort(place: string, port: number): number {
  return checkedInteger(place, 'the port', port, { min: 1, max: HIGHEST_PORT })
}
