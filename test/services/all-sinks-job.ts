/** A job that reads files there, in both ways, and writes to each sink of files there. */
import type { PlaceElsewhere } from './place-elsewhere.js'
import { linesIn, put } from './place-elsewhere.js'

const KEYS = 11

/**
 * Each line with how often its key has come: a line that was lost, or was counted twice, is seen. As long as the file `--while` is there it is as
 * slow as a line each `--slow` ms, and does not come to its end.
 */
export const ALL_SINKS_JOB = `
import { KeyedProcessFunction, RichMapFunction, RichSourceFunction, ValueStateDescriptor, WatermarkStrategy, WriteMode } from 'flink-ts'
import {
  BucketingSink, DefaultRollingPolicy, FileSink, FileSource, OnCheckpointRollingPolicy, SimpleStringEncoder, StreamingFileSink,
  TextLineInputFormat,
} from 'flink-ts/connectors/filesystem'
import { existsSync } from 'node:fs'

class Slow extends RichMapFunction {
  constructor (ms, file) { super(); Object.assign(this, { ms, file, pause: undefined }) }
  open () { this.pause = new Int32Array(new SharedArrayBuffer(4)) }
  map (line) { if (existsSync(this.file)) Atomics.wait(this.pause, 0, 0, this.ms); return line }
}

/** Has nothing to say, and does not end as long as the file is there. */
class Gate extends RichSourceFunction {
  constructor (file) { super(); Object.assign(this, { file, isCancelled: false }) }
  async * run () { while (!this.isCancelled && existsSync(this.file)) await new Promise((resolve) => setTimeout(resolve, 50)) }
  cancel () { this.isCancelled = true }
}

class Count extends KeyedProcessFunction {
  open () { this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count')) }
  processElement (line, ctx, out) {
    const count = (this.count.value() ?? 0) + 1
    this.count.update(count)
    out.collect(line + ' ' + ctx.getCurrentKey() + ' ' + count)
  }
}

const PART_BYTES = 8 * 1024
const rolling = () => DefaultRollingPolicy.builder().withMaxPartSize(PART_BYTES).build()
const encoder = () => new SimpleStringEncoder()

export default function (env, params) {
  env.setMaxParallelism(16)
  const [input, output] = [params.get('in'), params.get('out')]
  const source = FileSource.forRecordStreamFormat(new TextLineInputFormat(), input + '/source').build()
  const slow = () => new Slow(params.getInt('slow'), params.get('while'))
  // Each in the chain of its source: of what waits in a channel every checkpoint would have to wait for.
  const ofSource = env.fromSource(source, WatermarkStrategy.noWatermarks(), 'source').uid('source').map(slow()).uid('slow-source')
  const ofText = env.readTextFile(input + '/text').uid('text').map(slow()).uid('slow-text')
  const gate = env.addSource(new Gate(params.get('while'))).uid('gate')
  const lines = ofSource.union(ofText, gate)
    .keyBy((line) => Number(line.split(' ')[1]) % ${String(KEYS)}).process(new Count()).uid('count')
  // A job that was killed before its first checkpoint begins anew, and finds its own file.
  lines.writeAsText(output + '/text', WriteMode.OVERWRITE).uid('to-text').setParallelism(2)
  lines.addSink(new BucketingSink(output + '/bucketing').setBatchSize(PART_BYTES)
    .setBucketer({ getBucketPath: (clock, base, line) => base + '/bucket-' + line.length % 2 })).uid('to-bucketing')
  lines.addSink(StreamingFileSink.forRowFormat(output + '/streaming', encoder()).withRollingPolicy(rolling())
    .withBucketAssigner({ getBucketId: () => 'all' }).build()).uid('to-streaming')
  lines.sinkTo(FileSink.forRowFormat(output + '/parts', encoder()).withRollingPolicy(rolling()).build()).uid('to-parts')
  lines.sinkTo(FileSink.forRowFormat(output + '/checkpoints', encoder()).withRollingPolicy(OnCheckpointRollingPolicy.build())
    .build()).uid('to-checkpoints')
}
`

export const SINKS = ['text', 'bucketing', 'streaming', 'parts', 'checkpoints'] as const

/** Puts so many lines for each of the two sources there, in several files. */
export async function putInput({ fileSystem }: PlaceElsewhere, input: string, lines: number): Promise<void> {
  const texts = inputLines(lines)
  for (const [source, from] of [
    ['source', 0],
    ['text', lines],
  ] as const) {
    await fileSystem.mkdirs(`${input}/${source}`)
    const half = from + Math.floor(lines / 2)
    await put(fileSystem, `${input}/${source}/a.txt`, texts.slice(from, half).join('\n'))
    await put(fileSystem, `${input}/${source}/b.txt`, texts.slice(half, from + lines).join('\n'))
  }
}

function inputLines(lines: number): string[] {
  return Array.from({ length: 2 * lines }, (_, at) => `line ${String(at)}`)
}

/** By sink, what is wrong with what it has written: nothing where each line is there once, and each count of each key. */
export async function wrongOutputs(place: PlaceElsewhere, output: string, lines: number): Promise<string[]> {
  const expected = factsOf(inputLines(lines).map((line, at) => `${line} ${String(at % KEYS)} ${String(countOf(at))}`))
  const wrong: string[] = []
  for (const sink of SINKS) {
    const found = factsOf(await linesIn(place.fileSystem, `${output}/${sink}`))
    const missing = minus(expected, found)
    const tooMany = minus(found, expected)
    if (missing.length + tooMany.length === 0) continue
    wrong.push(`${sink}: missing ${String(missing.slice(0, 5))}; too many ${String(tooMany.slice(0, 5))}`)
  }
  return wrong
}

/** The lines of a key may come in any order: which line has which count is not known, that each count is there is. */
function factsOf(lines: readonly string[]): string[] {
  return lines
    .flatMap((line) => {
      const [, number = '', key = '', count = ''] = line.split(' ')
      return [`line ${number} of ${key}`, `count ${count} of ${key}`]
    })
    .sort()
}

function countOf(at: number): number {
  return Math.floor(at / KEYS) + 1
}

/** As a bag: what comes twice has to be there twice. */
function minus(bag: readonly string[], taken: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const each of taken) left.set(each, (left.get(each) ?? 0) + 1)
  return bag.filter((each) => {
    const count = left.get(each) ?? 0
    left.set(each, count - 1)
    return count <= 0
  })
}
