import { DeliveryGuarantee } from '../../base/delivery-guarantee.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { checkedPart, checkedText, refuseArgument } from '../kafka-arguments.js'
import { Properties, type PropertiesLike } from '../properties/properties.js'
import type { KafkaSinkParts } from './kafka-sink-parts.js'
import { TransactionNamingStrategy } from './transaction-naming-strategy.js'
import { sinkProperties } from './producer-properties.js'
import type { RecordSerialization } from './record-serialization.js'

/** Kafka takes transactional ids of 64 KB; the rest is for the numbers. */
const MOST_PREFIX_BYTES = 64_000
const NO_POOLING =
  'POOLING gives a name to one transaction after the other; here each has its own, so that a commit after a crash can mean this one only. Leave it out (INCREMENTING), and have transactional.id.expiration.ms of the brokers shortened where their names are too many'
const GUARANTEES: readonly unknown[] = Object.values(DeliveryGuarantee)

/**
 * Makes a {@link KafkaSink}. Each method gives GRAPH_INVALID where its argument is something else, and `build` KAFKA_PROPERTY_INVALID where a
 * property says what cannot be.
 *
 * @example
 * ```ts
 * import { KafkaSink } from 'flink-ts/connectors/kafka'
 *
 * const builder = KafkaSink.builder<string>().setBootstrapServers('localhost:9092').setProperty('compression.type', 'gzip')
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/kafka/sink/KafkaSinkBuilder.html
 */
export class KafkaSinkBuilder<IN, SinkT> {
  readonly #make: (parts: KafkaSinkParts<IN>) => SinkT
  readonly #properties = new Properties()
  #guarantee: DeliveryGuarantee = DeliveryGuarantee.NONE
  #prefix: string | undefined
  #serializer: RecordSerialization<IN> | undefined

  /** For {@link KafkaSink}. */
  constructor(make: (parts: object) => SinkT) {
    this.#make = make
  }

  /** NONE where it is left out, as in Flink. */
  setDeliveryGuarantee(guarantee: DeliveryGuarantee): this {
    if (!GUARANTEES.includes(guarantee)) {
      const known = 'it takes DeliveryGuarantee.EXACTLY_ONCE, AT_LEAST_ONCE or NONE'
      refuseArgument(call('setDeliveryGuarantee'), `${known}, and was given ${describeValue(guarantee)}`)
    }
    this.#guarantee = guarantee
    return this
  }

  /** `setDeliveryGuarantee`, by the name that it had before. */
  setDeliverGuarantee(guarantee: DeliveryGuarantee): this {
    return this.setDeliveryGuarantee(guarantee)
  }

  /** Host and port of some brokers of the cluster, as `one:9092,two:9092`. */
  setBootstrapServers(bootstrapServers: string): this {
    return this.setProperty(
      'bootstrap.servers',
      checkedText(call('setBootstrapServers'), 'the list of brokers', bootstrapServers),
    )
  }

  /** A schema of `KafkaRecordSerializationSchema.builder()`, or one of your own. */
  setRecordSerializer(serializer: RecordSerialization<IN> | RecordSerialization<IN>['serialize']): this {
    const given = typeof serializer === 'function' ? { serialize: serializer } : serializer
    this.#serializer = checkedPart(call('setRecordSerializer'), 'a KafkaRecordSerializationSchema', given, 'serialize')
    return this
  }

  /**
   * What the names of transactions begin with. With EXACTLY_ONCE there has to be one, of this sink alone among all that write to the
   * cluster, and the same in every run: by it a run finds what the one before left open.
   */
  setTransactionalIdPrefix(prefix: string): this {
    const method = call('setTransactionalIdPrefix')
    this.#prefix = checkedText(method, 'the prefix', prefix)
    if (Buffer.byteLength(prefix) > MOST_PREFIX_BYTES) {
      refuseArgument(method, `the prefix has more than ${String(MOST_PREFIX_BYTES)} bytes`)
    }
    return this
  }

  /** Only INCREMENTING is taken, which is what it does: GRAPH_INVALID for POOLING. */
  setTransactionNamingStrategy(strategy: TransactionNamingStrategy): this {
    const method = call('setTransactionNamingStrategy')
    if (strategy === TransactionNamingStrategy.POOLING) refuseArgument(method, NO_POOLING)
    if (strategy !== TransactionNamingStrategy.INCREMENTING) {
      refuseArgument(
        method,
        `it takes TransactionNamingStrategy.INCREMENTING, and was given ${describeValue(strategy)}`,
      )
    }
    return this
  }

  /** Properties of Kafka's producers, over those that were set before. */
  setKafkaProducerConfig(properties: PropertiesLike): this {
    this.#properties.putAll(properties)
    return this
  }

  setProperty(key: string, value: string): this {
    this.#properties.put(key, value)
    return this
  }

  /** GRAPH_INVALID without brokers or serializer, and without a prefix where it needs one. */
  build(): SinkT {
    const serializer = this.#serializer
    if (serializer === undefined)
      return refuseArgument(call('build'), 'no serializer was set: setRecordSerializer(...)')
    if (!this.#properties.containsKey('bootstrap.servers')) {
      return refuseArgument(call('build'), 'no brokers were set: setBootstrapServers(...)')
    }
    if (this.#guarantee === DeliveryGuarantee.EXACTLY_ONCE && this.#prefix === undefined) {
      const reason = 'with EXACTLY_ONCE the transactions need names of their own: setTransactionalIdPrefix(...)'
      return refuseArgument(call('build'), reason)
    }
    return this.#make({
      ...sinkProperties(this.#properties, this.#guarantee),
      serializer,
      guarantee: this.#guarantee,
      transactionalIdPrefix: this.#prefix,
    })
  }
}

function call(method: string): string {
  return `KafkaSink.builder().${method}`
}
