// Duty: asks a validator of Standard Schema about a value.
// Invariants: the value itself is what is kept: what the validator makes of it is not looked at. A result that comes later is refused.
// Thread: the task worker that owns the backend.
import { describeValue } from '../../../../core/errors/describe-value.js'
import type { StandardSchemaIssue, StandardSchemaV1 } from '../../../../api/types/standard-schema.js'
import { isThenable } from '../thenable.js'

const MOST_ISSUES = 5

/** What is wrong with the value, in words; undefined where nothing is. */
export function invalidity(value: unknown, schema: StandardSchemaV1): string | undefined {
  let result: unknown
  try {
    result = schema['~standard'].validate(value)
  } catch (error) {
    return `its validator threw ${describeThrown(error)}`
  }
  if (isThenable(result)) {
    result.then(undefined, () => undefined)
    return 'its validator gave a promise, and state is validated at once: use one that is synchronous'
  }
  if (typeof result !== 'object' || result === null)
    return `its validator gave ${describeValue(result)}, which is no result`
  const issues: unknown = Reflect.get(result, 'issues')
  if (issues === undefined) return undefined
  const list = Array.isArray(issues) ? (issues as readonly StandardSchemaIssue[]) : []
  const told = list.slice(0, MOST_ISSUES).map(describeIssue)
  const more = list.length > MOST_ISSUES ? [`and ${String(list.length - MOST_ISSUES)} more`] : []
  return `${describeValue(value)} is not valid: ${[...told, ...more].join('; ')}`
}

/** As it is told in a message. */
export function describeThrown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : describeValue(error)
}

function describeIssue({ message, path }: StandardSchemaIssue): string {
  const steps = (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step))
  return steps.length === 0 ? message : `${steps.join('.')}: ${message}`
}
