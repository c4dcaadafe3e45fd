import {
  OutputTag,
  Time,
  TumblingEventTimeWindows,
  type Collector,
  type DataStream,
  type ParameterTool,
  type SingleOutputStreamOperator,
  type StreamExecutionEnvironment,
} from 'flink-ts'
import { accessLog, COUNT_OF_HITS, hitsOf, minuteOf, type Hit } from './access-log.js'

/** Hits that came more than a minute after the end of theirs. */
export const TOO_LATE = new OutputTag<Hit>('too-late')

/** The hits of each page in each minute: told at its end, and again with each hit that comes late, for a minute more. */
export function hitsPerMinute(lines: DataStream<string>): SingleOutputStreamOperator<string> {
  return hitsOf(lines)
    .keyBy(({ page }) => page)
    .window(TumblingEventTimeWindows.of(Time.minutes(1)))
    .allowedLateness(Time.minutes(1))
    .sideOutputLateData(TOO_LATE)
    .aggregate(COUNT_OF_HITS, (page, window, [count = 0], out: Collector<string>) => {
      out.collect(`${minuteOf(window.getStart())} ${page}: ${String(count)}`)
    })
    .uid('hits-per-minute')
}

/** What became of none of them. */
export function tooLate(hits: SingleOutputStreamOperator<string>): DataStream<string> {
  return hits.getSideOutput(TOO_LATE).map(({ page, atMs }) => `too late: ${page} at ${minuteOf(atMs)}`)
}

export default function nginxHits(env: StreamExecutionEnvironment, params: ParameterTool): void {
  const hits = hitsPerMinute(accessLog(env, params))
  hits.print()
  tooLate(hits).print()
}
