import type { SerializationSchema } from '../../api/functions/sink/serialization-schema.js'
import { AvroEncoding } from './avro-encoding.js'
import { RecordWriter } from './avro-records.js'
import type { AvroOptions, AvroSchema } from './avro-schema.js'
import { avroTypeOf } from './avro-type.js'

/**
 * Records as messages of Avro without a header. A field that a record leaves out has the schema's default; any Uint8Array serves as bytes.
 *
 * RECORD_NOT_WRITABLE for what is no value of the schema. GRAPH_INVALID where the schema is none. FORMAT_PACKAGE_MISSING where the
 * package `avsc` is not installed beside flink-ts.
 *
 * @example
 * ```ts
 * import { AvroSerializationSchema } from 'flink-ts/formats/avro'
 *
 * const counts = AvroSerializationSchema.forGeneric<{ word: string; count: number }>({
 *   type: 'record',
 *   name: 'WordCount',
 *   fields: [
 *     { name: 'word', type: 'string' },
 *     { name: 'count', type: 'long' },
 *   ],
 * })
 * console.log(counts.serialize({ word: 'a', count: 1 }).length) // 3
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/formats/avro/
 */
export class AvroSerializationSchema<T> implements SerializationSchema<T> {
  readonly #writer: RecordWriter
  readonly #encoding: AvroEncoding

  private constructor(schema: AvroSchema, encoding: AvroEncoding, options: AvroOptions) {
    const type = avroTypeOf(schema, { place: 'AvroSerializationSchema.forGeneric', options })
    this.#writer = new RecordWriter(type, 'AvroSerializationSchema')
    this.#encoding = encoding
  }

  static forGeneric<T = unknown>(
    schema: AvroSchema,
    encoding: AvroEncoding = AvroEncoding.BINARY,
    options: AvroOptions = {},
  ): AvroSerializationSchema<T> {
    return new AvroSerializationSchema<T>(schema, encoding, options)
  }

  serialize(element: T): Uint8Array {
    return this.#writer.write(element, this.#encoding)
  }
}
