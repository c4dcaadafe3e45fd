/**
 * A topic -> sink, records that are made -> a topic, or a topic -> running count by key -> a topic, exactly once:
 * `--kind source|sink|count --brokers host:port --input topic --output topic --records n --bytes n --guarantee EXACTLY_ONCE`.
 */
import { RichMapFunction, ValueStateDescriptor, WatermarkStrategy } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import {
  DeliveryGuarantee,
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  OffsetsInitializer,
} from 'flink-ts/connectors/kafka'
import { SimpleStringSchema } from 'flink-ts/formats/string'
import { ProgressSink } from './progress-sink.js'
import { ProgressCounter } from './progress.js'

const KEY_LENGTH = 2

/** Notes how far the stream is. */
class ProgressMap extends RichMapFunction<string, string> {
  readonly #records: number
  #progress: ProgressCounter | undefined
  #sum = 0

  constructor(records: number) {
    super()
    this.#records = records
  }

  override open(): void {
    this.#progress = new ProgressCounter(this.#records / this.getRuntimeContext().getNumberOfParallelSubtasks())
  }

  map(value: string): string {
    this.#sum += value.length
    this.#progress?.add()
    return value
  }

  override close(): void {
    this.getRuntimeContext()
      .getStandardOutput()
      .write(this.#progress?.line(this.#sum) ?? '')
  }
}

class CountMap extends ProgressMap {
  #count: ValueState<number> | undefined

  override open(): void {
    super.open()
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  override map(value: string): string {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    return super.map(value) + String(count)
  }
}

/** Differs in its first characters. */
function valueOf(id: number, bytes: number): string {
  return String(id).padEnd(bytes, 'abcdefghijklmnopqrstuvwxyz')
}

export default function kafkaJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const kind = params.getRequired('kind')
  const records = params.getInt('records')
  const brokers = params.getRequired('brokers')
  if (kind === 'sink') {
    const bytes = params.getInt('bytes')
    const made = env.fromSequence(1, records).map((id) => valueOf(id, bytes))
    made.map(new ProgressMap(records)).sinkTo(sinkTo(brokers, params))
    return
  }
  const source = KafkaSource.builder<string>()
    .setBootstrapServers(brokers)
    .setTopics(params.getRequired('input'))
    .setGroupId(params.getRequired('output'))
    .setStartingOffsets(OffsetsInitializer.earliest())
    .setBounded(OffsetsInitializer.latest())
    .setProperty('isolation.level', 'read_committed')
    .setValueOnlyDeserializer(new SimpleStringSchema())
    .build()
  const values = env.fromSource(source, WatermarkStrategy.noWatermarks<string>(), 'topic')
  if (kind === 'source') values.addSink(new ProgressSink<string>(records, (value) => value.length))
  else
    values
      .keyBy((value) => value.slice(0, KEY_LENGTH))
      .map(new CountMap(records))
      .sinkTo(sinkTo(brokers, params))
}

function sinkTo(brokers: string, params: ParameterTool): KafkaSink<string> {
  const output = params.getRequired('output')
  const guarantee =
    params.getRequired('guarantee') === 'EXACTLY_ONCE'
      ? DeliveryGuarantee.EXACTLY_ONCE
      : DeliveryGuarantee.AT_LEAST_ONCE
  return KafkaSink.builder<string>()
    .setBootstrapServers(brokers)
    .setDeliveryGuarantee(guarantee)
    .setTransactionalIdPrefix(output)
    .setProperty('transaction.timeout.ms', '600000')
    .setRecordSerializer(
      KafkaRecordSerializationSchema.builder<string>()
        .setTopic(output)
        .setValueSerializationSchema(new SimpleStringSchema())
        .build(),
    )
    .build()
}
