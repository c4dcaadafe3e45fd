import { runBound, type BenchEngine } from '../bench-engine.js'
import { ratioAtLeast, type BenchFamily, type BenchProgram, type BenchRow, type BenchSizes } from '../bench-family.js'
import { parseProgress, rateOf } from '../progress-merge.js'
import { KafkaBroker } from './kafka-broker.js'

const SIZES = [
  { bytes: 100, records: 3_000_000, title: '100 bytes' },
  { bytes: 1000, records: 600_000, title: '1 kB' },
] as const
const LOOPS = {
  source: [
    ['source-stream', 'consumer of the client'],
    ['source-fetch', 'fetch requests by hand'],
  ],
  sink: [
    ['sink-send', 'producer of the client'],
    ['sink-produce', 'produce requests by hand'],
  ],
} as const
const GUARANTEES = ['AT_LEAST_ONCE', 'EXACTLY_ONCE'] as const
const GOAL_OF_LOOP = 0.7

type Size = (typeof SIZES)[number]

const broker = new KafkaBroker()

function recordsOf(size: Size, { records = size.records }: BenchSizes): number {
  return records
}

function loop(kind: string, size: Size): BenchProgram {
  return {
    id: `${kind}-${String(size.bytes)}`,
    usesEngine: false,
    async measure(_engine, sizes) {
      const records = recordsOf(size, sizes)
      const topic = await (kind.startsWith('source') ? broker.filled(size.bytes, records) : broker.newTopic())
      const given = { port: broker.port, topic, records, bytes: size.bytes }
      const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)])
      return { mrps: rateOf(parseProgress(await runBound('kafka-loop', [kind, ...args])), records) }
    },
  }
}

interface KafkaJob {
  readonly id: string
  readonly kind: 'source' | 'sink' | 'count'
  readonly guarantee?: (typeof GUARANTEES)[number]
}

function job({ id, kind, guarantee = 'EXACTLY_ONCE' }: KafkaJob, size: Size): BenchProgram {
  return {
    id: `${id}-${String(size.bytes)}`,
    usesEngine: true,
    async measure(engine: BenchEngine, sizes) {
      const records = recordsOf(size, sizes)
      const [input, output] = [await broker.filled(size.bytes, records), await broker.newTopic()]
      const args = { kind, brokers: broker.address, input, output, records, bytes: size.bytes, guarantee }
      return engine.runJob({ module: 'kafka-job', parallelism: 1, args }, ({ progress }) => ({
        mrps: rateOf(progress, records),
      }))
    },
  }
}

function flink(kind: 'source' | 'count', size: Size): BenchProgram {
  return {
    id: `flink-${kind}-${String(size.bytes)}`,
    usesEngine: false,
    async measure(_engine, sizes) {
      const records = recordsOf(size, sizes)
      return { mrps: await broker.flinkRate(kind, await broker.filled(size.bytes, records), records) }
    },
  }
}

function programsOf(size: Size): BenchProgram[] {
  return [
    ...[...LOOPS.source, ...LOOPS.sink].map(([kind]) => loop(kind, size)),
    job({ id: 'source', kind: 'source' }, size),
    ...GUARANTEES.map((guarantee) => job({ id: `sink-${guarantee}`, kind: 'sink', guarantee }, size)),
    job({ id: 'count', kind: 'count' }, size),
    flink('source', size),
    flink('count', size),
  ]
}

function rowsOf(size: Size): BenchRow[] {
  const row = (title: string, program: string, bound: readonly [string, string], goal: number): BenchRow => ({
    title: `${title}, ${size.title}`,
    unit: 'M/s',
    value: { program: `${program}-${String(size.bytes)}`, figure: 'mrps' },
    bound: { label: bound[1], value: { program: `${bound[0]}-${String(size.bytes)}`, figure: 'mrps' } },
    goal: ratioAtLeast(goal),
  })
  return [
    ...LOOPS.source.map((bound) => row('a topic -> sink', 'source', bound, GOAL_OF_LOOP)),
    ...GUARANTEES.flatMap((guarantee) =>
      LOOPS.sink.map((bound) => row(`records -> a topic, ${guarantee}`, `sink-${guarantee}`, bound, GOAL_OF_LOOP)),
    ),
    row('a topic -> sink', 'source', ['flink-source', 'Apache Flink 1.20'], 1),
    row('a topic -> count by key -> a topic, exactly once', 'count', ['flink-count', 'Apache Flink 1.20'], 1),
  ]
}

/** With a broker of its own; what it needs beside it comes from Maven, so that it is measured only when it is named. */
export const kafkaFamily: BenchFamily = {
  name: 'kafka',
  isOnlyWhenNamed: true,
  prepare: () => broker.start(),
  programs: SIZES.flatMap(programsOf),
  rows: SIZES.flatMap(rowsOf),
}
