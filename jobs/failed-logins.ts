import {
  Duration,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  Types,
  WatermarkStrategy,
  type Collector,
  type DataStream,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
  type ListState,
  type MapState,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'

interface Login {
  readonly user: string
  /** ISO time. */
  readonly at: string
  readonly succeeded: boolean
}

const MINUTE_MS = 60_000
const TOO_MANY = 3

/**
 * Finds three failed logins of a user within a minute, with none between them that succeeded. A sequence can only be judged in
 * order, so each login waits until time has come to it: by then all that were before it are there.
 */
class FailedLogins extends KeyedProcessFunction<string, Login, string> {
  /** Those that time has not yet come to: of each time, whether they succeeded. */
  #waiting!: MapState<number, boolean[]>
  /** Times of those that failed in a row within a minute. */
  #failed!: ListState<number>

  override open(): void {
    const context = this.getRuntimeContext()
    this.#waiting = context.getMapState(new MapStateDescriptor('waiting', Types.LONG, Types.LIST(Types.BOOLEAN)))
    this.#failed = context.getListState(new ListStateDescriptor('failed', Types.LONG))
  }

  processElement({ at, succeeded }: Login, ctx: KeyedProcessFunctionContext<string>): void {
    const atMs = Date.parse(at)
    if (atMs <= ctx.timerService().currentWatermark()) return
    this.#waiting.put(atMs, [...(this.#waiting.get(atMs) ?? []), succeeded])
    ctx.timerService().registerEventTimeTimer(atMs)
    // Frees what is then older than a minute.
    ctx.timerService().registerEventTimeTimer(atMs + MINUTE_MS)
  }

  override onTimer(atMs: number, ctx: KeyedProcessFunctionOnTimerContext<string>, out: Collector<string>): void {
    let failed = [...this.#failed.get()].filter((failedMs) => failedMs > atMs - MINUTE_MS)
    for (const succeeded of this.#waiting.get(atMs) ?? []) {
      failed = succeeded ? [] : [...failed, atMs]
      if (failed.length < TOO_MANY) continue
      out.collect(`${ctx.getCurrentKey()}: ${failed.map(timeOfDay).join(', ')}`)
      failed = []
    }
    this.#waiting.remove(atMs)
    this.#failed.update(failed)
  }
}

function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}

/** The users with three failed logins within a minute, of lines of JSON that are up to 15 s out of order. */
export function suspects(lines: DataStream<string>): DataStream<string> {
  return lines
    .map((line) => JSON.parse(line) as Login)
    .assignTimestampsAndWatermarks(
      WatermarkStrategy.forBoundedOutOfOrderness<Login>(Duration.ofSeconds(15)).withTimestampAssigner(({ at }) =>
        Date.parse(at),
      ),
    )
    .keyBy(({ user }) => user)
    .process(new FailedLogins())
    .uid('failed-logins')
}

export default function failedLogins(env: StreamExecutionEnvironment, params: ParameterTool): void {
  suspects(env.readTextFile(params.getRequired('input')).uid('logins')).print()
}
