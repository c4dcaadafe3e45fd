/** The benchmark jobs: `--workload W1|W2 --records n --keys n`; the sinks print `BENCH {...}` lines that bench.ts reads. */
import {
  RichMapFunction,
  RichParallelSourceFunction,
  RichSinkFunction,
  ValueStateDescriptor,
  type ParameterTool,
  type StreamExecutionEnvironment,
  type ValueState,
} from 'flink-ts'
import { makeRandom, makeRecord, type BenchRecord } from './bench-records.js'

class BenchSource extends RichParallelSourceFunction<BenchRecord> {
  readonly #records: number
  readonly #keys: number

  constructor(records: number, keys: number) {
    super()
    this.#records = records
    this.#keys = keys
  }

  *run(): Generator<BenchRecord> {
    const context = this.getRuntimeContext()
    const random = makeRandom(12345 + context.getIndexOfThisSubtask())
    const count = Math.floor(this.#records / context.getNumberOfParallelSubtasks())
    for (let id = 0; id < count; id += 1) yield makeRecord(id, random, this.#keys)
  }
}

/** Counts and tells when the first and the last record came. */
class MeasuringSink<T> extends RichSinkFunction<T> {
  #count = 0
  #firstMs = 0

  invoke(): void {
    if (this.#count === 0) this.#firstMs = Date.now()
    this.#count += 1
  }

  override finish(): void {
    const line = JSON.stringify({ count: this.#count, firstMs: this.#firstMs, lastMs: Date.now() })
    this.getRuntimeContext().getStandardOutput().write(`BENCH ${line}\n`)
  }
}

class Count extends RichMapFunction<BenchRecord, [string, number]> {
  #count: ValueState<number> | undefined

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  map(record: BenchRecord): [string, number] {
    const count = (this.#count?.value() ?? 0) + 1
    this.#count?.update(count)
    return [record.key, count]
  }
}

export default function benchJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const source = env.addSource(new BenchSource(params.getInt('records'), params.getInt('keys', 100_000))).uid('source')
  if (params.getRequired('workload') === 'W1') {
    source
      .map((record) => ({ ...record, value: record.value + 1 }))
      .filter((record) => record.value % 10 !== 0)
      .map((record) => record.value)
      .addSink(new MeasuringSink<number>())
  } else {
    source
      .keyBy((record) => record.key)
      .map(new Count())
      .uid('count')
      .addSink(new MeasuringSink<[string, number]>())
  }
}
