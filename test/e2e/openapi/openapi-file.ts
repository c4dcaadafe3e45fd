/** Flink's OpenAPI file as a validator that is strict: a field that it names has to be there, and no other may be. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { parse } from 'yaml'
import { REPOSITORY } from '../command-line.js'
import { CORRECTIONS, PATH_CORRECTIONS, type Schema } from './corrections.js'

const FILE = path.join(REPOSITORY, 'test/fixtures/flink/rest_v1_dispatcher.yml')
const REFERENCE = '#/components/schemas/'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly schema: Schema
}

export interface Operation {
  /** `GET /jobs/{jobid}` */
  readonly key: string
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** Undefined where it takes no JSON. */
  readonly requestSchema: Schema | undefined
  /** The status of success, with what is answered. */
  readonly status: number
  readonly responseSchema: Schema | undefined
}

interface File {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationOfFile>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

interface OperationOfFile {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}

const file = parse(readFileSync(FILE, 'utf8')) as File

/** Every operation of the file. */
export const OPERATIONS: readonly Operation[] = Object.entries(file.paths).flatMap(([place, methods]) =>
  Object.entries(methods).map(([method, operation]) => operationOf(method.toUpperCase(), place, operation)),
)

function operationOf(method: string, place: string, operation: OperationOfFile): Operation {
  const [status = '200'] = Object.keys(operation.responses)
  const key = `${method} ${place}`
  return {
    ...{ key, method, path: place, parameters: operation.parameters ?? [], status: Number(status) },
    requestSchema: jsonOf(operation.requestBody),
    responseSchema: PATH_CORRECTIONS[key] ?? jsonOf(operation.responses[status]),
  }
}

function jsonOf(content: Content | undefined): Schema | undefined {
  return content?.content?.['application/json']?.schema
}

/** The schema that a reference leads to, or that stands there itself. */
export function resolved(schema: Schema): Schema {
  const { $ref: reference } = schema
  if (reference === undefined) return schema
  return resolved(file.components.schemas[reference.replace(REFERENCE, '')] ?? {})
}

const ajv = new Ajv({
  strict: false,
  validateFormats: false,
  allErrors: true,
  allowUnionTypes: true,
  schemas: [strictSchemas()],
})

/** What is wrong with a value by a schema of the file; empty where nothing is. */
export function mistakesOf(schema: Schema, value: unknown): string[] {
  const validate: ValidateFunction = ajv.compile(strictOf(schema))
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message = '', params }) => {
    return `${instancePath} ${message} ${JSON.stringify(params)}`
  })
}

/** Whether a value is what the file lets a client send: there a field may be missing. */
export function conforms(schema: Schema, value: unknown): boolean {
  const lenient = new Ajv({
    strict: false,
    validateFormats: false,
    schemas: [{ $id: 'flink', components: file.components }],
  })
  return lenient.compile(JSON.parse(JSON.stringify(schema).replaceAll(REFERENCE, `flink${REFERENCE}`)) as object)(value)
}

function strictSchemas(): object {
  const schemas = Object.entries(file.components.schemas).map(([name, schema]) => {
    const { replacement, optional = [], added = {} } = CORRECTIONS[name] ?? {}
    if (replacement !== undefined) return [name, strictOf(replacement)]
    return [name, strictOf(flat(schema), { optional, added })]
  })
  return { $id: 'flink', components: { schemas: Object.fromEntries(schemas) as object } }
}

/** A subtype with the fields of what it extends. */
function flat(schema: Schema): Schema {
  const { allOf } = schema
  if (allOf === undefined) return schema
  const parts = allOf.map((part) => flat(resolved(part)).properties ?? {})
  return { type: 'object', properties: Object.assign({}, ...parts) as Schema['properties'] & object }
}

function strictOf(
  schema: Schema,
  own: { readonly optional: readonly string[]; readonly added: Readonly<Record<string, Schema>> } = {
    optional: [],
    added: {},
  },
): Schema {
  if (schema.$ref !== undefined) return { $ref: `flink${schema.$ref}` }
  const { properties, items, additionalProperties, oneOf, ...rest } = schema
  const {
    discriminator: _discriminator,
    format: _format,
    ...plain
  } = rest as Schema & { readonly discriminator?: unknown }
  const fields = properties === undefined ? undefined : { ...properties, ...own.added }
  const names = Object.keys(fields ?? {}).filter((name) => !own.optional.includes(name))
  return {
    ...plain,
    ...(fields !== undefined && {
      properties: Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, strictOf(each)])),
      required: names,
      additionalProperties: false,
    }),
    ...(items !== undefined && { items: strictOf(items) }),
    ...(oneOf !== undefined && { oneOf: oneOf.map((each) => strictOf(each)) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: strictOf(additionalProperties) }),
  }
}
