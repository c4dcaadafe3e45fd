/**
 * The job that is killed in rounds from file to file: files of CSV or JSON lines, some of them packed, state by key, windows by event time,
 * and a sink of files. What it is to write is told by a loop over the records, too.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import type { Workspace } from '../command-line.js'
import { sortedLines } from './chaos-job.js'
import { oneOf, type KillMoment } from './chaos-plan.js'
import type { ChaosSubject } from './chaos-subject.js'

export const FILE_MOMENTS: readonly KillMoment[] = [
  'between',
  'within',
  'within',
  'committing',
  'committing',
  'committing',
  'early',
  'saving',
  'stopping',
  'stopped',
]

const FORMATS = ['csv', 'json'] as const
const SINKS = ['file', 'compacting', 'streaming', 'bucketing'] as const
const ROLLINGS = ['size', 'checkpoint'] as const

/** How the job reads and writes. */
export interface FileChaos {
  readonly format: (typeof FORMATS)[number]
  readonly sink: (typeof SINKS)[number]
  readonly rolling: (typeof ROLLINGS)[number]
}

const FILES = 40
const SENSORS = 32
const STEP_MS = 10
/** A window reaches over several files, and takes several runs. */
const WINDOW_MS = 30_000
const OUT_OF_ORDER_MS = 2_000
const DATA_SEED = 18

const FILE_JOB = `
import {
  Duration, KeyedProcessFunction, MapStateDescriptor, RichSinkFunction, Time, TumblingEventTimeWindows, Types, WatermarkStrategy,
} from 'flink-ts'
import {
  BucketingSink, ConcatFileCompactor, DefaultRollingPolicy, FileCompactStrategy, FileSink, FileSource, OnCheckpointRollingPolicy,
  SimpleStringEncoder, StreamingFileSink,
} from 'flink-ts/connectors/filesystem'
import { CsvReaderFormat, CsvSchema } from 'flink-ts/formats/csv'
import { JsonReaderFormat } from 'flink-ts/formats/json'

const SNAPSHOT_MS = 50
const READING = { id: Types.LONG, sensor: Types.STRING, at: Types.LONG, value: Types.LONG }

/** Tells each record with how often it came. */
class Seen extends KeyedProcessFunction {
  open () { this.seen = this.getRuntimeContext().getMapState(new MapStateDescriptor('seen', Types.LONG, Types.LONG)) }
  processElement (reading, ctx, out) {
    const times = (this.seen.get(reading.id) ?? 0) + 1
    this.seen.put(reading.id, times)
    out.collect({ ...reading, times })
  }
}

/**
 * Every fourth record takes so long: what is upstream is full. A checkpoint waits for it when the sink of files has taken its part long since:
 * what that committed then would be written again.
 */
class SlowSink extends RichSinkFunction {
  constructor (slowMs) { super(); this.slowMs = slowMs; this.count = 0 }
  initializeState () {}
  snapshotState () { if (this.slowMs > 0) return new Promise((resolve) => setTimeout(resolve, SNAPSHOT_MS)) }
  invoke () {
    this.count += 1
    if (this.slowMs > 0 && this.count % 4 === 0) return new Promise((resolve) => setTimeout(resolve, this.slowMs))
  }
}

const bucketOf = (line) => line.startsWith('window') ? 'windows' : 'readings/' + line.charCodeAt(line.length - 3) % 3
const PART_BYTES = 8 * 1024
const ROLLOVER_MS = 300

function policyOf (rolling) {
  if (rolling === 'checkpoint') return OnCheckpointRollingPolicy.build()
  return DefaultRollingPolicy.builder().withMaxPartSize(PART_BYTES).withRolloverInterval(ROLLOVER_MS).build()
}

function writeTo (lines, { output, sink, rolling }) {
  if (sink === 'bucketing') {
    return lines.addSink(new BucketingSink(output)
      .setBucketer({ getBucketPath: (clock, basePath, line) => basePath + '/' + bucketOf(line) })
      .setBatchSize(rolling === 'size' ? PART_BYTES : 100 * PART_BYTES)
      .setBatchRolloverInterval(ROLLOVER_MS).setInactiveBucketCheckInterval(50))
  }
  const builder = (sink === 'streaming' ? StreamingFileSink : FileSink).forRowFormat(output, new SimpleStringEncoder())
    .withBucketAssigner({ getBucketId: bucketOf }).withRollingPolicy(policyOf(rolling)).withBucketCheckInterval(50)
  if (sink === 'streaming') return lines.addSink(builder.build())
  if (sink === 'compacting') {
    const strategy = FileCompactStrategy.Builder.newBuilder().enableCompactionOnCheckpoint(3).setSizeThreshold(4 * PART_BYTES)
    builder.enableCompact(strategy.build(), new ConcatFileCompactor())
  }
  return lines.sinkTo(builder.build())
}

const SUMS = {
  createAccumulator: () => [0, 0],
  add: ({ value }, [count, sum]) => [count + 1, sum + value],
  getResult: (sum) => sum,
  merge: (one, other) => [one[0] + other[0], one[1] + other[1]],
}

export default function (env, params) {
  env.setMaxParallelism(16)
  const format = params.get('format') === 'csv'
    ? CsvReaderFormat.forSchema(CsvSchema.forColumns(READING))
    : JsonReaderFormat.forSchema(Types.OBJECT(READING))
  const files = FileSource.forRecordStreamFormat(format, params.get('input')).build()
  const time = WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(${String(OUT_OF_ORDER_MS)}))
    .withTimestampAssigner(({ at }) => at)
  const seen = env.fromSource(files, time, 'readings').uid('readings')
    .keyBy(({ sensor }) => sensor).process(new Seen()).uid('seen')
  seen.addSink(new SlowSink(params.getInt('slow'))).uid('slow')
  const sums = seen.keyBy(({ sensor }) => sensor)
    .window(TumblingEventTimeWindows.of(Time.milliseconds(${String(WINDOW_MS)})))
    .aggregate(SUMS, (sensor, window, [[count, sum]], out) => {
      out.collect('window ' + sensor + ' ' + window.getStart() + ' ' + count + ' ' + sum)
    }).uid('sums')
  const lines = seen.map(({ id, times }) => 'reading ' + id + ' ' + times).union(sums)
  writeTo(lines, { output: params.get('output'), sink: params.get('sink'), rolling: params.get('rolling') }).uid('files')
}
`

