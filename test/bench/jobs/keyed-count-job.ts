/** W2: source -> keyBy -> running count in ValueState -> sink. */
import { Duration, RichMapFunction, StateTtlConfig, ValueStateDescriptor } from 'flink-ts'
import type { ParameterTool, StreamExecutionEnvironment, ValueState } from 'flink-ts'
import type { BenchRecord } from './bench-records.js'
import { benchSource } from './bench-source.js'
import { ProgressSink } from './progress-sink.js'

class RunningCount extends RichMapFunction<BenchRecord, [string, number]> {
  readonly #hasTimeToLive: boolean
  #count: ValueState<number> | undefined

  constructor(hasTimeToLive: boolean) {
    super()
    this.#hasTimeToLive = hasTimeToLive
  }

  override open(): void {
    const descriptor = new ValueStateDescriptor<number>('count')
    if (this.#hasTimeToLive) descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(1)).build())
    this.#count = this.getRuntimeContext().getState(descriptor)
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
    .map(new RunningCount(params.has('ttl')))
    .uid('count')
    .addSink(new ProgressSink<[string, number]>(params.getInt('records'), (counted) => counted[1]))
}
