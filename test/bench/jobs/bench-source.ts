import { RichParallelSourceFunction, type ParameterTool, type StreamExecutionEnvironment } from 'flink-ts'
import type { DataStreamSource } from 'flink-ts'
import { recordMaker, type BenchRecord, type KeyKind } from './bench-records.js'

/** The source of every job: a plain generator, the fastest way to write one. */
export class BenchSource<T> extends RichParallelSourceFunction<T> {
  readonly #records: number
  readonly #makerFor: (subtask: number) => (id: number) => T

  /** `makerFor` is called once in every subtask. */
  constructor(records: number, makerFor: (subtask: number) => (id: number) => T) {
    super()
    this.#records = records
    this.#makerFor = makerFor
  }

  *run(): Generator<T> {
    const context = this.getRuntimeContext()
    const count = Math.floor(this.#records / context.getNumberOfParallelSubtasks())
    const make = this.#makerFor(context.getIndexOfThisSubtask())
    for (let id = 0; id < count; id += 1) yield make(id)
  }
}

export function makerOf(params: ParameterTool): (subtask: number) => (id: number) => BenchRecord {
  const kind = (params.get('key-kind') ?? 'fresh') as KeyKind
  const keys = params.getInt('keys', 100_000)
  return (subtask) => recordMaker(kind, keys, 12345 + subtask * 7777)
}

/** The source with the records that the arguments `--records --keys --key-kind` ask for. */
export function benchSource(env: StreamExecutionEnvironment, params: ParameterTool): DataStreamSource<BenchRecord> {
  return env.addSource(new BenchSource(params.getInt('records'), makerOf(params)), 'source')
}