/** \`records\` of them; how they are read and written is drawn from \`seed\`. */
export function fileSubject(records: number, seed: number): ChaosSubject {
  const random = new SeededRandom(seed)
  const drawn: FileChaos = {
    format: oneOf(FORMATS, random),
    sink: oneOf(SINKS, random),
    rolling: oneOf(ROLLINGS, random),
  }
  const outputOf = ({ path: directory }: Workspace): string => path.join(directory, 'output')
  return {
    description: `${drawn.format} to ${drawn.sink}, rolls by ${drawn.rolling}`,
    prepare: (workspace) => {
      const input = path.join(workspace.path, 'input')
      writeInput(input, drawn.format, records)
      const given = { input, output: outputOf(workspace), ...drawn }
      return [
        workspace.file('job.mjs', FILE_JOB),
        ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]),
      ]
    },
    output: (workspace) => sortedLines(filesBelow(outputOf(workspace)).whole),
    committed: (workspace) => filesBelow(outputOf(workspace)).whole.length,
    leftOver: (workspace) => filesBelow(outputOf(workspace)).others.length,
  }
}

/** Those that have their name, and others, which begin with a dot or an underscore. */
function filesBelow(directory: string): { readonly whole: string[]; readonly others: string[] } {
  const [whole, others]: [string[], string[]] = [[], []]
  for (const name of namesBelow(directory)) {
    if (/(?:^|\/)[._][^/]*$/.test(name)) others.push(path.join(directory, name))
    else if (/(?:^|\/)(?:compacted-)?part-[^/]*$/.test(name)) whole.push(path.join(directory, name))
  }
  return { whole, others }
}

function namesBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
  } catch {
    return [] // nothing is there yet, or a file got its name meanwhile
  }
}

interface Reading {
  readonly id: number
  readonly sensor: string
  readonly at: number
  readonly value: number
}

function readingsOf(records: number): Reading[] {
  const random = new SeededRandom(DATA_SEED)
  return Array.from({ length: records }, (_, id) => ({
    id,
    sensor: `s${String(random.nextInt(SENSORS))}`,
    at: OUT_OF_ORDER_MS + id * STEP_MS - random.nextInt(OUT_OF_ORDER_MS),
    value: random.nextInt(1000),
  }))
}

/** Files one after the other in time, as they are read; every third one packed. */
function writeInput(directory: string, format: FileChaos['format'], records: number): void {
  mkdirSync(directory)
  const readings = readingsOf(records)
  const ofFile = Math.ceil(records / FILES)
  for (let file = 0; file < FILES; file += 1) {
    const lines = readings.slice(file * ofFile, (file + 1) * ofFile).map((reading) => `${lineOf(reading, format)}\n`)
    const name = `${String(file).padStart(3, '0')}.${format}`
    if (file % 3 === 2) writeFileSync(path.join(directory, `${name}.gz`), gzipSync(lines.join('')))
    else writeFileSync(path.join(directory, name), lines.join(''))
  }
}

function lineOf(reading: Reading, format: FileChaos['format']): string {
  return format === 'json' ? JSON.stringify(reading) : Object.values(reading).join(',')
}

/** What the job is to write, without the job. */
export function expectedOutput(records: number): Buffer {
  const readings = readingsOf(records)
  const windows = new Map<string, [count: number, sum: number]>()
  for (const { sensor, at, value } of readings) {
    const name = `window ${sensor} ${String(at - (at % WINDOW_MS))}`
    const [count, sum] = windows.get(name) ?? [0, 0]
    windows.set(name, [count + 1, sum + value])
  }
  const lines = [
    ...readings.map(({ id }) => `reading ${String(id)} 1`),
    ...[...windows].map(([name, [count, sum]]) => `${name} ${String(count)} ${String(sum)}`),
  ]
  return Buffer.from(
    lines
      .sort()
      .map((line) => `${line}\n`)
      .join(''),
  )
}
