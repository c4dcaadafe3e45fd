import type { AggregateFunction, DataStream, ParameterTool, StreamExecutionEnvironment } from 'flink-ts'
import { watermarksWithEachRecord } from './event-time.js'

/** A line of an access log. */
export interface Hit {
  /** Address of the visitor. */
  readonly visitor: string
  /** Path, without what follows a question mark. */
  readonly page: string
  /** Ms since the epoch. */
  readonly atMs: number
}

/** nginx's format `combined`: remote_addr - remote_user [time_local] "request" status body_bytes_sent "referer" "user_agent". */
const COMBINED = /^(\S+) - \S+ \[([^\]]+)\] "[A-Z]+ ([^\s?"]+)[^"]*" \d{3} \d+ "[^"]*" "[^"]*"$/

/** The logs of several servers, put together, are out of order by so much. */
const OUT_OF_ORDER_MS = 5_000

/** Lines of `--input <file>`, or of a server that sends them as they come: `--port <port>`, `--hostname <host>`. */
export function accessLog(env: StreamExecutionEnvironment, params: ParameterTool): DataStream<string> {
  const lines = params.has('input')
    ? env.readTextFile(params.getRequired('input'))
    : env.socketTextStream(params.get('hostname', 'localhost'), params.getInt('port'))
  return lines.uid('access-log').setParallelism(1)
}

/**
 * The hits of an access log, with their time. Lines that are no request (port scans, say) are left out. One subtask sees them all,
 * in the order of the log: which of them are late depends on it.
 */
export function hitsOf(lines: DataStream<string>): DataStream<Hit> {
  return lines
    .flatMap<Hit>((line, out) => {
      const [, visitor, time, page] = COMBINED.exec(line) ?? []
      if (visitor === undefined || time === undefined || page === undefined) return
      out.collect({ visitor, page, atMs: timeOf(time) })
    })
    .setParallelism(1)
    .assignTimestampsAndWatermarks(
      watermarksWithEachRecord<Hit>(OUT_OF_ORDER_MS).withTimestampAssigner(({ atMs }) => atMs),
    )
}

/** Of a window of hits. */
export const COUNT_OF_HITS: AggregateFunction<Hit, number, number> = {
  createAccumulator: () => 0,
  add: (_hit, count) => count + 1,
  getResult: (count) => count,
  merge: (left, right) => left + right,
}

/** Of `01/Mar/2026:09:00:02 +0100`. */
function timeOf(timeLocal: string): number {
  return Date.parse(timeLocal.replaceAll('/', ' ').replace(':', ' '))
}

/** A time of day, such as `09:01`. */
export function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16)
}
