/** 10,000 records a second of some keys, counted; prints when the first and the last came to its sink. */
import { RichMapFunction, RichSinkFunction, RichSourceFunction, ValueStateDescriptor } from 'flink-ts'
import type { ListCheckpointed, ParameterTool, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import { nowMs } from './progress.js'

const AT_ONCE = 20
const EVERY_MS = 2

class PacedSource extends RichSourceFunction<number> implements ListCheckpointed<number> {
  #next = 0

  override async *run(): AsyncGenerator<number> {
    for (;;) {
      for (let index = 0; index < AT_ONCE; index += 1) {
        yield this.#next
        this.#next += 1
      }
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  }

  snapshotState(): number[] {
    return [this.#next]
  }

  restoreState(state: readonly number[]): void {
    for (const next of state) this.#next = next
  }
}

class RunningCount extends RichMapFunction<number, number> {
  #count: ValueState<number> | undefined

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  map(): number {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    return count
  }
}

class TimedSink extends RichSinkFunction<number> {
  #firstMs: number | undefined
  #lastMs = 0

  override invoke(): void {
    this.#lastMs = nowMs()
    this.#firstMs ??= this.#lastMs
  }

  override close(): void {
    if (this.#firstMs === undefined) return
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`CAME ${String(this.#firstMs)} ${String(this.#lastMs)}\n`)
  }
}

export default function upgradedJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const keys = params.getInt('keys')
  env
    .addSource(new PacedSource(), 'source')
    .uid('source')
    .keyBy((number) => number % keys)
    .map(new RunningCount())
    .uid('count')
    .addSink(new TimedSink())
}
