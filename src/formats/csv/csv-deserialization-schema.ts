import type { DeserializationSchema } from '../../api/functions/source/deserialization-schema.js'
import type { TypeInformation } from '../../api/types/type-information.js'
import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { CsvRowError } from './csv-row-splitter.js'
import { CsvRows } from './csv-rows.js'
import { checkedCsvSchema, type CsvSchema } from './csv-schema.js'

/**
 * Messages of CSV in UTF-8, a row each, with or without a line end. RECORD_NOT_DESERIALIZABLE, with column and text, for what does not
 * fit the schema, or nothing with `ignoreParseErrors`. GRAPH_INVALID where it is no CsvSchema.
 *
 * @example
 * ```ts
 * import { Types } from 'flink-ts'
 * import { CsvDeserializationSchema, CsvSchema } from 'flink-ts/formats/csv'
 *
 * const orders = CsvSchema.forColumns({ user: Types.STRING, amount: Types.DOUBLE })
 * const order = new CsvDeserializationSchema(orders).deserialize(new TextEncoder().encode('u1,12.5'))
 * console.log(order?.amount) // 12.5
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/formats/csv/
 */
export class CsvDeserializationSchema<T> implements DeserializationSchema<T> {
  readonly #rows: CsvRows<T>
  readonly #type: TypeInformation<T>
  readonly #ignoresErrors: boolean
  readonly #decoder = new TextDecoder()

  constructor(schema: CsvSchema<T>, { ignoreParseErrors = false }: { readonly ignoreParseErrors?: boolean } = {}) {
    this.#rows = new CsvRows(checkedCsvSchema('CsvDeserializationSchema', schema))
    this.#type = schema.type
    this.#ignoresErrors = ignoreParseErrors
  }

  deserialize(message: Uint8Array): T | undefined {
    const text = this.#decoder.decode(message)
    try {
      return this.#rows.recordOf(text.replace(/\r?\n$/, ''))
    } catch (error) {
      if (this.#ignoresErrors) return undefined
      const where = error instanceof CsvRowError ? `, column ${String(error.column)}` : ''
      const details = {
        schema: 'CsvDeserializationSchema',
        reason: `${messageOf(error)}${where}`,
        record: describeValue(text),
        advice: 'Correct what sends it, or leave such messages out with { ignoreParseErrors: true }.',
      }
      throw new FlinkError('RECORD_NOT_DESERIALIZABLE', details, { cause: error })
    }
  }

  isEndOfStream(): boolean {
    return false
  }

  getProducedType(): TypeInformation<T> {
    return this.#type
  }
}
