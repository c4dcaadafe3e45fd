/** W7: source -> event time -> keyBy -> counts a bucket of time in MapState, each emitted by a timer -> sink. */
import {
  Duration,
  KeyedProcessFunction,
  MapStateDescriptor,
  RichSinkFunction,
  Types,
  WatermarkStrategy,
} from 'flink-ts'
import type {
  Collector,
  KeyedProcessFunctionContext,
  KeyedProcessFunctionOnTimerContext,
  MapState,
  ParameterTool,
  StreamExecutionEnvironment,
} from 'flink-ts'
import { BUCKET_MS, DISORDER_MS, type TimedRecord } from './timed-records.js'
import { TimedSource } from './timed-source.js'

type Counted = [key: string, bucket: number, count: number]

class BucketCounts extends KeyedProcessFunction<string, TimedRecord, Counted> {
  #counts: MapState<number, number> | undefined

  override open(): void {
    this.#counts = this.getRuntimeContext().getMapState(new MapStateDescriptor('counts', Types.LONG, Types.LONG))
  }

  override processElement(record: TimedRecord, context: KeyedProcessFunctionContext<string>): void {
    const bucket = record.ts - (record.ts % BUCKET_MS)
    this.#counts?.put(bucket, (this.#counts.get(bucket) ?? 0) + 1)
    context.timerService().registerEventTimeTimer(bucket + BUCKET_MS - 1)
  }

  override onTimer(
    timestamp: number,
    context: KeyedProcessFunctionOnTimerContext<string>,
    out: Collector<Counted>,
  ): void {
    const bucket = timestamp - BUCKET_MS + 1
    out.collect([context.getCurrentKey(), bucket, this.#counts?.get(bucket) ?? 0])
    this.#counts?.remove(bucket)
  }
}

class CountSum extends RichSinkFunction<Counted> {
  #sum = 0

  invoke(counted: Counted): void {
    this.#sum += counted[2]
  }

  override finish(): void {
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`SUM ${String(this.#sum)}\n`)
  }
}

export default function bucketCountJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<TimedRecord>(Duration.ofMillis(DISORDER_MS))
  env
    .addSource(new TimedSource(params.getInt('records'), params.getInt('keys')), 'source')
    .assignTimestampsAndWatermarks(strategy.withTimestampAssigner((record) => record.ts))
    .keyBy((record) => record.key)
    .process(new BucketCounts())
    .uid('counts')
    .addSink(new CountSum())
}
