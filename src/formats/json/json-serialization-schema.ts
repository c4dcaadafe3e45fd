import type { SerializationSchema } from '../../api/functions/sink/serialization-schema.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'

const DEEPEST = 4

/**
 * Records as JSON in UTF-8, each on one line without its end. A Date becomes a text, a Map an object, a Set a list, a bigint a
 * number up to 2^53 and a text above it; a field that is undefined is left out. RECORD_NOT_WRITABLE for what JSON has no form for: NaN, invalid
 * dates, functions, cycles, a Map with objects as keys, and a record that is undefined.
 *
 * @example
 * ```ts
 * import { JsonSerializationSchema } from 'flink-ts/formats/json'
 *
 * const bytes = new JsonSerializationSchema().serialize({ user: 'u1', at: new Date(0) })
 * console.log(new TextDecoder().decode(bytes)) // {"user":"u1","at":"1970-01-01T00:00:00.000Z"}
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/formats/json/
 */
export class JsonSerializationSchema<T = unknown> implements SerializationSchema<T> {
  readonly #encoder = new TextEncoder()

  serialize(element: T): Uint8Array {
    return this.#encoder.encode(jsonText(element))
  }

  /** The same as a text, for whoever writes many. */
  serializeToText(element: T): string {
    return jsonText(element)
  }
}

/** What most records are is written five times as fast without a function that looks at each part. */
function jsonText(element: unknown): string {
  try {
    const text = isPlainJson(element, 0) ? JSON.stringify(element) : JSON.stringify(element, formOf)
    if (text === undefined) throw new ReasonError('it is nothing that JSON could write')
    return text
  } catch (error) {
    const details = { schema: 'JsonSerializationSchema', record: describeValue(element), reason: messageOf(error) }
    throw new FlinkError('RECORD_NOT_WRITABLE', details, { cause: error })
  }
}

function isPlainJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      return value === null || (depth < DEEPEST && isPlainObject(value, depth))
    default:
      return false
  }
}

function isPlainObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) return value.every((each) => isPlainJson(each, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const name in value) if (!isPlainJson((value as Record<string, unknown>)[name], depth + 1)) return false
  return true
}

/** `this` is what has the value, which a Date has turned into a text by then. */
function formOf(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    case 'number':
      if (!Number.isFinite(value)) throw new ReasonError(`JSON has no number ${String(value)} (${name})`)
      return value
    case 'function':
    case 'symbol':
      throw new ReasonError(`JSON has no form for a ${typeof value} (${name})`)
    default:
      if (value === null && this[name] instanceof Date) throw new ReasonError(`JSON has no invalid date (${name})`)
      if (value instanceof Map) return Object.fromEntries([...(value as Map<unknown, unknown>)].map(namedEntry))
      return value instanceof Set ? [...(value as Set<unknown>)] : value
  }
}

/** Names are texts: of objects all would be the same one. */
function namedEntry([key, value]: readonly [unknown, unknown]): readonly [string, unknown] {
  if (key instanceof Date) return [key.toISOString(), value]
  if (['string', 'number', 'bigint', 'boolean'].includes(typeof key)) return [String(key), value]
  throw new ReasonError(`JSON has no form for a Map with the key ${describeValue(key)}`)
}
