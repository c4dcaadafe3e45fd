import type { SerializationSchema } from '../../../api/functions/sink/serialization-schema.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { checkedPart, checkedText, refuseArgument } from '../kafka-arguments.js'
import { codecOf, type KafkaClass, type KafkaConfigurable } from '../kafka-codec.js'
import type { HeaderProvider, KafkaPartitioner, TopicSelector } from './kafka-partitioner.js'
import type { ProducerRecord, RecordHeaders } from './producer-record.js'
import type { KafkaSinkContext, RecordSerialization } from './record-serialization.js'

type Bytes = Uint8Array | string | null
type Partition<T> = KafkaPartitioner<T>['partition']

type CodecConfigs = Readonly<Record<string, string>> | undefined

const NO_HEADERS: RecordHeaders = []

/** A serializer of Kafka's kind, such as those that its JavaScript clients have: by topic. */
export interface KafkaSerializer<T> extends KafkaConfigurable {
  serialize(topic: string, data: T): Uint8Array | string | null
}

/**
 * Makes a {@link KafkaRecordSerializationSchema} of one for the value, perhaps one for the key, and where a record goes. Each method gives
 * GRAPH_INVALID where its argument is something else, or the same was said before.
 *
 * @example
 * ```ts
 * import { KafkaRecordSerializationSchema } from 'flink-ts/connectors/kafka'
 * import { JsonSerializationSchema } from 'flink-ts/formats/json'
 *
 * const schema = KafkaRecordSerializationSchema.builder<{ user: string; amount: number }>()
 *   .setTopicSelector(({ amount }) => (amount > 1000 ? 'large' : 'small'))
 *   .setKeySerializationSchema({ serialize: ({ user }) => user })
 *   .setValueSerializationSchema(new JsonSerializationSchema())
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/kafka/sink/KafkaRecordSerializationSchemaBuilder.html
 */
export class KafkaRecordSerializationSchemaBuilder<T> {
  #topic: string | TopicSelector<T> | undefined
  #key: SerializationSchema<T> | KafkaSerializer<T> | undefined
  #value: SerializationSchema<T> | KafkaSerializer<T> | undefined
  #isKafkaKey = false
  #isKafkaValue = false
  #partitioner: KafkaPartitioner<T> | undefined
  #headers: HeaderProvider<T> | undefined

  /** Of all records. */
  setTopic(topic: string): this {
    this.#checkNoTopic('setTopic')
    this.#topic = checkedText(call('setTopic'), 'the topic', topic)
    return this
  }

  setTopicSelector(topicSelector: TopicSelector<T>): this {
    this.#checkNoTopic('setTopicSelector')
    if (typeof topicSelector !== 'function') refuseArgument(call('setTopicSelector'), 'it takes a function')
    this.#topic = topicSelector
    return this
  }

  /** Where it is left out, Kafka's own: by the key, and without a key wherever there is room. */
  setPartitioner(partitioner: KafkaPartitioner<T> | Partition<T>): this {
    const given = typeof partitioner === 'function' ? { partition: partitioner } : partitioner
    this.#partitioner = checkedPart(call('setPartitioner'), 'a KafkaPartitioner', given, 'partition')
    return this
  }

