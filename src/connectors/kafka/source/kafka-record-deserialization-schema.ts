import { hasMethods } from '../../../api/functions/has-methods.js'
import type { Collector } from '../../../api/functions/collector.js'
import type { DeserializationSchema } from '../../../api/functions/source/deserialization-schema.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { ConsumerRecord } from './consumer-record.js'
import type { KafkaDeserializationSchema } from './kafka-deserialization-schema.js'

/**
 * How a record of Kafka becomes records of the job: none, one or several. With `of` and `valueOnly` it is made of what others are.
 *
 * @example
 * ```ts
 * import { Types } from 'flink-ts'
 * import type { KafkaRecordDeserializationSchema } from 'flink-ts/connectors/kafka'
 *
 * const text = new TextDecoder()
 * const withKey: KafkaRecordDeserializationSchema<readonly [string, string]> = {
 *   deserialize: (record, out) => out.collect([text.decode(record.key() ?? undefined), text.decode(record.value() ?? undefined)]),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/kafka/#deserializer
 */
export interface KafkaRecordDeserializationSchema<T> {
  /** Emits what becomes of the record, before it returns. What it throws fails the task. */
  deserialize(record: ConsumerRecord, out: Collector<T>): void
  getProducedType?(): TypeInformation<T> | undefined
  /** Once a reader, before the first record. */
  open?(): void | Promise<void>
}

/**
 * Makes schemas of what knows less of Kafka.
 *
 * @example
 * ```ts
 * import { KafkaRecordDeserializationSchema } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const values = KafkaRecordDeserializationSchema.valueOnly(new SimpleStringSchema())
 * ```
 */
export const KafkaRecordDeserializationSchema = {
  /** Of a schema that sees all of the record. GRAPH_INVALID where it is none. */
  of<T>(schema: KafkaDeserializationSchema<T>): KafkaRecordDeserializationSchema<T> {
    checkSchema('KafkaRecordDeserializationSchema.of', schema)
    return new OneByOne(schema, (record) => schema.deserialize(record))
  },

  /** Of a schema that sees the value. A record without a value is left out. GRAPH_INVALID where it is none. */
  valueOnly<T>(schema: DeserializationSchema<T>): KafkaRecordDeserializationSchema<T> {
    checkSchema('KafkaRecordDeserializationSchema.valueOnly', schema)
    return new OneByOne(schema, (record) => {
      const value = record.value()
      return value === null ? undefined : schema.deserialize(value)
    })
  },
} as const

/** Of a schema that gives one record at most. */
class OneByOne<T> implements KafkaRecordDeserializationSchema<T> {
  readonly #schema: KafkaDeserializationSchema<T> | DeserializationSchema<T>
  readonly #read: (record: ConsumerRecord) => T | undefined

  constructor(
    schema: KafkaDeserializationSchema<T> | DeserializationSchema<T>,
    read: (record: ConsumerRecord) => T | undefined,
  ) {
    this.#schema = schema
    this.#read = read
  }

  get schemaName(): string {
    return this.#schema.constructor.name
  }

  deserialize(record: ConsumerRecord, out: Collector<T>): void {
    const value = this.#read(record)
    if (value !== undefined && value !== null) out.collect(value)
  }

  getProducedType(): TypeInformation<T> | undefined {
    return this.#schema.getProducedType?.()
  }
}

export function checkSchema(call: string, schema: unknown): void {
  if (hasMethods(schema, 'deserialize')) return
  const reason = `it takes a schema with a method deserialize, and was given ${describeValue(schema)}`
  throw new FlinkError('GRAPH_INVALID', { operator: call, reason })
}

/** For messages: that of the user's own class. */
export function schemaName(schema: KafkaRecordDeserializationSchema<unknown>): string {
  const name = schema instanceof OneByOne ? schema.schemaName : schema.constructor.name
  return name === 'Object' ? 'its deserializer' : name
}
