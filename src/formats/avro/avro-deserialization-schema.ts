import type { Type } from 'avsc'
import type { DeserializationSchema } from '../../api/functions/source/deserialization-schema.js'
import { AvroEncoding } from './avro-encoding.js'
import { bufferOf, readRecord, unreadable } from './avro-records.js'
import { resolverFor } from './avro-resolver.js'
import type { AvroOptions, AvroSchema } from './avro-schema.js'
import { avroTypeOf } from './avro-type.js'

/**
 * What a reader of Avro is told besides its schema.
 *
 * @example
 * ```ts
 * import type { AvroReading } from 'flink-ts/formats/avro'
 *
 * const ofOldProducers: AvroReading = { writerSchema: '{"type":"record","name":"User","fields":[]}' }
 * ```
 */
export interface AvroReading extends AvroOptions {
  /** By which the messages were written, where it is another one than the reader's: fields are resolved as Avro says. */
  readonly writerSchema?: AvroSchema
}

/**
 * Messages of Avro without a header: a value of the schema, and nothing else. Records are plain objects, bytes are Buffers, an enum is
 * its symbol, a map an object; the value of a union stands for itself, or under the name of its branch where it could be of several.
 * Logical types are what lies under them, as in Flink's generic records: a timestamp is its number.
 *
 * RECORD_NOT_DESERIALIZABLE for what is no such message. GRAPH_INVALID where the schema is none, or cannot be read from the writer's.
 * FORMAT_PACKAGE_MISSING where the package `avsc` is not installed beside flink-ts.
 *
 * @example
 * ```ts
 * import { AvroDeserializationSchema } from 'flink-ts/formats/avro'
 *
 * interface User {
 *   readonly id: number
 *   readonly name: string | null
 * }
 * const users = AvroDeserializationSchema.forGeneric<User>({
 *   type: 'record',
 *   name: 'User',
 *   fields: [
 *     { name: 'id', type: 'long' },
 *     { name: 'name', type: ['null', 'string'], default: null },
 *   ],
 * })
 * console.log(users.deserialize(new Uint8Array([14, 0]))?.id) // 7
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/formats/avro/
 */
export class AvroDeserializationSchema<T> implements DeserializationSchema<T> {
  readonly #type: Type
  readonly #resolver: ReturnType<Type['createResolver']> | undefined
  readonly #encoding: AvroEncoding

  private constructor(schema: AvroSchema, encoding: AvroEncoding, { writerSchema, ...options }: AvroReading) {
    const place = 'AvroDeserializationSchema.forGeneric'
    this.#type = avroTypeOf(schema, { place, options })
    const writer = writerSchema === undefined ? undefined : avroTypeOf(writerSchema, { place, options })
    this.#resolver = writer === undefined ? undefined : resolverFor(this.#type, writer, place)
    this.#encoding = encoding
  }

  static forGeneric<T = unknown>(
    schema: AvroSchema,
    encoding: AvroEncoding = AvroEncoding.BINARY,
    reading: AvroReading = {},
  ): AvroDeserializationSchema<T> {
    return new AvroDeserializationSchema<T>(schema, encoding, reading)
  }

  deserialize(message: Uint8Array): T | undefined {
    const [type, schema] = [this.#type, 'AvroDeserializationSchema']
    if (this.#encoding === AvroEncoding.BINARY) {
      return readRecord(message, { type, resolver: this.#resolver, schema }) as T
    }
    try {
      return type.fromString(bufferOf(message).toString()) as T
    } catch (error) {
      throw unreadable(message, error, schema)
    }
  }

  isEndOfStream(): boolean {
    return false
  }
}
