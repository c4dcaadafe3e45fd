/** A job from a topic to a topic, as a user would write it, and the ways in which suites run it. */
import type { RunningCommand, Workspace } from '../../e2e/command-line.js'
import { BROKER } from './kafka-server.js'

const JOB = `
import { RichSinkFunction, WatermarkStrategy } from 'flink-ts'
import { DeliveryGuarantee, KafkaRecordSerializationSchema, KafkaSink, KafkaSource, OffsetResetStrategy, OffsetsInitializer } from 'flink-ts/connectors/kafka'
import { SimpleStringSchema } from 'flink-ts/formats/string'

const STARTS = {
  earliest: () => OffsetsInitializer.earliest(),
  latest: () => OffsetsInitializer.latest(),
  committed: () => OffsetsInitializer.committedOffsets(),
  'committed-or-earliest': () => OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST),
}

class SlowSink extends RichSinkFunction {
  constructor (slowMs) { super(); this.slowMs = slowMs }
  invoke () { return new Promise((resolve) => setTimeout(resolve, this.slowMs)) }
}

export default function (env, params) {
  const properties = JSON.parse(params.get('properties'))
  const source = KafkaSource.builder()
    .setBootstrapServers(params.get('brokers'))
    .setTopics(...params.get('input').split(','))
    .setGroupId(params.get('group'))
    .setStartingOffsets(STARTS[params.get('start')]())
    .setProperties({ 'partition.discovery.interval.ms': '500', ...properties })
    .setValueOnlyDeserializer(new SimpleStringSchema())
  if (params.get('bounded') === 'true') source.setBounded(OffsetsInitializer.latest())
  const serializer = KafkaRecordSerializationSchema.builder().setTopic(params.get('output')).setValueSerializationSchema(new SimpleStringSchema()).build()
  const guarantee = DeliveryGuarantee[params.get('guarantee')]
  const sink = KafkaSink.builder()
    .setBootstrapServers(params.get('brokers'))
    .setDeliveryGuarantee(guarantee)
    .setRecordSerializer(serializer)
  for (const [key, value] of Object.entries({ 'transaction.timeout.ms': '600000', ...properties })) sink.setProperty(key, value)
  if (guarantee === DeliveryGuarantee.EXACTLY_ONCE) sink.setTransactionalIdPrefix(params.get('group'))
  const values = env.fromSource(source.build(), WatermarkStrategy.noWatermarks(), 'input').uid('input')
  if (params.getInt('slow') > 0) values.addSink(new SlowSink(params.getInt('slow'))).uid('slow')
  values.sinkTo(sink.build()).uid('output')
}
`

export interface CopyTerms {
  readonly input: string
  readonly output: string
  /** Also what the sink's transactional ids begin with. */
  readonly group: string
  readonly brokers?: string
  readonly start?: 'earliest' | 'latest' | 'committed' | 'committed-or-earliest'
  /** Ends where the topics ended when it began. */
  readonly isBounded?: boolean
  readonly guarantee?: 'NONE' | 'AT_LEAST_ONCE' | 'EXACTLY_ONCE'
  readonly slowMs?: number
  /** Of both clients. */
  readonly properties?: Readonly<Record<string, string>>
  /** Of `run`. */
  readonly options?: readonly string[]
}

export function startCopy(workspace: Workspace, terms: CopyTerms): RunningCommand {
  const { input, output, group, brokers = BROKER, start = 'earliest', isBounded = true, slowMs = 0 } = terms
  const { guarantee = 'EXACTLY_ONCE', properties = {}, options = [] } = terms
  const given = {
    input,
    output,
    group,
    brokers,
    start,
    bounded: String(isBounded),
    guarantee,
    slow: String(slowMs),
    properties: JSON.stringify(properties),
  }
  const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value])
  return workspace.start('run', '-p', '2', ...options, workspace.file('copy.mjs', JOB), ...args)
}

export const CHECKPOINTED = {
  'execution.checkpointing.interval': '200 ms',
  'execution.checkpointing.dir': 'checkpoints',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
} as const
