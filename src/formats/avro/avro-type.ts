import type { Type, types } from 'avsc'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { AvroOptions, AvroSchema } from './avro-schema.js'
import { bigintLongs } from './bigint-longs.js'
import { boundedBlocks } from './bounded-blocks.js'
import { loadAvsc } from './load-avsc.js'
import { numberLongs } from './number-longs.js'

type Registry = Record<string, Type>

/** The type of a schema; `registry` has named types that it may refer to. GRAPH_INVALID, with `place`, for what is no schema. */
export function avroTypeOf(
  schema: AvroSchema,
  { place, options = {}, registry = {} }: { place: string; options?: AvroOptions; registry?: Registry },
): Type {
  const avsc = loadAvsc()
  const given: unknown = schema
  const isSchema = typeof given === 'string' || (typeof given === 'object' && given !== null)
  try {
    if (!isSchema)
      throw new ReasonError(`it takes a schema, a text or an object, and was given ${describeValue(given)}`)
    const parsed = typeof given === 'string' ? schemaOfText(given) : given
    const long = options.longs === 'bigint' ? bigintLongs(avsc) : numberLongs(avsc)
    const type = avsc.Type.forSchema(parsed as Parameters<typeof avsc.Type.forSchema>[0], {
      omitRecordMethods: true,
      registry: Object.assign(registry, { long }),
      typeHook: (inner, hookOptions) => (isLong(inner) ? long : boundedBlocks(avsc, inner, hookOptions)),
    })
    makePlain(type, new Set())
    return type
  } catch (error) {
    if (FlinkError.is(error)) throw error
    throw new FlinkError('GRAPH_INVALID', { operator: place, reason: messageOf(error) }, { cause: error })
  }
}

/** The name of a primitive type stands without quotes, too. */
function schemaOfText(text: string): unknown {
  return /^\s*[[{"]/.test(text) ? JSON.parse(text) : text.trim()
}

/** Also where it has an attribute, such as that of a logical type. */
function isLong(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'long'
}

/** Records as plain objects: those of avsc are of a class a schema, which no exchange and no state knows. It costs nothing. */
function makePlain(type: Type, seen: Set<Type>): void {
  if (seen.has(type)) return
  seen.add(type)
  const inner = type as Partial<InnerTypes>
  if (inner.recordConstructor !== undefined) inner.recordConstructor.prototype = Object.prototype
  const fields = inner.fields?.map((field) => field.type) ?? []
  for (const each of [...fields, ...(inner.types ?? []), inner.itemsType, inner.valuesType, inner.underlyingType]) {
    if (each !== undefined) makePlain(each, seen)
  }
}

interface InnerTypes {
  readonly recordConstructor: { prototype: object }
  readonly fields: readonly types.Field[]
  readonly types: readonly Type[]
  readonly itemsType: Type
  readonly valuesType: Type
  readonly underlyingType: Type
}

/** Whether values of the type have bytes in them, which avsc takes as Buffers only. */
export function hasBytes(type: Type, seen: Set<Type> = new Set()): boolean {
  if (seen.has(type)) return false
  seen.add(type)
  if (type.typeName === 'bytes' || type.typeName === 'fixed') return true
  const inner = type as Partial<InnerTypes>
  const fields = inner.fields?.map((field) => field.type) ?? []
  const all = [...fields, ...(inner.types ?? []), inner.itemsType, inner.valuesType, inner.underlyingType]
  return all.some((each) => each !== undefined && hasBytes(each, seen))
}

/** The value with Buffers over the same memory in place of other bytes. */
export function withBuffers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return value.map(withBuffers)
  if (value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withBuffers(each)]))
}
