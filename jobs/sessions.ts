import {
  EventTimeSessionWindows,
  ProcessWindowFunction,
  Time,
  type Collector,
  type DataStream,
  type ParameterTool,
  type ProcessWindowFunctionContext,
  type StreamExecutionEnvironment,
  type TimeWindow,
} from 'flink-ts'
import { accessLog, hitsOf, minuteOf, type Hit } from './access-log.js'

/** The way of a visitor through the pages, in the order in which they were asked for, not in that of the log. */
class Visit extends ProcessWindowFunction<Hit, string, string, TimeWindow> {
  process(
    visitor: string,
    ctx: ProcessWindowFunctionContext<TimeWindow>,
    hits: Iterable<Hit>,
    out: Collector<string>,
  ): void {
    const way = [...hits].sort((left, right) => left.atMs - right.atMs).map(({ page }) => page)
    out.collect(`${visitor} from ${minuteOf(ctx.window().getStart())}: ${way.join(' ')}`)
  }
}

/** The sessions of each visitor: one ends when nothing has come for 10 minutes. */
export function sessions(lines: DataStream<string>): DataStream<string> {
  return hitsOf(lines)
    .keyBy(({ visitor }) => visitor)
    .window(EventTimeSessionWindows.withGap(Time.minutes(10)))
    .process(new Visit())
    .uid('sessions')
}

export default function sessionization(env: StreamExecutionEnvironment, params: ParameterTool): void {
  sessions(accessLog(env, params)).print()
}
