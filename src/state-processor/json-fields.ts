/** Parts of values that somebody wrote down: JSON_FORM_INVALID says what is missing in them. */
import { FlinkError } from '../core/errors/flink-error.js'

/** What lies deeper is refused by whoever reads it. */
const DEEPEST = 1000

/** `what`: the value in words, as in `a window`. */
export function fieldsIn(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new FlinkError('JSON_FORM_INVALID', { reason: `${what} is an object` })
}

export function numberIn(value: unknown, field: string, what: string): number {
  const found = fieldsIn(value, what)[field]
  if (typeof found === 'number' && !Number.isNaN(found)) return found
  throw new FlinkError('JSON_FORM_INVALID', { reason: `${what} has a number as its "${field}"` })
}

export function countIn(value: unknown, field: string, what: string): number {
  const found = numberIn(value, field, what)
  if (Number.isSafeInteger(found) && found >= 0) return found
  throw new FlinkError('JSON_FORM_INVALID', { reason: `${what} has a whole number from 0 as its "${field}"` })
}

export function listIn(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[]
  throw new FlinkError('JSON_FORM_INVALID', { reason: `there is to be a list in ${what}` })
}

/** As it is, but with 0 in the place of each -0. */
export function withOneZero(json: unknown, depth = 0): unknown {
  if (json === 0) return 0
  if (typeof json !== 'object' || json === null || depth > DEEPEST) return json
  if (Array.isArray(json)) return json.map((each) => withOneZero(each, depth + 1))
  const entries = Object.entries(json).map(([name, each]): [string, unknown] => [name, withOneZero(each, depth + 1)])
  return Object.fromEntries(entries)
}
