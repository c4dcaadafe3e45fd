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
import { BUCKET_MS, MAX_DISORDER_MS, timedRecordMaker, type BenchRecord } from './bench-records.js'
import { BenchSource, makerOf } from './bench-source.js'
import { ProgressCounter } from './progress.js'

type Counted = [key: string, bucket: number, count: number]

/** The progress is that of its input: what is emitted comes in bursts. */
class BucketCounts extends KeyedProcessFunction<string, BenchRecord, Counted> {
  readonly #records: number
  #counts: MapState<number, number> | undefined
  #progress: ProgressCounter | undefined

  constructor(records: number) {
    super()
    this.#records = records
  }

  override open(): void {
    const context = this.getRuntimeContext()
    this.#counts = context.getMapState(new MapStateDescriptor('counts', Types.LONG, Types.LONG))
    this.#progress = new ProgressCounter(this.#records / context.getNumberOfParallelSubtasks())
  }

  override processElement(record: BenchRecord, context: KeyedProcessFunctionContext<string>): void {
    const bucket = record.ts - (record.ts % BUCKET_MS)
    this.#counts?.put(bucket, (this.#counts.get(bucket) ?? 0) + 1)
    context.timerService().registerEventTimeTimer(bucket + BUCKET_MS - 1)
    this.#progress?.add()
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

  override close(): void {
    this.getRuntimeContext()
      .getStandardOutput()
      .write(this.#progress?.line(0) ?? '')
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
  const records = params.getInt('records')
  const makerFor = makerOf(params)
  const source = new BenchSource(records, (subtask, parallelism) =>
    timedRecordMaker(makerFor(subtask), subtask, parallelism),
  )
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<BenchRecord>(Duration.ofMillis(MAX_DISORDER_MS))
  env
    .addSource(source, 'source')
    .assignTimestampsAndWatermarks(strategy.withTimestampAssigner((record) => record.ts))
    .keyBy((record) => record.key)
    .process(new BucketCounts(records))
    .uid('counts')
    .addSink(new CountSum())
}
