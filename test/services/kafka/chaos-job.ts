/**
 * The job that is killed in rounds from Kafka: a topic in, with transactions that were aborted between the others, state by key, windows by
 * the time that the records have in Kafka, and a topic or files out. What it is to write is told by a loop over the records.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import type { Workspace } from '../../e2e/command-line.js'
import { sortedLines } from '../../e2e/chaos/chaos-job.js'
import type { ChaosSubject } from '../../e2e/chaos/chaos-subject.js'
import { BROKER, kafkaJava, newTopic, produceLine, witnessed } from './kafka-server.js'

export type KafkaChaosSink = 'kafka' | 'file'

export const INPUT_PARTITIONS = 4
export const OUTPUT_PARTITIONS = 3
const SENSORS = 32
const STEP_MS = 10
const WINDOW_MS = 10_000
/** One of so many transactions of the input is aborted. */
const ABORTED_OF = 4
const MOST_ATTEMPTS = 3
/** Node has zstd from 22.15 on. */
const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', ...('zstdDecompress' in zlib ? ['zstd'] : [])]

const JOB = `
import {
  KeyedProcessFunction, MapStateDescriptor, RichSinkFunction, Time, TumblingEventTimeWindows, Types, WatermarkStrategy,
} from 'flink-ts'
import { FileSink, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
import { DeliveryGuarantee, KafkaRecordSerializationSchema, KafkaSink, KafkaSource, OffsetsInitializer } from 'flink-ts/connectors/kafka'
import { SimpleStringSchema } from 'flink-ts/formats/string'

/** Tells each record with how often it came. */
class Seen extends KeyedProcessFunction {
  open () { this.seen = this.getRuntimeContext().getMapState(new MapStateDescriptor('seen', Types.LONG, Types.LONG)) }
  processElement (reading, ctx, out) {
    const times = (this.seen.get(reading.id) ?? 0) + 1
    this.seen.put(reading.id, times)
    out.collect({ ...reading, times })
  }
}

/** Every fourth record takes so long: what is upstream is full. */
class SlowSink extends RichSinkFunction {
  constructor (slowMs) { super(); this.slowMs = slowMs; this.count = 0 }
  invoke () {
    this.count += 1
    if (this.slowMs > 0 && this.count % 4 === 0) return new Promise((resolve) => setTimeout(resolve, this.slowMs))
  }
}

const SUMS = {
  createAccumulator: () => [0, 0],
  add: ({ value }, [count, sum]) => [count + 1, sum + value],
  getResult: (sum) => sum,
  merge: (one, other) => [one[0] + other[0], one[1] + other[1]],
}

function sinkOf (params) {
  if (params.get('sink') === 'file') return FileSink.forRowFormat(params.get('output'), new SimpleStringEncoder()).build()
  const serializer = KafkaRecordSerializationSchema.builder().setTopic(params.get('output')).setValueSerializationSchema(new SimpleStringSchema()).build()
  return KafkaSink.builder()
    .setBootstrapServers(params.get('brokers'))
    .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
    .setTransactionalIdPrefix(params.get('prefix'))
    .setProperty('transaction.timeout.ms', '600000')
    .setProperty('request.timeout.ms', params.get('timeout'))
    .setRecordSerializer(serializer)
    .build()
}

export default function (env, params) {
  env.setMaxParallelism(16)
  const source = KafkaSource.builder()
    .setBootstrapServers(params.get('brokers'))
    .setTopics(params.get('input'))
    .setGroupId(params.get('prefix'))
    .setStartingOffsets(OffsetsInitializer.earliest())
    .setBounded(OffsetsInitializer.latest())
    .setProperty('isolation.level', 'read_committed')
    .setProperty('request.timeout.ms', params.get('timeout'))
    .setValueOnlyDeserializer(new SimpleStringSchema())
    .build()
  const seen = env.fromSource(source, WatermarkStrategy.forMonotonousTimestamps(), 'readings').uid('readings')
    .map((line) => { const [id, sensor, value] = line.split(','); return { id: Number(id), sensor, value: Number(value) } }).uid('parsed')
    .keyBy(({ sensor }) => sensor).process(new Seen()).uid('seen')
  seen.addSink(new SlowSink(params.getInt('slow'))).uid('slow')
  const sums = seen.keyBy(({ sensor }) => sensor)
    .window(TumblingEventTimeWindows.of(Time.milliseconds(${String(WINDOW_MS)})))
    .aggregate(SUMS, (sensor, window, [[count, sum]], out) => {
      out.collect('window ' + sensor + ' ' + window.getStart() + ' ' + count + ' ' + sum)
    }).uid('sums')
  seen.map(({ id, times }) => 'reading ' + id + ' ' + times).uid('lines').union(sums).sinkTo(sinkOf(params)).uid('output')
}
`

interface Reading {
  readonly id: number
  readonly sensor: string
  readonly at: number
  readonly value: number
  readonly partition: number
}

function readingsOf(records: number, random: SeededRandom): Reading[] {
  return Array.from({ length: records }, (_, id) => ({
    id,
    sensor: `s${String(random.nextInt(SENSORS))}`,
    at: 1 + id * STEP_MS,
    value: random.nextInt(1000),
    partition: random.nextInt(INPUT_PARTITIONS),
  }))
}

