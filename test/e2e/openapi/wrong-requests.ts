/** Requests that Flink's OpenAPI file does not allow, made out of those that it does. */
import { conforms, resolved, type Operation, type Parameter } from './openapi-file.js'
import type { Schema } from './corrections.js'
import type { Asked } from './requests.js'

/** Texts, of which each may be one, what Flink takes for false where it is not `true`, and ranges, of which it leaves out what is none. */
const ANYTHING_GOES = [
  ...['get', 'includeSerializedValue', 'taskmanagerid', 'taskmanagers', 'jarid', 'subtasks'],
  ...['allowNonRestoredState', 'savepointPath', 'program-args', 'programArg', 'entry-class'],
]

export interface WrongParameter {
  readonly what: string
  readonly parameters: Readonly<Record<string, string>>
  readonly asked: Pick<Asked, 'query'>
}

export function wrongParameters({ parameters }: Operation): WrongParameter[] {
  return parameters
    .filter(({ name }) => !ANYTHING_GOES.includes(name))
    .map((parameter) => {
      const value = wrongValueOf(parameter)
      const isOfPath = parameter.in === 'path'
      return {
        what: `${parameter.name}=${value}`,
        parameters: isOfPath ? { [parameter.name]: value } : {},
        asked: isOfPath ? {} : { query: `?${parameter.name}=${value}` },
      }
    })
}

function wrongValueOf({ schema }: Parameter): string {
  return resolved(schema).type === 'integer' ? 'x' : 'xyz'
}

export interface WrongBody {
  readonly what: string
  readonly body: Readonly<Record<string, unknown>>
}

/** A field at a time has a value of another type. */
export function wrongBodies({ requestSchema }: Operation, right: Readonly<Record<string, unknown>>): WrongBody[] {
  if (requestSchema === undefined) return []
  const { properties, additionalProperties } = resolved(requestSchema)
  const fields = properties ?? (typeof additionalProperties === 'object' ? { x: additionalProperties } : {})
  return Object.entries(fields).flatMap(([name, schema]) => {
    return wrongTypes(schema).map((value) => {
      return { what: `${name}: ${JSON.stringify(value)}`, body: { ...right, [name]: value } }
    })
  })
}

const SAMPLES: readonly unknown[] = ['not one of them', 1.5, true, [], { x: 1 }]

function wrongTypes(schema: Schema): unknown[] {
  return SAMPLES.filter((sample) => !conforms(schema, sample))
}
