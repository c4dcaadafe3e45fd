import type { Sink } from '../../../api/connector/sink2/sink.js'
import type { SinkProvider } from '../../../api/connector/sink2/sink-provider.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { DeliveryGuarantee } from '../../base/delivery-guarantee.js'
import { checkedPart, checkedText, refuseArgument } from '../kafka-arguments.js'
import { propertiesOf, type Properties, type PropertiesLike } from '../properties/properties.js'
import { FlinkFixedPartitioner, type KafkaPartitioner } from '../sink/kafka-partitioner.js'
import { KafkaSink } from '../sink/kafka-sink.js'
import { sinkProperties } from '../sink/producer-properties.js'
import { isKeyedSchema, recordSerializationOf, type LegacySchema } from './producer-schemas.js'

/** What a {@link FlinkKafkaProducer} promises. */
export type Semantic = 'EXACTLY_ONCE' | 'AT_LEAST_ONCE' | 'NONE'

const SEMANTICS: Readonly<Record<Semantic, DeliveryGuarantee>> = {
  EXACTLY_ONCE: DeliveryGuarantee.EXACTLY_ONCE,
  AT_LEAST_ONCE: DeliveryGuarantee.AT_LEAST_ONCE,
  NONE: DeliveryGuarantee.NONE,
}

type Partitioner<T> = KafkaPartitioner<T> | null | undefined

/** Java's constructors. */
type ProducerArguments<T> =
  | readonly [brokerList: string, topicId: string, schema: LegacySchema<T>]
  | readonly [topicId: string, schema: LegacySchema<T>, properties: PropertiesLike]
  | readonly [
      topicId: string,
      schema: LegacySchema<T>,
      properties: PropertiesLike,
      semantic: Semantic,
      kafkaProducersPoolSize?: number,
    ]
  | readonly [
      topicId: string,
      schema: LegacySchema<T>,
      properties: PropertiesLike,
      partitioner: Partitioner<T>,
      semantic?: Semantic,
      kafkaProducersPoolSize?: number,
    ]

const CALL = 'new FlinkKafkaProducer'

/**
 * Records to a topic of Kafka, as Flink's earlier producer gives them: `new FlinkKafkaProducer(topic, schema, properties)`, perhaps with a
 * partitioner and a `FlinkKafkaProducer.Semantic`, which is AT_LEAST_ONCE where it is left out. What it does {@link KafkaSink} does for it, so a
 * snapshot of one can be gone on from with it alone.
 *
 * Without a partitioner all records of a subtask go to one partition (FlinkFixedPartitioner); with `null` in its place, by their keys, as
 * with a KafkaSerializationSchema, which makes the whole record. The names of transactions are its own unless `setTransactionalIdPrefix`
 * says otherwise; the number of producers of a pool has no effect.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { FlinkKafkaProducer, Properties } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const properties = new Properties()
 * properties.setProperty('bootstrap.servers', 'localhost:9092')
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const producer = new FlinkKafkaProducer<string>('words', new SimpleStringSchema(), properties)
 * env.fromElements('to', 'be').addSink(producer)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.13/docs/connectors/datastream/kafka/#kafka-producer
 */
export class FlinkKafkaProducer<T> implements SinkProvider<T> {
  static readonly Semantic = {
    EXACTLY_ONCE: 'EXACTLY_ONCE',
    AT_LEAST_ONCE: 'AT_LEAST_ONCE',
    NONE: 'NONE',
  } as const
  static readonly DEFAULT_KAFKA_PRODUCERS_POOL_SIZE = 5

  readonly #topic: string
  readonly #schema: LegacySchema<T>
  readonly #properties: Properties
  readonly #partitioner: KafkaPartitioner<T> | undefined
  readonly #semantic: Semantic
  #makesRecords: boolean
  #writesTimestamps = false
  #prefix: string | undefined
  #ignoresLost = false

