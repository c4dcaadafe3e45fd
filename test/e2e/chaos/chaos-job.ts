/**
 * The job that is killed in rounds: two exchanges with channels that are full, state of several kinds by key, broadcast state whose
 * source finishes early, and a file sink. Its lines are the same, sorted, for every parallelism, backend and mode, and however
 * often it went on from a checkpoint.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Workspace } from '../command-line.js'
import type { ChaosSubject } from './chaos-subject.js'

export const KEYS = 13

export const CHAOS_JOB = `
import {
  KeyedBroadcastProcessFunction, KeyedProcessFunction, ListStateDescriptor, MapStateDescriptor, RichSinkFunction, Types, ValueStateDescriptor,
} from 'flink-ts'

/** Tells each number with how often it came, and the totals at the end of time. */
class Totals extends KeyedProcessFunction {
  open () {
    const context = this.getRuntimeContext()
    this.total = context.getState(new ValueStateDescriptor('total'))
    this.seen = context.getMapState(new MapStateDescriptor('seen', Types.LONG, Types.LONG))
    this.hundreds = context.getListState(new ListStateDescriptor('hundreds', Types.LONG))
  }
  processElement ([number], ctx, out) {
    const [count, sum] = this.total.value() ?? [0, 0]
    this.total.update([count + 1, sum + number])
    const times = (this.seen.get(number) ?? 0) + 1
    this.seen.put(number, times)
    if (number % 100 === 0) this.hundreds.add(number)
    ctx.timerService().registerEventTimeTimer(1e15)
    out.collect('number ' + number + ' ' + times)
  }
  onTimer (timestamp, ctx, out) {
    const [numbers, hundreds] = [[...this.seen.keys()], [...this.hundreds.get()].sort((a, b) => a - b)]
    out.collect(['total', ctx.getCurrentKey(), ...this.total.value(), numbers.length, hundreds.join(',')].join(' '))
  }
}

const NAMES = new MapStateDescriptor('names', Types.LONG, Types.STRING)

/** The names came long ago when they are asked for. */
class Named extends KeyedBroadcastProcessFunction {
  processElement (record, ctx) { ctx.timerService().registerEventTimeTimer(1e15) }
  onTimer (timestamp, ctx, out) { out.collect('name ' + ctx.getCurrentKey() + ' ' + ctx.getBroadcastState(NAMES).get(ctx.getCurrentKey())) }
  processBroadcastElement ([key, name], ctx) { ctx.getBroadcastState(NAMES).put(key, name) }
}

/** One record after the other, each of them for so long: what is upstream is full. */
class SlowSink extends RichSinkFunction {
  constructor (slowMs) { super(); this.slowMs = slowMs }
  invoke () { if (this.slowMs > 0) return new Promise((resolve) => setTimeout(resolve, this.slowMs)) }
}

export default function (env, params) {
  env.setMaxParallelism(16)
  const keys = ${String(KEYS)}
  const records = env.fromSequence(1, params.getInt('records')).uid('numbers')
    .map((number) => [number, 'x'.repeat(100)]).uid('padded')
    .rebalance().map((record) => record).uid('copied')
  const names = env.fromCollection(Array.from({ length: keys }, (_, key) => [key, 'name' + key])).uid('names')
  const keyed = records.keyBy(([number]) => number % keys)
  const totals = keyed.process(new Totals()).uid('totals')
  totals.addSink(new SlowSink(params.getInt('slow'))).uid('slow')
  const named = keyed.connect(names.broadcast(NAMES)).process(new Named()).uid('named')
  // One file is another shape than several: the sink keeps its parallelism.
  totals.union(named).rebalance().writeAsText(params.get('output'), 'OVERWRITE').uid('lines').setParallelism(2)
}
`

/** Numbers, with `records` of them. */
export function chaosSubject(records: number): ChaosSubject {
  const outputOf = ({ path: directory }: Workspace): string => path.join(directory, 'output')
  return {
    prepare: (workspace) => {
      const job = workspace.file('job.mjs', CHAOS_JOB)
      return [job, '--records', String(records), '--output', outputOf(workspace)]
    },
    output: (workspace) => sortedLines(filesIn(outputOf(workspace))),
    committed: (workspace) => filesIn(outputOf(workspace)).length,
    leftOver: () => 0,
    description: 'numbers',
  }
}

function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory).map((name) => path.join(directory, name))
}

/** All lines of all files, sorted. */
export function sortedLines(files: readonly string[]): Buffer {
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  const sorted = lines.filter((line) => line !== '').sort()
  return Buffer.from(sorted.map((line) => `${line}\n`).join(''))
}

const MOST_SHOWN = 10

/** What one has more or less than the other; empty where all bytes are the same. */
export function differenceOf(expected: Buffer, actual: Buffer): string[] {
  if (expected.equals(actual)) return []
  const [wanted, got] = [countsOf(expected), countsOf(actual)]
  const missing = linesMoreIn(wanted, got).map((line) => `missing: ${line}`)
  const tooMany = linesMoreIn(got, wanted).map((line) => `too many: ${line}`)
  const all = [missing, tooMany].flatMap((lines) => [
    ...lines.slice(0, MOST_SHOWN),
    ...(lines.length > MOST_SHOWN ? [`... and ${String(lines.length - MOST_SHOWN)} more`] : []),
  ])
  return all.length > 0 ? all : ['the same lines with other bytes']
}

function countsOf(bytes: Buffer): Map<string, number> {
  const counts = new Map<string, number>()
  for (const line of bytes.toString('utf8').split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1)
  return counts
}

function linesMoreIn(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): string[] {
  return [...one].flatMap(([line, count]) => (count > (other.get(line) ?? 0) ? [line] : []))
}
