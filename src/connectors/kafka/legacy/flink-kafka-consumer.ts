import { Boundedness } from '../../../api/connector/source/boundedness.js'
import { checkStrategy } from '../../../api/connector/source/source-check.js'
import { WatermarkStrategy } from '../../../api/eventtime/watermark-strategy.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import type { DeserializationSchema } from '../../../api/functions/source/deserialization-schema.js'
import type { SourceProvider } from '../../../api/connector/source/source-provider.js'
import type { TypeInformation } from '../../../api/types/type-information.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { booleanProperty, refuseProperty } from '../properties/property-values.js'
import { propertiesOf, type Properties, type PropertiesLike } from '../properties/properties.js'
import { KafkaDeserializationSchema } from '../source/kafka-deserialization-schema.js'
import { KafkaRecordDeserializationSchema } from '../source/kafka-record-deserialization-schema.js'
import { KafkaSource } from '../source/kafka-source.js'
import type { KafkaSourceParts } from '../source/kafka-source-parts.js'
import { patternSubscriber, topicsSubscriber, type KafkaSubscriber } from '../source/kafka-subscriber.js'
import { OffsetsInitializer, type OffsetResetStrategy } from '../source/offsets-initializer.js'
import {
  checkedSourceProperties,
  COMMIT_OFFSETS_ON_CHECKPOINT,
  ENABLE_AUTO_COMMIT,
  GROUP_ID,
  PARTITION_DISCOVERY_INTERVAL,
} from '../source/source-properties.js'
import type { TopicPartition } from '../topic-partition.js'

type EitherSchema<T> = DeserializationSchema<T> | KafkaDeserializationSchema<T>

const RESETS: Readonly<Record<string, OffsetResetStrategy>> = {
  earliest: 'EARLIEST',
  smallest: 'EARLIEST',
  latest: 'LATEST',
  largest: 'LATEST',
  none: 'NONE',
}
const AUTO_OFFSET_RESET = 'auto.offset.reset'

/**
 * Records of topics of Apache Kafka, by the rules of Flink's earlier consumer: a fresh start begins where the group of `group.id` has
 * committed, and without that where `auto.offset.reset` says (at the end, where it says nothing); a restart goes on from the offsets in the
 * state. Offsets are committed to the broker after checkpoints, or by the clock where there are none (`enable.auto.commit`). Exactly once.
 *
 * What it does {@link KafkaSource} does for it. New partitions are looked for where `flink.partition-discovery.interval-millis` is set.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { FlinkKafkaConsumer, Properties } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const properties = new Properties()
 * properties.setProperty('bootstrap.servers', 'localhost:9092')
 * properties.setProperty('group.id', 'test')
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.addSource(new FlinkKafkaConsumer('topic', new SimpleStringSchema(), properties)).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.13/docs/connectors/datastream/kafka/#kafka-sourcefunction
 */
export class FlinkKafkaConsumer<T> implements SourceProvider<T> {
  /** How often new partitions are looked for, in ms; never where it is not set. */
  static readonly KEY_PARTITION_DISCOVERY_INTERVAL_MILLIS = 'flink.partition-discovery.interval-millis'

  readonly #schema: EitherSchema<T>
  readonly #properties: Properties
  readonly #subscriber: KafkaSubscriber
  #startingOffsets: OffsetsInitializer | undefined
  #commitsOffsetsOnCheckpoints = true
  #strategy: WatermarkStrategy<T> = WatermarkStrategy.noWatermarks()

  /** Of a topic, several, or all whose whole name matches the pattern. GRAPH_INVALID where one of these is something else. */
  constructor(topics: string | readonly string[] | RegExp, valueDeserializer: EitherSchema<T>, props: PropertiesLike) {
    if (!hasMethods(valueDeserializer, 'deserialize')) {
      refuse(
        'its second argument',
        `a schema such as new SimpleStringSchema(), not ${describeValue(valueDeserializer)}`,
      )
    }
    this.#subscriber = subscriberOf(topics)
    this.#schema = valueDeserializer
    this.#properties = propertiesOf(props)
  }

  setStartFromEarliest(): this {
    this.#startingOffsets = OffsetsInitializer.earliest()
    return this
  }

  setStartFromLatest(): this {
    this.#startingOffsets = OffsetsInitializer.latest()
    return this
  }

  /** Where the group has committed: so it is where nothing is said. */
  setStartFromGroupOffsets(): this {
    this.#startingOffsets = undefined
    return this
  }

  /** At the first record that is not older: epoch ms. */
  setStartFromTimestamp(startupOffsetsTimestamp: number): this {
    this.#startingOffsets = OffsetsInitializer.timestamp(startupOffsetsTimestamp)
    return this
  }

