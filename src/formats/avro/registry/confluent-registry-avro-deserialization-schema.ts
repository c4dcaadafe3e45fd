import type { Type } from 'avsc'
import type { DeserializationSchema } from '../../../api/functions/source/deserialization-schema.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { bufferOf, unreadable } from '../avro-records.js'
import type { AvroOptions, AvroSchema } from '../avro-schema.js'
import { avroTypeOf } from '../avro-type.js'
import { registrySettings, type SchemaRegistryConfigs } from './registry-settings.js'
import { SchemaCache } from './schema-cache.js'
import { SchemaRegistryClient } from './schema-registry-client.js'
import { HEADER_BYTES, schemaIdOf } from './wire-format.js'

const PLACE = 'ConfluentRegistryAvroDeserializationSchema'
/** Flink's. */
const DEFAULT_CAPACITY = 1000

/**
 * How a schema registry is asked, and what its values look like.
 *
 * @example
 * ```ts
 * import type { RegistryReading } from 'flink-ts/formats/avro'
 *
 * const reading: RegistryReading = { configs: { 'max.retries': 5 }, longs: 'bigint' }
 * ```
 */
export interface RegistryReading extends AvroOptions {
  readonly configs?: SchemaRegistryConfigs
  /** How many schemas are kept, 1000 where nothing is said. */
  readonly identityMapCapacity?: number
}

/**
 * Messages of Avro in Confluent's wire format: each names its schema, which a schema registry has. They are read by that schema and
 * become values of the reader's, by Avro's rules of resolution; without a reader's schema they are what was written.
 *
 * A schema is asked for once, when the first message of it comes: that call waits for the registry, as in Flink.
 *
 * RECORD_NOT_DESERIALIZABLE for what is no such message, or one whose schema the registry does not know. SCHEMA_REGISTRY_FAILED where it
 * does not answer, also not after some tries, SCHEMA_REGISTRY_REFUSED where it answers no: both are about no record, and fail the job.
 * GRAPH_INVALID where the schema is none. FORMAT_PACKAGE_MISSING where the package `avsc` is not installed beside flink-ts.
 *
 * @example
 * ```ts
 * import { ConfluentRegistryAvroDeserializationSchema } from 'flink-ts/formats/avro'
 *
 * const users = ConfluentRegistryAvroDeserializationSchema.forGeneric<{ id: number }>(
 *   { type: 'record', name: 'User', fields: [{ name: 'id', type: 'long' }] },
 *   'http://localhost:8081',
 * )
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/formats/avro/registry/confluent/ConfluentRegistryAvroDeserializationSchema.html
 */
export class ConfluentRegistryAvroDeserializationSchema<T> implements DeserializationSchema<T> {
  readonly #reader: Type | undefined
  readonly #schemas: SchemaCache

  private constructor(schema: AvroSchema | undefined, url: string, reading: RegistryReading) {
    const { configs = {}, identityMapCapacity: capacity = DEFAULT_CAPACITY, ...options } = reading
    const place = `${PLACE}.forGeneric`
    const reader = schema === undefined ? undefined : avroTypeOf(schema, { place, options })
    const client = new SchemaRegistryClient(registrySettings(url, configs, place))
    this.#reader = reader
    this.#schemas = new SchemaCache(client, { reader, options, capacity })
  }

  /** `schema`: the reader's; undefined for records as they were written. */
  static forGeneric<T = unknown>(
    schema: AvroSchema | undefined,
    url: string,
    reading: RegistryReading = {},
  ): ConfluentRegistryAvroDeserializationSchema<T> {
    return new ConfluentRegistryAvroDeserializationSchema<T>(schema, url, reading)
  }

  deserialize(message: Uint8Array): T | undefined {
    try {
      const bytes = bufferOf(message)
      const id = schemaIdOf(bytes)
      const writer = this.#schemas.get(id)
      if (writer === undefined) throw new ReasonError(`the registry has no schema ${String(id)}`)
      const { type, resolver } = writer
      return (this.#reader ?? type).fromBuffer(bytes.subarray(HEADER_BYTES), resolver) as T
    } catch (error) {
      if (FlinkError.is(error)) throw error
      throw unreadable(message, error, PLACE)
    }
  }

  isEndOfStream(): boolean {
    return false
  }
}