  /** GRAPH_INVALID where an argument is something else. */
  constructor(...given: ProducerArguments<T>) {
    const { topic, schema, properties, partitioner, semantic } = argumentsOf(given)
    this.#topic = checkedText(CALL, 'the topic', topic)
    const method = isKeyedSchema(schema) ? 'serializeValue' : 'serialize'
    this.#schema = checkedPart(CALL, 'a schema such as new SimpleStringSchema()', schema, method)
    this.#properties = propertiesOf(properties)
    if (!this.#properties.containsKey('bootstrap.servers')) refuseArgument(CALL, 'bootstrap.servers is not set')
    if (!Object.hasOwn(SEMANTICS, semantic)) refuseArgument(CALL, `there is no semantic ${describeValue(semantic)}`)
    this.#semantic = semantic
    // With a semantic in the place of the partitioner it is the constructor for schemas that make whole records.
    this.#makesRecords = partitioner === 'of-the-schema' && !isKeyedSchema(schema)
    this.#partitioner = partitionerOf(partitioner)
  }

  /** Records get the time of the stream; without it, that of writing. */
  setWriteTimestampToKafka(writeTimestampToKafka: boolean): void {
    this.#writesTimestamps = writeTimestampToKafka
  }

  /** What the names of transactions begin with: of this producer alone among all that write to the cluster. */
  setTransactionalIdPrefix(transactionalIdPrefix: string): void {
    this.#prefix = checkedText('FlinkKafkaProducer.setTransactionalIdPrefix', 'the prefix', transactionalIdPrefix)
  }

  /** The job goes on where Kafka has aborted a transaction of the restored checkpoint; its records are lost, which is logged. */
  ignoreFailuresAfterTransactionTimeout(): this {
    this.#ignoresLost = true
    return this
  }

  /** Only false is taken: where a failure is only logged, records are lost. GRAPH_INVALID for true. */
  setLogFailuresOnly(logFailuresOnly: boolean): void {
    if (!logFailuresOnly) return
    const reason =
      'records that could not be written would be lost; with Semantic.NONE checkpoints do not wait for them'
    refuseArgument('FlinkKafkaProducer.setLogFailuresOnly', reason)
  }

  toSink(): Sink<T> {
    const properties = propertiesOf(this.#properties)
    if (this.#ignoresLost) properties.setProperty('flink.on-lost-transaction', 'ignore')
    const guarantee = SEMANTICS[this.#semantic]
    return new KafkaSink<T>({
      ...sinkProperties(properties, guarantee),
      serializer: recordSerializationOf({
        ...{ topic: this.#topic, schema: this.#schema, partitioner: this.#partitioner },
        ...{ makesRecords: this.#makesRecords, writesTimestamps: this.#writesTimestamps },
      }),
      guarantee,
      transactionalIdPrefix: this.#prefix,
    })
  }
}

interface CheckedArguments<T> {
  readonly topic: string
  readonly schema: LegacySchema<T>
  readonly properties: PropertiesLike
  readonly partitioner: Partitioner<T> | 'of-the-schema'
  readonly semantic: Semantic
}

function argumentsOf<T>(given: ProducerArguments<T>): CheckedArguments<T> {
  if (typeof given[1] === 'string') {
    const [brokerList, topic, schema] = given as readonly [string, string, LegacySchema<T>]
    const properties = { 'bootstrap.servers': brokerList }
    return { topic, schema, properties, partitioner: undefined, semantic: 'AT_LEAST_ONCE' }
  }
  const [topic, schema, properties, fourth, fifth] = given as readonly [
    string,
    LegacySchema<T>,
    PropertiesLike,
    (Partitioner<T> | Semantic)?,
    (Semantic | number)?,
  ]
  if (typeof fourth === 'string') return { topic, schema, properties, partitioner: 'of-the-schema', semantic: fourth }
  const semantic = typeof fifth === 'string' ? fifth : 'AT_LEAST_ONCE'
  return { topic, schema, properties, partitioner: fourth, semantic }
}

function partitionerOf<T>(given: Partitioner<T> | 'of-the-schema'): KafkaPartitioner<T> | undefined {
  if (given === undefined) return new FlinkFixedPartitioner<T>()
  if (given === null || given === 'of-the-schema') return undefined
  return checkedPart(CALL, 'a FlinkKafkaPartitioner', given, 'partition')
}