  setKeySerializationSchema(schema: SerializationSchema<T> | SerializationSchema<T>['serialize']): this {
    if (this.#key !== undefined) refuseArgument(call('setKeySerializationSchema'), 'the key has a serializer already')
    this.#key = checkedSchema('setKeySerializationSchema', schema)
    return this
  }

  setValueSerializationSchema(schema: SerializationSchema<T> | SerializationSchema<T>['serialize']): this {
    if (this.#value !== undefined) {
      refuseArgument(call('setValueSerializationSchema'), 'the value has a serializer already')
    }
    this.#value = checkedSchema('setValueSerializationSchema', schema)
    return this
  }

  /** `serializer.serialize(topic, element)` gives the key. A class is made, and told `configs`. */
  setKafkaKeySerializer(
    serializer: KafkaClass<KafkaSerializer<T>> | KafkaSerializer<T>,
    configs?: Readonly<Record<string, string>>,
  ): this {
    if (this.#key !== undefined) refuseArgument(call('setKafkaKeySerializer'), 'the key has a serializer already')
    this.#key = kafkaSerializer(serializer, { method: 'setKafkaKeySerializer', isKey: true, configs })
    this.#isKafkaKey = true
    return this
  }

  /** `serializer.serialize(topic, element)` gives the value. A class is made, and told `configs`. */
  setKafkaValueSerializer(
    serializer: KafkaClass<KafkaSerializer<T>> | KafkaSerializer<T>,
    configs?: Readonly<Record<string, string>>,
  ): this {
    if (this.#value !== undefined) refuseArgument(call('setKafkaValueSerializer'), 'the value has a serializer already')
    this.#value = kafkaSerializer(serializer, { method: 'setKafkaValueSerializer', isKey: false, configs })
    this.#isKafkaValue = true
    return this
  }

  setHeaderProvider(headerProvider: HeaderProvider<T> | HeaderProvider<T>['getHeaders']): this {
    const given = typeof headerProvider === 'function' ? { getHeaders: headerProvider } : headerProvider
    this.#headers = checkedPart(call('setHeaderProvider'), 'a HeaderProvider', given, 'getHeaders')
    return this
  }

  /** GRAPH_INVALID without a topic, or without a serializer of values. */
  build(): RecordSerialization<T> {
    const [topic, value] = [this.#topic, this.#value]
    if (value === undefined) {
      return refuseArgument(call('build'), 'no serializer of values was set: setValueSerializationSchema(...)')
    }
    if (topic === undefined)
      return refuseArgument(call('build'), 'no topic was set: setTopic(...) or setTopicSelector(...)')
    return new SerializationOfParts<T>({
      topicOf: typeof topic === 'function' ? topic : () => topic,
      keyOf: serializing(this.#key, this.#isKafkaKey),
      valueOf: serializing(value, this.#isKafkaValue) ?? (() => null),
      partitioner: this.#partitioner,
      headers: this.#headers,
      opened: [this.#key, value],
    })
  }

  #checkNoTopic(method: string): void {
    if (this.#topic !== undefined) refuseArgument(call(method), 'a topic or a selector of topics was set already')
  }
}

interface SerializationParts<T> {
  readonly topicOf: TopicSelector<T>
  readonly keyOf: ((element: T, topic: string) => Bytes) | undefined
  readonly valueOf: (element: T, topic: string) => Bytes
  readonly partitioner: KafkaPartitioner<T> | undefined
  readonly headers: HeaderProvider<T> | undefined
  /** Those that may have a method `open`. */
  readonly opened: readonly unknown[]
}

class SerializationOfParts<T> implements RecordSerialization<T> {
  readonly #parts: SerializationParts<T>

  constructor(parts: SerializationParts<T>) {
    this.#parts = parts
  }

  async open(context: KafkaSinkContext): Promise<void> {
    for (const part of this.#parts.opened) {
      if (hasMethods(part, 'open')) await (part as { open(context: KafkaSinkContext): unknown }).open(context)
    }
    this.#parts.partitioner?.open?.(context.getParallelInstanceId(), context.getNumberOfParallelInstances())
  }

  serialize(element: T, context: KafkaSinkContext, timestamp: number | null): ProducerRecord {
    const { topicOf, keyOf, valueOf, partitioner, headers } = this.#parts
    const topic = topicOf(element)
    const value = valueOf(element, topic)
    const key = keyOf === undefined ? null : keyOf(element, topic)
    const partition = partitioner?.partition(element, key, value, topic, context.getPartitionsForTopic(topic)) ?? null
    return { topic, partition, timestamp, key, value, headers: headers?.getHeaders(element) ?? NO_HEADERS }
  }
}

function serializing<T>(
  schema: SerializationSchema<T> | KafkaSerializer<T> | undefined,
  isKafkas: boolean,
): ((element: T, topic: string) => Bytes) | undefined {
  if (schema === undefined) return undefined
  if (isKafkas) return (element, topic) => (schema as KafkaSerializer<T>).serialize(topic, element)
  return (element) => (schema as SerializationSchema<T>).serialize(element)
}

function kafkaSerializer<T>(
  given: KafkaClass<KafkaSerializer<T>> | KafkaSerializer<T>,
  use: { readonly method: string; readonly isKey: boolean; readonly configs: CodecConfigs },
): KafkaSerializer<T> {
  const { isKey, configs } = use
  const codec = codecOf(given, { call: call(use.method), method: 'serialize', isKey, configs })
  return checkedPart(call(use.method), 'a serializer', codec, 'serialize')
}

function checkedSchema<T>(
  method: string,
  schema: SerializationSchema<T> | SerializationSchema<T>['serialize'],
): SerializationSchema<T> {
  const given = typeof schema === 'function' ? { serialize: schema } : schema
  return checkedPart(call(method), 'a SerializationSchema', given, 'serialize')
}

function call(method: string): string {
  return `KafkaRecordSerializationSchema.builder().${method}`
}