  /** Partitions that are not among them begin where the group has committed. */
  setStartFromSpecificOffsets(specificStartupOffsets: ReadonlyMap<TopicPartition, number>): this {
    this.#startingOffsets = OffsetsInitializer.offsets(specificStartupOffsets, this.#resetStrategy())
    return this
  }

  /** True where nothing is said. It decides nothing about the job itself, which goes on from its state. */
  setCommitOffsetsOnCheckpoints(commitOnCheckpoints: boolean): this {
    this.#commitsOffsetsOnCheckpoints = commitOnCheckpoints
    return this
  }

  /** So it is in any case: partitions of the state are read on, also where the topics given do not have them any more. */
  disableFilterRestoredPartitionsWithSubscribedTopics(): this {
    return this
  }

  getEnableCommitOnCheckpoints(): boolean {
    return this.#commitsOffsetsOnCheckpoints
  }

  /** Of each partition on its own. */
  assignTimestampsAndWatermarks(watermarkStrategy: WatermarkStrategy<T>): this {
    checkStrategy(watermarkStrategy)
    this.#strategy = watermarkStrategy
    return this
  }

  getProducedType(): TypeInformation<T> | undefined {
    return this.#schema.getProducedType?.()
  }

  getWatermarkStrategy(): WatermarkStrategy<T> {
    return this.#strategy
  }

  toSource(): KafkaSource<T> {
    const properties = this.#sourceProperties()
    const { settings, ineffective } = checkedSourceProperties(properties, undefined)
    const schema = this.#schema
    const parts: KafkaSourceParts<T> = {
      subscriber: this.#subscriber,
      startingOffsets: this.#startingOffsets ?? OffsetsInitializer.committedOffsets(this.#resetStrategy()),
      stoppingOffsets: undefined,
      boundedness: Boundedness.CONTINUOUS_UNBOUNDED,
      deserializer: this.#deserializer(),
      settings: { ...settings, autoCommitsBesideCheckpoints: false },
      ineffective,
      isEndOfStream:
        schema.isEndOfStream === undefined ? undefined : (record) => schema.isEndOfStream?.(record) === true,
    }
    return KafkaSource.of(parts)
  }

  /** What the class says goes before what stands in the properties; the defaults are those of Kafka's own consumer. */
  #sourceProperties(): Properties {
    const properties = propertiesOf(this.#properties)
    const hasGroup = properties.containsKey(GROUP_ID)
    const discovery = properties.remove(FlinkKafkaConsumer.KEY_PARTITION_DISCOVERY_INTERVAL_MILLIS)
    properties.setProperty(PARTITION_DISCOVERY_INTERVAL, discovery ?? '-1')
    properties.put(COMMIT_OFFSETS_ON_CHECKPOINT, hasGroup && this.#commitsOffsetsOnCheckpoints)
    properties.put(ENABLE_AUTO_COMMIT, hasGroup && booleanProperty(properties, ENABLE_AUTO_COMMIT, true))
    const disablesMetrics = booleanProperty(properties, 'flink.disable-metrics', false)
    properties.remove('flink.disable-metrics')
    if (disablesMetrics) properties.setProperty('register.consumer.metrics', 'false')
    return properties
  }

  #deserializer(): KafkaRecordDeserializationSchema<T> {
    const schema = this.#schema
    return schema instanceof KafkaDeserializationSchema
      ? KafkaRecordDeserializationSchema.of(schema)
      : KafkaRecordDeserializationSchema.valueOnly(schema)
  }

  #resetStrategy(): OffsetResetStrategy {
    const text = this.#properties.getProperty(AUTO_OFFSET_RESET) ?? 'latest'
    const strategy = RESETS[text.trim().toLowerCase()]
    return strategy ?? refuseProperty(AUTO_OFFSET_RESET, text, 'it has to be earliest, latest or none')
  }
}

function subscriberOf(topics: unknown): KafkaSubscriber {
  if (topics instanceof RegExp) return patternSubscriber(topics)
  const names: readonly unknown[] = Array.isArray(topics) ? topics : [topics]
  const texts = names.filter((name): name is string => typeof name === 'string' && name !== '')
  if (texts.length === names.length && texts.length > 0) return topicsSubscriber(texts)
  return refuse('its first argument', `a topic, several of them or a pattern, not ${describeValue(topics)}`)
}

function refuse(argument: string, wanted: string): never {
  throw new FlinkError('GRAPH_INVALID', { operator: 'FlinkKafkaConsumer', reason: `it takes as ${argument} ${wanted}` })
}
