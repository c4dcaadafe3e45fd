/** source -> keyBy -> windows of a kind -> sink; `--kind tumbling|sliding|session|hot|open`. */
import {
  Duration,
  EventTimeSessionWindows,
  ProcessWindowFunction,
  RichSinkFunction,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  WatermarkStrategy,
} from 'flink-ts'
import type {
  Collector,
  DataStream,
  KeyedStream,
  ParameterTool,
  ProcessWindowFunctionContext,
  StreamExecutionEnvironment,
  TimeWindow,
} from 'flink-ts'
import { DISORDER_MS, type TimedRecord } from './timed-records.js'
import { TimedSource } from './timed-source.js'
import { count, sumAndCount, type Sum } from './window-functions.js'

type Result = readonly [key: string, end: number, count: number]
type Keyed = KeyedStream<TimedRecord, string>

class SumAtEnd extends ProcessWindowFunction<Sum, Result, string, TimeWindow> {
  process(
    key: string,
    context: ProcessWindowFunctionContext<TimeWindow>,
    sums: Iterable<Sum>,
    out: Collector<Result>,
  ): void {
    for (const { sum, count: counted } of sums) out.collect([key, context.window().getEnd(), sum + counted])
  }
}

class CountAtEnd extends ProcessWindowFunction<number, Result, string, TimeWindow> {
  process(
    key: string,
    context: ProcessWindowFunctionContext<TimeWindow>,
    counts: Iterable<number>,
    out: Collector<Result>,
  ): void {
    for (const counted of counts) out.collect([key, context.window().getEnd(), counted])
  }
}

class ResultSink extends RichSinkFunction<Result> {
  #sum = 0

  invoke([, , counted]: Result): void {
    this.#sum += counted
  }

  override finish(): void {
    this.getRuntimeContext()
      .getStandardOutput()
      .write(`SUM ${String(this.#sum)}\n`)
  }
}

const KINDS: Readonly<Record<string, (keyed: Keyed) => DataStream<Result>>> = {
  tumbling: (keyed) =>
    keyed.window(TumblingEventTimeWindows.of(Duration.ofSeconds(10))).aggregate(sumAndCount, new SumAtEnd()),
  sliding: (keyed) =>
    keyed
      .window(SlidingEventTimeWindows.of(Duration.ofSeconds(60), Duration.ofSeconds(10)))
      .aggregate(count, new CountAtEnd()),
  session: (keyed) =>
    keyed.window(EventTimeSessionWindows.withGap(Duration.ofSeconds(5))).aggregate(count, new CountAtEnd()),
  hot: (keyed) =>
    keyed
      .window(SlidingEventTimeWindows.of(Duration.ofSeconds(10), Duration.ofSeconds(2)))
      .aggregate(count, new CountAtEnd())
      .uid('counts')
      .keyBy(([, end]) => end)
      .window(TumblingEventTimeWindows.of(Duration.ofSeconds(2)))
      .reduce((left, right) => (right[2] > left[2] || (right[2] === left[2] && right[0] < left[0]) ? right : left)),
  // Windows that stay open: what a checkpoint of them takes.
  open: (keyed) => keyed.window(TumblingEventTimeWindows.of(Duration.ofDays(1000))).aggregate(count, new CountAtEnd()),
}

export default function windowsJob(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const kind = params.getRequired('kind')
  const windows = KINDS[kind]
  if (windows === undefined) throw new Error(`no windows of the kind ${kind}`)
  const watermarks = WatermarkStrategy.forBoundedOutOfOrderness<TimedRecord>(Duration.ofMillis(DISORDER_MS))
  const keyed = env
    .addSource(new TimedSource(params.getInt('records'), params.getInt('keys')), 'source')
    .assignTimestampsAndWatermarks(watermarks.withTimestampAssigner(({ ts }) => ts))
    .keyBy(({ key }) => key)
  windows(keyed).addSink(new ResultSink())
}
