/** W2: source -> keyBy -> running count in ValueState -> sink. */
import { RichMapFunction, ValueStateDescriptor } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import type { BenchRecord } from './bench-records.js'
import { benchSource } from './bench-source.js'
import { ProgressSink } from './progress-sink.js'

class RunningCount extends RichMapFunction<BenchRecord, [string, number]> {
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

export default function keyedCountJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  benchSource(env, params)
    .keyBy((record) => record.key)
    .map(new RunningCount())
    .uid('count')
    .addSink(new ProgressSink<[string, number]>(params.getInt('records'), (counted) => counted[1]))
}
