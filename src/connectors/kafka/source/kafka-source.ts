import { Boundedness } from '../../../api/connector/source/boundedness.js'
import type { SimpleVersionedSerializer } from '../../../api/connector/source/simple-versioned-serializer.js'
import type { SourceReaderContext } from '../../../api/connector/source/source-reader-context.js'
import type { SourceReader } from '../../../api/connector/source/source-reader.js'
import type { Source } from '../../../api/connector/source/source.js'
import type { SplitEnumeratorContext } from '../../../api/connector/source/split-enumerator-context.js'
import type { SplitEnumerator } from '../../../api/connector/source/split-enumerator.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import type { DeserializationSchema } from '../../../api/functions/source/deserialization-schema.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { Properties, type PropertiesLike } from '../properties/properties.js'
import { TopicPartition } from '../topic-partition.js'
import {
  kafkaPartitionSplits,
  kafkaSourceEnumStates,
  type KafkaPartitionSplit,
  type KafkaSourceEnumState,
} from './kafka-partition-split.js'
import { checkSchema, KafkaRecordDeserializationSchema } from './kafka-record-deserialization-schema.js'
import { kafkaSourceEnumerator, kafkaSourceReader, type KafkaSourceParts } from './kafka-source-parts.js'
import { partitionsSubscriber, patternSubscriber, topicsSubscriber, type KafkaSubscriber } from './kafka-subscriber.js'
import { OffsetsInitializer } from './offsets-initializer.js'
import { checkedSourceProperties, GROUP_ID } from './source-properties.js'

type KafkaSplitEnumerator = SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState>

/**
 * Records of topics of Apache Kafka. Parallel, by partitions; exactly once: how far each partition was read is in the state, and what the
 * broker is told after checkpoints is for others to look at. Without an end, or with `setBounded`. New partitions are found every five
 * minutes (`partition.discovery.interval.ms`) and read from their beginning. A subtask that has none is idle until it gets one, so that event
 * time goes on where there are more subtasks than partitions; Flink's wants `withIdleness` for that.
 *
 * With `isolation.level` read_committed nothing of a transaction is read that is open or was aborted. An offset of the state that the broker
 * does not have any more, or whose topic was made anew, stops the job with KAFKA_OFFSET_MISSING, unless `--on-missing-offset` of `run` says
 * where to go on.
 *
 * Needs the package `@platformatic/kafka` (KAFKA_CLIENT_MISSING without it), and brokers of Kafka 3.1 or newer.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts'
 * import { KafkaSource, OffsetsInitializer } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const source = KafkaSource.builder<string>()
 *   .setBootstrapServers('localhost:9092')
 *   .setTopics('input-topic')
 *   .setGroupId('my-group')
 *   .setStartingOffsets(OffsetsInitializer.earliest())
 *   .setValueOnlyDeserializer(new SimpleStringSchema())
 *   .build()
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromSource(source, WatermarkStrategy.noWatermarks(), 'Kafka Source').uid('kafka').print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/kafka/#kafka-source
 */
export class KafkaSource<T> implements Source<T, KafkaPartitionSplit, KafkaSourceEnumState> {
  readonly #parts: KafkaSourceParts<T>

  private constructor(parts: KafkaSourceParts<T>) {
    this.#parts = parts
  }

  static builder<T>(): KafkaSourceBuilder<T> {
    return new KafkaSourceBuilder()
  }

  getBoundedness(): Boundedness {
    return this.#parts.boundedness
  }

  getProducedType(): TypeInformation<T> | undefined {
    return this.#parts.deserializer.getProducedType?.()
  }

