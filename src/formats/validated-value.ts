import { isStandardSchema, type StandardSchemaIssue, type StandardSchemaV1 } from '../api/types/standard-schema.js'
import { isTypeInformation } from '../api/types/type-check.js'
import type { TypeInformation } from '../api/types/type-information.js'
import { hasMethods } from '../api/functions/has-methods.js'
import { describeValue } from '../core/errors/describe-value.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { ReasonError } from '../core/errors/reason-error.js'

const MOST_ISSUES = 5

/** What declares the records of a format: a type of `Types`, or a validator of any library. */
export type RecordSchema<T> = TypeInformation<T> | StandardSchemaV1

/** What the validator makes of a value; ReasonError where it is not valid. */
export function validatedValue(value: unknown, schema: StandardSchemaV1): unknown {
  const result = schema['~standard'].validate(value)
  if (hasMethods(result, 'then')) {
    ;(result as Promise<unknown>).then(undefined, () => undefined)
    throw new ReasonError(
      'its validator gave a promise, and records are validated at once: use one that is synchronous',
    )
  }
  const given = result as Exclude<typeof result, Promise<unknown>>
  if (given.issues === undefined) return given.value
  const told = given.issues.slice(0, MOST_ISSUES).map(describeIssue)
  const more = given.issues.length - told.length
  throw new ReasonError([...told, ...(more > 0 ? [`and ${String(more)} more`] : [])].join('; '))
}

/** As it was given; GRAPH_INVALID where it is neither. */
export function checkedSchema<T>(place: string, schema: RecordSchema<T>): RecordSchema<T> {
  if (isStandardSchema(schema) || isTypeInformation(schema)) return schema
  const reason = `it takes a type, such as Types.OBJECT({ user: Types.STRING }), or a Standard Schema, and was given ${describeValue(schema)}`
  throw new FlinkError('GRAPH_INVALID', { operator: place, reason })
}

function describeIssue({ message, path }: StandardSchemaIssue): string {
  const steps = (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step))
  return steps.length === 0 ? message : `${steps.join('.')}: ${message}`
}
