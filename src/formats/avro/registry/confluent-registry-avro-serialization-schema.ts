import type { SerializationSchema } from '../../../api/functions/sink/serialization-schema.js'
import { RecordWriter } from '../avro-records.js'
import type { AvroOptions, AvroSchema } from '../avro-schema.js'
import { avroTypeOf } from '../avro-type.js'
import { registrySettings, type SchemaRegistryConfigs } from './registry-settings.js'
import { SchemaRegistryClient } from './schema-registry-client.js'
import { withSchemaId } from './wire-format.js'

const PLACE = 'ConfluentRegistryAvroSerializationSchema'

/**
 * Records as messages of Avro in Confluent's wire format, with the id that a schema registry has for the schema. It is asked for once,
 * when the first record comes, and registers the schema in the subject where it is not there yet; that call waits, as in Flink.
 *
 * RECORD_NOT_WRITABLE for what is no value of the schema. SCHEMA_REGISTRY_FAILED where the registry does not answer, also not after some
 * tries; SCHEMA_REGISTRY_REFUSED where it answers no, such as for a schema that is not compatible with the subject's.
 *
 * @example
 * ```ts
 * import { ConfluentRegistryAvroSerializationSchema } from 'flink-ts/formats/avro'
 *
 * const users = ConfluentRegistryAvroSerializationSchema.forGeneric<{ id: number }>(
 *   'users-value',
 *   { type: 'record', name: 'User', fields: [{ name: 'id', type: 'long' }] },
 *   'http://localhost:8081',
 *   { 'basic.auth.user.info': 'ann:secret' },
 * )
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/formats/avro/registry/confluent/ConfluentRegistryAvroSerializationSchema.html
 */
export class ConfluentRegistryAvroSerializationSchema<T> implements SerializationSchema<T> {
  readonly #subject: string
  readonly #schema: AvroSchema
  readonly #writer: RecordWriter
  readonly #client: SchemaRegistryClient
  #id: number | undefined

  private constructor(subject: string, schema: AvroSchema, client: SchemaRegistryClient, options: AvroOptions) {
    this.#subject = subject
    this.#schema = schema
    this.#writer = new RecordWriter(avroTypeOf(schema, { place: `${PLACE}.forGeneric`, options }), PLACE)
    this.#client = client
  }

  /** `subject`: of the registry, for values of a topic by its default rule `<topic>-value`. */
  static forGeneric<T = unknown>(
    subject: string,
    schema: AvroSchema,
    url: string,
    configs: SchemaRegistryConfigs & AvroOptions = {},
  ): ConfluentRegistryAvroSerializationSchema<T> {
    const { longs, ...properties } = configs
    const client = new SchemaRegistryClient(registrySettings(url, properties, `${PLACE}.forGeneric`))
    const options: AvroOptions = longs === undefined ? {} : { longs }
    return new ConfluentRegistryAvroSerializationSchema<T>(subject, schema, client, options)
  }

  serialize(element: T): Uint8Array {
    const value = this.#writer.write(element)
    this.#id ??= this.#client.register(this.#subject, this.#schema)
    return withSchemaId(this.#id, value)
  }
}
