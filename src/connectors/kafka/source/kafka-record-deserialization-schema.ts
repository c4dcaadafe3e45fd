import { hasMethods } from '../../../api/functions/has-methods.js'
import type { Collector } from '../../../api/functions/collector.js'
import type { DeserializationSchema } from '../../../api/functions/source/deserialization-schema.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { codecOf, isClassWith, type KafkaClass, type KafkaConfigurable } from '../kafka-codec.js'
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
 * A deserializer of Kafka's own kind: by topic.
 *
 * @example
 * ```ts
 * import { KafkaRecordDeserializationSchema, type KafkaDeserializer } from 'flink-ts/connectors/kafka'
 *
 * class Sizes implements KafkaDeserializer<number> {
 *   deserialize(_topic: string, data: Uint8Array): number {
 *     return data.length
 *   }
 * }
 * const sizes = KafkaRecordDeserializationSchema.valueOnly(Sizes)
 * ```
 * @see https://kafka.apache.org/39/javadoc/org/apache/kafka/common/serialization/Deserializer.html
 */
export interface KafkaDeserializer<T> extends KafkaConfigurable {
  /** Null and undefined: nothing comes of it. */
  deserialize(topic: string, data: Uint8Array): T | null | undefined
  getProducedType?(): TypeInformation<T> | undefined
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

  /**
   * Of a schema that sees the value, or of a class of Kafka's deserializers, which is made and told `configs`. A record without a value is left
   * out. GRAPH_INVALID where it is none.
   */
  valueOnly<T>(
    schema: DeserializationSchema<T> | KafkaClass<KafkaDeserializer<T>>,
    configs?: Readonly<Record<string, string>>,
  ): KafkaRecordDeserializationSchema<T> {
    if (isClassWith<KafkaDeserializer<T>>(schema, 'deserialize')) return ofKafka(schema, configs)
    checkSchema(VALUE_ONLY, schema)
    return new OneByOne(schema, (record) => {
      const value = record.value()
      return value === null ? undefined : schema.deserialize(value)
    })
  },
} as const

const VALUE_ONLY = 'KafkaRecordDeserializationSchema.valueOnly'

function ofKafka<T>(
  given: KafkaClass<KafkaDeserializer<T>>,
  configs: Readonly<Record<string, string>> | undefined,
): KafkaRecordDeserializationSchema<T> {
  const deserializer = codecOf(given, { call: VALUE_ONLY, method: 'deserialize', isKey: false, configs })
  return new OneByOne(deserializer, (record) => {
    const value = record.value()
    return value === null ? undefined : deserializer.deserialize(record.topic(), value)
  })
}

/** Perhaps it says of what type its records are. */
interface Typed<T> {
  getProducedType?(): TypeInformation<T> | undefined
}

/** Of a schema that gives one record at most. */
class OneByOne<T> implements KafkaRecordDeserializationSchema<T> {
  readonly #schema: Typed<T>
  readonly #read: (record: ConsumerRecord) => T | null | undefined

  constructor(schema: Typed<T>, read: (record: ConsumerRecord) => T | null | undefined) {
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
