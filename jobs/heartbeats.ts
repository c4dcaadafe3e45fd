import {
  Duration,
  KeyedProcessFunction,
  ListStateDescriptor,
  Types,
  WatermarkStrategy,
  type Collector,
  type DataStream,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
  type ListState,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'

interface Heartbeat {
  readonly machine: string
  /** ISO time. */
  readonly at: string
}

const SILENCE_MS = 30_000

/**
 * Asks 30 s after each heartbeat, in event time, whether another one has come. The timer of the last heartbeat is not deleted when
 * the next one comes: that may come before time has passed the timer, and yet be later than it.
 */
class NoHeartbeat extends KeyedProcessFunction<string, Heartbeat, string> {
  /** Times of the heartbeats of the last 30 s, and of those that time has not yet come to. */
  #beats!: ListState<number>

  override open(): void {
    this.#beats = this.getRuntimeContext().getListState(new ListStateDescriptor('beats', Types.LONG))
  }

  processElement({ at }: Heartbeat, ctx: KeyedProcessFunctionContext<string>): void {
    const atMs = Date.parse(at)
    // The question whether one came after it has been answered.
    if (atMs + SILENCE_MS <= ctx.timerService().currentWatermark()) return
    this.#beats.add(atMs)
    ctx.timerService().registerEventTimeTimer(atMs + SILENCE_MS)
  }

  override onTimer(dueMs: number, ctx: KeyedProcessFunctionOnTimerContext<string>, out: Collector<string>): void {
    const lastMs = dueMs - SILENCE_MS
    const later = [...this.#beats.get()].filter((atMs) => atMs > lastMs)
    if (!later.some((atMs) => atMs <= dueMs)) {
      out.collect(`${ctx.getCurrentKey()}: no heartbeat since ${new Date(lastMs).toISOString().slice(11, 19)}`)
    }
    this.#beats.update(later)
  }
}

/** The machines that were silent for 30 s, of lines of JSON. */
export function silences(lines: DataStream<string>): DataStream<string> {
  return lines
    .map((line) => JSON.parse(line) as Heartbeat)
    .assignTimestampsAndWatermarks(
      WatermarkStrategy.forBoundedOutOfOrderness<Heartbeat>(Duration.ofSeconds(5)).withTimestampAssigner(({ at }) =>
        Date.parse(at),
      ),
    )
    .keyBy(({ machine }) => machine)
    .process(new NoHeartbeat())
    .uid('no-heartbeat')
}

export default function heartbeats(env: StreamExecutionEnvironment, params: ParameterTool): void {
  silences(env.readTextFile(params.getRequired('input')).uid('heartbeats')).print()
}
