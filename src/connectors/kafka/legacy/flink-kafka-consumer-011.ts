import { FlinkKafkaConsumer } from './flink-kafka-consumer.js'

/**
 * {@link FlinkKafkaConsumer} under the name that it had for brokers of Kafka 0.11.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment } from 'flink-ts'
 * import { FlinkKafkaConsumer011 } from 'flink-ts/connectors/kafka'
 * import { SimpleStringSchema } from 'flink-ts/formats/string'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const properties = { 'bootstrap.servers': 'localhost:9092', 'group.id': 'test', 'auto.offset.reset': 'earliest' }
 * env.addSource(new FlinkKafkaConsumer011('topic', new SimpleStringSchema(), properties)).setParallelism(3).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.10/dev/connectors/kafka.html#kafka-consumer
 */
export class FlinkKafkaConsumer011<T> extends FlinkKafkaConsumer<T> {}
