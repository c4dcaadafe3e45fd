import type { ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import { FlinkKafkaConsumer011, Properties } from 'flink-ts/connectors/kafka'
import { SimpleStringSchema } from 'flink-ts/formats/string'

/** The Kafka consumer of the course notes, which keeps its offsets: `--topic <topic> --bootstrap.servers <host>:<port>`. */
export function KafkaOffsets(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env.enableCheckpointing(params.getInt('checkpoint', 1000))

  const topic = params.get('topic', 'nxtest')
  const consumerProperties = new Properties()

  consumerProperties.setProperty('bootstrap.servers', params.get('bootstrap.servers', 'localhost:9092'))
  consumerProperties.setProperty('group.id', params.get('group.id', 'testConsumer'))
  consumerProperties.setProperty('auto.offset.reset', 'earliest')

  const myConsumer = new FlinkKafkaConsumer011<string>(topic, new SimpleStringSchema(), consumerProperties)
  // whether offsets are committed to the topic that Kafka has for them; true is the default
  myConsumer.setCommitOffsetsOnCheckpoints(true)

  const data = env.addSource(myConsumer).setParallelism(3)

  data.print()
}
