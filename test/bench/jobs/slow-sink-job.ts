/**
 * A source that never waits and a sink that does, always or for a while; the first sink prints the memory of the process every
 * second.
 */
import { RichParallelSourceFunction, RichSinkFunction } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import { recordMaker, type BenchRecord } from './bench-records.js'

const KEYS = 100_000
/** So many records between two waits, of a millisecond, where the arguments do not say it. */
const BURST = 50
const SAMPLE_MS = 1000

class EndlessSource extends RichParallelSourceFunction<BenchRecord> {
  readonly #seconds: number

  constructor(seconds: number) {
    super()
    this.#seconds = seconds
  }

  *run(): Generator<BenchRecord> {
    const make = recordMaker('fresh', KEYS, 12345 + this.getRuntimeContext().getIndexOfThisSubtask())
    const endMs = performance.now() + this.#seconds * 1000
    for (let id = 0; id % 64 !== 0 || performance.now() < endMs; id += 1) yield make(id)
  }
}

class SlowSink extends RichSinkFunction<BenchRecord> {
  readonly #burst: number
  readonly #waitMs: number
  readonly #waitsForMs: number
  #seen = 0
  #endMs = Infinity
  #timer: NodeJS.Timeout | undefined

  constructor(params: ParameterTool) {
    super()
    this.#burst = params.getInt('burst', BURST)
    this.#waitMs = params.getInt('wait', 1)
    this.#waitsForMs = 1000 * params.getDouble('waits-for', Infinity)
  }

  override open(): void {
    this.#endMs = performance.now() + this.#waitsForMs
    const context = this.getRuntimeContext()
    if (context.getIndexOfThisSubtask() !== 0) return
    const out = context.getStandardOutput()
    this.#timer = setInterval(() => {
      out.write(`RSS ${String(process.memoryUsage.rss())}\n`)
    }, SAMPLE_MS)
  }

  invoke(): Promise<void> | undefined {
    this.#seen += 1
    if (this.#seen % this.#burst !== 0 || performance.now() > this.#endMs) return undefined
    return new Promise((resolve) => setTimeout(resolve, this.#waitMs))
  }

  override close(): void {
    clearInterval(this.#timer)
  }
}

export default function slowSinkJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  env
    .addSource(new EndlessSource(params.getDouble('seconds')), 'source')
    .keyBy((record) => record.key)
    .addSink(new SlowSink(params))
}
