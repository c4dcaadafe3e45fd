/** Counts as many keys as asked for, each once, and prints how much the thread's memory has grown from the first to the last. */
import { RichMapFunction, ValueStateDescriptor } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import { recordMaker, type BenchRecord } from './bench-records.js'
import { BenchSource } from './bench-source.js'
import { liveBytes } from './heap-size.js'

class CountAndWeigh extends RichMapFunction<BenchRecord, number> {
  readonly #keys: number
  #count: ValueState<number> | undefined
  #seen = 0
  #bytesBefore = 0

  constructor(keys: number) {
    super()
    this.#keys = keys
  }

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  map(): number {
    if (this.#seen === 0) this.#bytesBefore = liveBytes()
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    this.#seen += 1
    if (this.#seen === this.#keys) {
      const bytes = liveBytes() - this.#bytesBefore
      this.getRuntimeContext()
        .getStandardOutput()
        .write(`BYTES ${String(bytes)}\n`)
    }
    return count
  }
}

export default function stateMemoryJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const keys = params.getInt('keys')
  env
    .addSource(new BenchSource(keys, () => recordMaker('sequential', keys, 12345)), 'source')
    .keyBy((record) => record.key)
    .map(new CountAndWeigh(keys))
    .uid('count')
    .addSink(() => undefined)
}
