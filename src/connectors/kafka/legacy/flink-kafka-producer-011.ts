import { FlinkKafkaProducer } from './flink-kafka-producer.js'

/**
 * {@link FlinkKafkaProducer} under the name that it had for brokers of Kafka 0.11.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { FlinkKafkaProducer011 } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const producer = new FlinkKafkaProducer011<string>('localhost:9092', 'words', new SimpleStringSchema())
 * env.fromElements('to', 'be').addSink(producer)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.10/dev/connectors/kafka.html#kafka-producer
 */
export class FlinkKafkaProducer011<T> extends FlinkKafkaProducer<T> {}