function expectedOf(readings: readonly Reading[]): Buffer {
  const windows = new Map<string, [count: number, sum: number]>()
  for (const { sensor, at, value } of readings) {
    const key = `${sensor} ${String(at - (at % WINDOW_MS))}`
    const [count, sum] = windows.get(key) ?? [0, 0]
    windows.set(key, [count + 1, sum + value])
  }
  const lines = [
    ...readings.map(({ id }) => `reading ${String(id)} 1`),
    ...[...windows].map(([key, [count, sum]]) => `window ${key} ${String(count)} ${String(sum)}`),
  ]
  return bufferOf(lines)
}

function bufferOf(lines: readonly string[]): Buffer {
  return Buffer.from(
    [...lines]
      .sort()
      .map((line) => `${line}\n`)
      .join(''),
  )
}

/** As a producer with transactions sends them: each record once in one that is committed, and some in an aborted one before. */
function transactionsOf(readings: readonly Reading[], random: SeededRandom): string {
  const lines: string[] = []
  for (let at = 0; at < readings.length;) {
    const end = at + 1 + random.nextInt(200)
    const sent = readings
      .slice(at, end)
      .map(({ id, sensor, at: timestamp, value, partition }) =>
        produceLine({ partition, timestamp, key: sensor, value: `${String(id)},${sensor},${String(value)}` }),
      )
    if (random.nextInt(ABORTED_OF) === 0) lines.push('B\n', ...sent, 'A\n')
    lines.push('B\n', ...sent, 'C\n')
    at = end
  }
  return lines.join('')
}

export interface KafkaChaosInput {
  readonly topic: string
  readonly expected: Buffer
  readonly compression: string
}

export async function kafkaChaosInput(records: number, seed: number): Promise<KafkaChaosInput> {
  const random = new SeededRandom(seed)
  const readings = readingsOf(records, random)
  const compression = COMPRESSIONS[random.nextInt(COMPRESSIONS.length)] ?? 'none'
  const lines = transactionsOf(readings, random)
  return { topic: await producedTopic(compression, lines), expected: expectedOf(readings), compression }
}

/** Now and then the broker refuses what Kafka's own producer begins right after an aborted transaction; then another topic has to do. */
async function producedTopic(compression: string, lines: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const topic = await newTopic('readings', INPUT_PARTITIONS)
    try {
      await kafkaJava(['Produce.java', BROKER, topic, compression, `input-${topic}`], lines)
      return topic
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !String(error).includes('InvalidTxnStateException')) throw error
    }
  }
}

export interface KafkaChaosTerms {
  readonly input: KafkaChaosInput
  readonly sink: KafkaChaosSink
  /** Where the job finds the brokers. */
  readonly brokers: string
  /** How long it waits for an answer. */
  readonly timeoutMs: number
}

/** One job, whose output topic is its own. */
export class KafkaChaosJob implements ChaosSubject {
  readonly description: string
  readonly topic: string
  readonly #terms: KafkaChaosTerms

  private constructor(terms: KafkaChaosTerms, topic: string) {
    this.#terms = terms
    this.topic = topic
    this.description = `${terms.input.compression} to ${terms.sink}`
  }

  static async create(terms: KafkaChaosTerms): Promise<KafkaChaosJob> {
    return new KafkaChaosJob(terms, await newTopic('results', OUTPUT_PARTITIONS))
  }

  prepare(workspace: Workspace): readonly string[] {
    const { input, sink, brokers, timeoutMs } = this.#terms
    const given = {
      brokers,
      input: input.topic,
      output: sink === 'file' ? filesOf(workspace) : this.topic,
      sink,
      prefix: this.topic,
      timeout: String(timeoutMs),
    }
    return [workspace.file('job.mjs', JOB), ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value])]
  }

  /** What counts is asked for afterwards: Kafka's own client reads it. */
  output(): Buffer {
    return Buffer.alloc(0)
  }

  async written(workspace: Workspace): Promise<Buffer> {
    if (this.#terms.sink === 'file') return sortedLines(partsBelow(filesOf(workspace)))
    return bufferOf((await witnessed(this.topic)).map(({ value }) => value))
  }

  /** Of each run the number of the newest checkpoint that is complete: what it prepared is committed next. */
  committed({ path: directory }: Workspace): number {
    const names = namesBelow(path.join(directory, 'checkpoints'))
    const newest = new Map<string, number>()
    for (const name of names) {
      const [, job = '', id] = /^([0-9a-f]{32})\/chk-(\d+)\/_metadata$/.exec(name) ?? []
      if (id !== undefined) newest.set(job, Math.max(newest.get(job) ?? 0, Number(id)))
    }
    return [...newest.values()].reduce((sum, id) => sum + id, 0)
  }

  leftOver(): number {
    return 0
  }
}

function filesOf({ path: directory }: Workspace): string {
  return path.join(directory, 'output')
}

/** Files of which some may go away meanwhile. */
function namesBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}

function partsBelow(directory: string): string[] {
  return namesBelow(directory)
    .filter((name) => /(?:^|\/)part-[^/]*$/.test(name))
    .map((name) => path.join(directory, name))
}