  createReader(context: SourceReaderContext): SourceReader<T, KafkaPartitionSplit> {
    return kafkaSourceReader(this.#parts, context)
  }

  createEnumerator(context: SplitEnumeratorContext<KafkaPartitionSplit>): KafkaSplitEnumerator {
    return kafkaSourceEnumerator(this.#parts, context, undefined)
  }

  restoreEnumerator(
    context: SplitEnumeratorContext<KafkaPartitionSplit>,
    checkpoint: KafkaSourceEnumState,
  ): KafkaSplitEnumerator {
    return kafkaSourceEnumerator(this.#parts, context, checkpoint)
  }

  getSplitSerializer(): SimpleVersionedSerializer<KafkaPartitionSplit> {
    return kafkaPartitionSplits
  }

  getEnumeratorCheckpointSerializer(): SimpleVersionedSerializer<KafkaSourceEnumState> {
    return kafkaSourceEnumStates
  }

  /** Of a builder: `parts` are KafkaSourceParts, whose types of the client do not go out with those of the package. */
  static of<T>(parts: object): KafkaSource<T> {
    return new KafkaSource(parts as KafkaSourceParts<T>)
  }
}

/**
 * Makes a {@link KafkaSource}. Required: the bootstrap servers, what is read, and a deserializer.
 *
 * @example
 * ```ts
 * import { KafkaSource, OffsetsInitializer, type KafkaSourceBuilder } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const builder: KafkaSourceBuilder<string> = KafkaSource.builder<string>()
 *   .setBootstrapServers('localhost:9092')
 *   .setTopicPattern('orders-.*')
 *   .setBounded(OffsetsInitializer.latest())
 *   .setValueOnlyDeserializer(new SimpleStringSchema())
 *   .setProperty('isolation.level', 'read_committed')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/kafka/#usage
 */
export class KafkaSourceBuilder<T> {
  readonly #properties = new Properties()
  #subscriber: { readonly what: string; readonly subscriber: KafkaSubscriber } | undefined
  #startingOffsets = OffsetsInitializer.earliest()
  #stoppingOffsets: OffsetsInitializer | undefined
  #boundedness: Boundedness = Boundedness.CONTINUOUS_UNBOUNDED
  #deserializer: KafkaRecordDeserializationSchema<T> | undefined
  #rackIdSupplier: (() => string | undefined) | undefined

  /** `host:port`, several with commas. */
  setBootstrapServers(bootstrapServers: string): this {
    return this.setProperty('bootstrap.servers', bootstrapServers)
  }

  /** With a group offsets are committed to it after checkpoints. */
  setGroupId(groupId: string): this {
    return this.setProperty(GROUP_ID, groupId)
  }

  /** A list, or one after the other. All have to be there (KAFKA_TOPIC_MISSING). */
  setTopics(...topics: readonly (string | readonly string[])[]): this {
    const names = topics.flat()
    if (names.length === 0) refuse('setTopics', 'it needs a topic')
    for (const name of names) {
      if (typeof name !== 'string' || name === '')
        refuse('setTopics', `a topic is a text, and one is ${describeValue(name)}`)
    }
    return this.#subscribe('topics', topicsSubscriber(names))
  }

  /** All topics whose whole name matches, also those that come later. A text is made a pattern. */
  setTopicPattern(topicPattern: RegExp | string): this {
    const pattern = typeof topicPattern === 'string' ? new RegExp(topicPattern) : topicPattern
    if (!(pattern instanceof RegExp))
      refuse('setTopicPattern', `it takes a pattern, not ${describeValue(topicPattern)}`)
    return this.#subscribe('topic pattern', patternSubscriber(pattern))
  }

  /** All have to be there (KAFKA_TOPIC_MISSING). */
  setPartitions(partitions: Iterable<TopicPartition>): this {
    const all = [...partitions]
    const given: readonly unknown[] = all
    const other = given.find((each) => !(each instanceof TopicPartition))
    if (other !== undefined) refuse('setPartitions', `it takes TopicPartitions, and one is ${describeValue(other)}`)
    if (all.length === 0) refuse('setPartitions', 'it needs a partition')
    return this.#subscribe('partitions', partitionsSubscriber(all))
  }

  setKafkaSubscriber(kafkaSubscriber: KafkaSubscriber): this {
    if (!hasMethods(kafkaSubscriber, 'getSubscribedTopicPartitions')) {
      refuse('setKafkaSubscriber', `it takes a KafkaSubscriber, not ${describeValue(kafkaSubscriber)}`)
    }
    return this.#subscribe('custom', kafkaSubscriber)
  }

  /** Where the partitions that are there at first begin: at the oldest record where nothing is said. */
  setStartingOffsets(startingOffsetsInitializer: OffsetsInitializer): this {
    this.#startingOffsets = checkedInitializer('setStartingOffsets', startingOffsetsInitializer)
    return this
  }

  /** Stops at these offsets, which are found when the job starts, and counts as a source without an end all the same. */
  setUnbounded(stoppingOffsetsInitializer: OffsetsInitializer): this {
    this.#stoppingOffsets = checkedInitializer('setUnbounded', stoppingOffsetsInitializer)
    this.#boundedness = Boundedness.CONTINUOUS_UNBOUNDED
    return this
  }

  /** Stops at these offsets, which are found when the job starts. Partitions that come later are not read. */
  setBounded(stoppingOffsetsInitializer: OffsetsInitializer): this {
    this.#stoppingOffsets = checkedInitializer('setBounded', stoppingOffsetsInitializer)
    this.#boundedness = Boundedness.BOUNDED
    return this
  }

  setDeserializer(recordDeserializer: KafkaRecordDeserializationSchema<T>): this {
    checkSchema('KafkaSourceBuilder.setDeserializer', recordDeserializer)
    this.#deserializer = recordDeserializer
    return this
  }

  /** Of the value alone; a record without one is left out. `isEndOfStream` of the schema is not asked: stopping offsets say where the end is. */
  setValueOnlyDeserializer(deserializationSchema: DeserializationSchema<T>): this {
    this.#deserializer = KafkaRecordDeserializationSchema.valueOnly(deserializationSchema)
    return this
  }

  /** How brokers name this source in their logs and quotas; readers put their numbers after it. */
  setClientIdPrefix(prefix: string): this {
    return this.setProperty('client.id.prefix', prefix)
  }

  /** Where this reader stands, for brokers that let those of the same rack read from replicas near them. */
  setRackIdSupplier(rackIdCallback: () => string | undefined): this {
    if (typeof rackIdCallback !== 'function')
      refuse('setRackIdSupplier', `it takes a function, not ${describeValue(rackIdCallback)}`)
    this.#rackIdSupplier = rackIdCallback
    return this
  }

  /** Of Kafka's consumers, or of the connector. What has no effect here is told in the log. */
  setProperty(key: string, value: string): this {
    this.#properties.setProperty(key, value)
    return this
  }

  setProperties(props: PropertiesLike): this {
    this.#properties.putAll(props)
    return this
  }

  /** GRAPH_INVALID where something required is missing, KAFKA_PROPERTY_INVALID for a property that cannot be what it is. */
  build(): KafkaSource<T> {
    const deserializer = this.#deserializer
    const subscription = this.#subscriber
    if (subscription === undefined) {
      refuse('build', 'nothing is said about what to read: call setTopics, setTopicPattern or setPartitions')
    }
    if (deserializer === undefined) {
      refuse('build', 'a deserializer is required: call setDeserializer or setValueOnlyDeserializer')
    }
    const parts: KafkaSourceParts<T> = {
      deserializer,
      subscriber: subscription.subscriber,
      startingOffsets: this.#startingOffsets,
      stoppingOffsets: this.#stoppingOffsets,
      boundedness: this.#boundedness,
      ...checkedSourceProperties(this.#properties, this.#rackIdSupplier?.()),
    }
    return KafkaSource.of(parts)
  }

  #subscribe(what: string, subscriber: KafkaSubscriber): this {
    if (this.#subscriber !== undefined) {
      refuse('build', `cannot use ${what} for consumption because ${this.#subscriber.what} is already set for it`)
    }
    this.#subscriber = { what, subscriber }
    return this
  }
}

function checkedInitializer(call: string, initializer: unknown): OffsetsInitializer {
  if (hasMethods(initializer, 'getPartitionOffsets', 'getAutoOffsetResetStrategy'))
    return initializer as OffsetsInitializer
  return refuse(
    call,
    `it takes an OffsetsInitializer, such as OffsetsInitializer.latest(), not ${describeValue(initializer)}`,
  )
}

function refuse(call: string, reason: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: `KafkaSource.${call}`, reason })
}
