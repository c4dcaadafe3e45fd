/** A job with bad records at every kind of operator, whose dead letters go to files: what it is to write is told by a loop, too. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Workspace } from './command-line.js'

const FILES = 8

/** Of what a record is bad, by its number; an operator sees what those before it have let through. */
const BAD = { source: 17, map: 13, async: 11, window: 7, sink: 5 } as const

const JOB = `
import { AsyncDataStream, TimeUnit, Time, TumblingEventTimeWindows, WatermarkStrategy, KeyedProcessFunction, ValueStateDescriptor } from 'flink-ts'
import { FileSink, FileSource, OnCheckpointRollingPolicy } from 'flink-ts/connectors/filesystem'
import { JsonReaderFormat } from 'flink-ts/formats/json'

const BAD = ${JSON.stringify(BAD)}
function refuse(operator, id) {
  if (id % BAD[operator] === 0) throw new TypeError('bad for ' + operator)
}

function letterText({ operator, record, error, origin }) {
  const id = typeof record === 'string' ? Number(/\\d+/.exec(record)[0]) : record.id
  return ['letter', operator, id, error, origin === null ? '' : origin.path.split('/').at(-1)].join('|')
}

function filesOf(directory, textOf) {
  const encoder = { encode: (record, stream) => stream.write(textOf(record) + '\\n') }
  return FileSink.forRowFormat(directory, encoder).withRollingPolicy(OnCheckpointRollingPolicy.build()).build()
}

class Seen extends KeyedProcessFunction {
  open() { this.seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen')) }
  processElement(record, ctx, out) {
    const seen = (this.seen.value() ?? 0) + 1
    this.seen.update(seen)
    out.collect({ ...record, seen })
  }
}

const SUMS = {
  createAccumulator: () => 0,
  add: ({ id }, sum) => { refuse('window', id); return sum + 1 },
  getResult: (sum) => sum,
  merge: (one, other) => one + other,
}

export default function (env, params) {
  env.setMaxParallelism(16)
  const output = params.get('output')
  const letters = () => filesOf(output + '/letters', letterText)
  const slow = params.getInt('slow', 0)
  const source = FileSource.forRecordStreamFormat(JsonReaderFormat.withoutSchema(), params.get('input')).build()
  const time = WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner(({ id }) => id)
  const read = env.fromSource(source, time, 'source').uid('source').onError('dead-letter', letters())
  const mapped = read.map((record) => {
    if (slow > 0 && record.id % 2 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slow)
    refuse('map', record.id)
    return record
  }).name('map').uid('map').onError('dead-letter', letters())
  const asked = AsyncDataStream.unorderedWait(mapped, async ({ id }) => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    refuse('async', id)
    return { id }
  }, 10, TimeUnit.SECONDS, 20).name('async').uid('async').onError('dead-letter')
  asked.getDeadLetters().map(letterText).uid('letter-text').sinkTo(filesOf(output + '/letters', (text) => text)).uid('async-letters')
  const seen = asked.keyBy(({ id }) => id).process(new Seen()).uid('seen')
  seen.keyBy(({ id }) => id % 4).window(TumblingEventTimeWindows.of(Time.milliseconds(50)))
    .aggregate(SUMS, (key, window, [count], out) => out.collect('window|' + key + '|' + window.getStart() + '|' + count))
    .name('window').uid('window').onError('dead-letter', letters())
    .sinkTo(filesOf(output + '/windows', (text) => text)).uid('windows')
  seen.sinkTo(filesOf(output + '/records', ({ id, seen: times }) => {
    refuse('sink', id)
    return 'record|' + id + '|' + times
  })).name('sink').uid('sink').onError('dead-letter', letters())
}
`

/** Writes the program and its input of so many records; the arguments of \`run\`. */
export function badRecordsJob(workspace: Workspace, records: number): readonly string[] {
  const input = path.join(workspace.path, 'input')
  mkdirSync(input)
  const ofFile = records / FILES
  for (let file = 0; file < FILES; file += 1) {
    const lines = Array.from({ length: ofFile }, (_, index) => {
      const id = file * ofFile + index
      return id % BAD.source === 0 ? `no json ${String(id)}\n` : `{"id":${String(id)}}\n`
    })
    writeFileSync(path.join(input, `${String(file)}.json`), lines.join(''))
  }
  const job = workspace.file('job.mjs', JOB)
  return [job, '--input', input, '--output', path.join(workspace.path, 'output')]
}

/** All that was committed. */
export function committedLines({ path: directory }: Workspace): string[] {
  const output = path.join(directory, 'output')
  const names = readdirSync(output, { recursive: true, encoding: 'utf8' })
  const whole = names.filter((name) => /(?:^|\/)part-[^/]*$/.test(name))
  return whole.flatMap((name) => readFileSync(path.join(output, name), 'utf8').trimEnd().split('\n')).sort()
}

/** What is to be there, without the job. */
export function expectedLines(records: number): string[] {
  const lines: string[] = []
  const windows = new Map<string, number>()
  const letter = (operator: string, id: number, error: string, file = ''): void => {
    lines.push(['letter', operator, id, error, file].join('|'))
  }
  const bad = (operator: keyof typeof BAD, name: string, id: number): boolean => {
    if (id % BAD[operator] !== 0) return false
    letter(name, id, `TypeError: bad for ${operator}`)
    return true
  }
  for (let id = 0; id < records; id += 1) {
    if (id % BAD.source === 0) {
      letter('Source: source', id, 'unreadable', `${String(Math.floor((id * FILES) / records))}.json`)
      continue
    }
    if (bad('map', 'map', id) || bad('async', 'async', id)) continue
    if (!bad('window', 'window', id)) {
      const name = `window|${String(id % 4)}|${String(id - (id % 50))}`
      windows.set(name, (windows.get(name) ?? 0) + 1)
    }
    if (!bad('sink', 'sink: Writer', id)) lines.push(`record|${String(id)}|1`)
  }
  for (const [name, count] of windows) lines.push(`${name}|${String(count)}`)
  return lines.sort()
}
