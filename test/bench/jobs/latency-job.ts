/**
 * W2 at a given rate; the sink notes for each record when it came and how long ago it was made. A plain generator cannot
 * wait, so this is the one job with an async source: `run` collects what is due and lets go of the thread, for a
 * millisecond or, with `--pace immediate`, for one turn of the event loop.
 */
import { writeFileSync } from 'node:fs'
import { RichMapFunction, RichParallelSourceFunction, RichSinkFunction, ValueStateDescriptor } from 'flink-ts'
import type { ParameterTool, SourceContext, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import { recordMaker, type BenchRecord, type KeyKind } from './bench-records.js'
import { nowMs } from './progress.js'

/** The first records warm the engine up. */
export const WARMUP_SHARE = 0.4

interface Pace {
  /** Of all subtasks together. */
  readonly recordsPerSecond: number
  readonly seconds: number
  readonly keys: number
  readonly keyKind: KeyKind
  readonly immediate: boolean
}

class PacedSource extends RichParallelSourceFunction<BenchRecord> {
  readonly #pace: Pace

  constructor(pace: Pace) {
    super()
    this.#pace = pace
  }

  override async run(ctx: SourceContext<BenchRecord>): Promise<void> {
    const { recordsPerSecond, seconds, keys, keyKind, immediate } = this.#pace
    const context = this.getRuntimeContext()
    const make = recordMaker(keyKind, keys, 12345 + context.getIndexOfThisSubtask() * 7777)
    const perMs = recordsPerSecond / context.getNumberOfParallelSubtasks() / 1000
    const total = Math.floor(perMs * seconds * 1000)
    const startMs = nowMs()
    let latestMs = 0
    for (let id = 0; id < total && ctx.isRunning();) {
      const madeAtMs = nowMs()
      const due = Math.min(total, Math.floor((madeAtMs - startMs) * perMs))
      if (due > id && id > total * WARMUP_SHARE) latestMs = Math.max(latestMs, madeAtMs - startMs - id / perMs)
      for (; id < due; id += 1) {
        const room = ctx.collect({ ...make(id), ts: madeAtMs })
        // What is due after a wait is made then; the lag tells that it was made late.
        if (room !== undefined) {
          await room
          break
        }
      }
      if (id >= due) await (immediate ? nextTurn() : nextMillisecond())
    }
    context.getStandardOutput().write(`LAG ${String(latestMs)}\n`)
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function nextMillisecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}

class CountOfMade extends RichMapFunction<BenchRecord, [number, number]> {
  #count: ValueState<number> | undefined

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  map(record: BenchRecord): [number, number] {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    return [record.ts, count]
  }
}

/** Leaves a file `latency-<subtask>.bin` of pairs of float64: when a record came, its latency in ms. */
class LatencySink extends RichSinkFunction<[number, number]> {
  readonly #directory: string
  readonly #every: number
  #samples: Float64Array
  #length = 0
  #seen = 0

  constructor(directory: string, every: number, expected: number) {
    super()
    this.#directory = directory
    this.#every = every
    this.#samples = new Float64Array(2 * Math.ceil((expected / every) * 1.2 + 1000))
  }

  invoke(counted: [number, number]): void {
    this.#seen += 1
    if (this.#seen % this.#every !== 0 || this.#length >= this.#samples.length) return
    const arrivedMs = nowMs()
    this.#samples[this.#length] = arrivedMs
    this.#samples[this.#length + 1] = arrivedMs - counted[0]
    this.#length += 2
  }

  override finish(): void {
    const name = `${this.#directory}/latency-${String(this.getRuntimeContext().getIndexOfThisSubtask())}.bin`
    writeFileSync(name, this.#samples.subarray(0, this.#length))
  }
}

export default function latencyJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const recordsPerSecond = params.getDouble('rate')
  const seconds = params.getDouble('seconds')
  const pace = {
    recordsPerSecond,
    seconds,
    keys: params.getInt('keys', 100_000),
    keyKind: (params.get('key-kind') ?? 'fresh') as KeyKind,
    immediate: params.get('pace') === 'immediate',
  }
  const sink = new LatencySink(params.getRequired('output'), params.getInt('every', 1), recordsPerSecond * seconds)
  env
    .addSource(new PacedSource(pace), 'source')
    .keyBy((record) => record.key)
    .map(new CountOfMade())
    .uid('count')
    .addSink(sink)
}
