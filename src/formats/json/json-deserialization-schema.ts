import type { DeserializationSchema } from '../../api/functions/source/deserialization-schema.js'
import { isStandardSchema } from '../../api/types/standard-schema.js'
import type { TypeInformation } from '../../api/types/type-information.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { checkedSchema, type RecordSchema } from '../validated-value.js'
import { jsonConverter } from './json-converter.js'
import { columnOfSyntaxError } from './json-syntax.js'

/**
 * What a schema does with a message that it cannot read.
 *
 * @example
 * ```ts
 * import type { ParseErrorHandling } from 'flink-ts/formats/json'
 *
 * const leaveOut: ParseErrorHandling = { ignoreParseErrors: true }
 * ```
 */
export interface ParseErrorHandling {
  /** True: it is left out. False where nothing is said: the job fails, and restarts by its strategy. */
  readonly ignoreParseErrors?: boolean
}

/**
 * Messages of JSON in UTF-8, checked: by a declared type (fields that are missing or of another type are refused; `Types.INSTANT`
 * makes a Date of a text of ISO 8601, UTC where it names no zone, or of ms, `Types.BIG_INT` a bigint of a text or number, `Types.MAP` a Map of
 * an object, `Types.POJO` an instance), or by a validator of Standard Schema, whose result is the record. Without a schema any JSON is taken.
 *
 * RECORD_NOT_DESERIALIZABLE, with column and text, for what is no such message. GRAPH_INVALID where the schema is none.
 *
 * @example
 * ```ts
 * import { Types } from 'flink-ts'
 * import { JsonDeserializationSchema } from 'flink-ts/formats/json'
 *
 * const visits = new JsonDeserializationSchema(Types.OBJECT({ user: Types.STRING, at: Types.INSTANT }))
 * const visit = visits.deserialize(new TextEncoder().encode('{"user":"u1","at":"2024-05-01T10:00:00Z"}'))
 * console.log(visit?.at.getTime())
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/formats/json/
 */
export class JsonDeserializationSchema<T = unknown> implements DeserializationSchema<T> {
  readonly #type: TypeInformation<T> | undefined
  readonly #convert: (value: unknown) => T
  readonly #ignoresErrors: boolean
  readonly #decoder = new TextDecoder()

  constructor(schema?: RecordSchema<T>, { ignoreParseErrors = false }: ParseErrorHandling = {}) {
    const checked = schema === undefined ? undefined : checkedSchema('JsonDeserializationSchema', schema)
    this.#type = checked === undefined || isStandardSchema(checked) ? undefined : checked
    this.#convert = jsonConverter(checked)
    this.#ignoresErrors = ignoreParseErrors
  }

  deserialize(message: Uint8Array): T | undefined {
    const text = this.#decoder.decode(message)
    try {
      return this.#convert(JSON.parse(text))
    } catch (error) {
      if (this.#ignoresErrors) return undefined
      const column = error instanceof SyntaxError ? columnOfSyntaxError(text, error.message) : undefined
      const where = column === undefined ? '' : `, column ${String(column)}`
      throw new FlinkError(
        'RECORD_NOT_DESERIALIZABLE',
        {
          schema: 'JsonDeserializationSchema',
          reason: `${messageOf(error)}${where}`,
          record: describeValue(text),
          advice: 'Correct what sends it, or leave such messages out with { ignoreParseErrors: true }.',
        },
        { cause: error },
      )
    }
  }

  isEndOfStream(): boolean {
    return false
  }

  getProducedType(): TypeInformation<T> | undefined {
    return this.#type
  }
}
