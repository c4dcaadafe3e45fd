import {
  Duration,
  KeyedProcessFunction,
  MapStateDescriptor,
  Types,
  WatermarkStrategy,
  type Collector,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
  type MapState,
  type StreamExecutionEnvironment,
} from 'flink-ts'

interface Visit {
  readonly page: string
  /** When it was, as ISO 8601. */
  readonly at: string
}

const MINUTE_MS = 60_000

/** Counts the visits of each page in each minute in which they were, and tells a minute when time has passed its end. */
class VisitsPerMinute extends KeyedProcessFunction<string, Visit, string> {
  #counts!: MapState<number, number>

  override open(): void {
    this.#counts = this.getRuntimeContext().getMapState(new MapStateDescriptor('counts', Types.LONG, Types.LONG))
  }

  processElement(visit: Visit, ctx: KeyedProcessFunctionContext<string>, out: Collector<string>): void {
    const at = ctx.timestamp()
    if (at === null) throw new Error('a visit has no timestamp: its stream has no timestamp assigner')
    const minute = at - (at % MINUTE_MS)
    const lastMs = minute + MINUTE_MS - 1
    if (lastMs <= ctx.timerService().currentWatermark()) {
      out.collect(`${visit.page} at ${visit.at} is too late`)
      return
    }
    this.#counts.put(minute, (this.#counts.get(minute) ?? 0) + 1)
    ctx.timerService().registerEventTimeTimer(lastMs)
  }

  override onTimer(lastMs: number, ctx: KeyedProcessFunctionOnTimerContext<string>, out: Collector<string>): void {
    const minute = lastMs + 1 - MINUTE_MS
    const from = new Date(minute).toISOString().slice(11, 16)
    out.collect(`${ctx.getCurrentKey()} from ${from}: ${String(this.#counts.get(minute) ?? 0)}`)
    this.#counts.remove(minute)
  }
}

export default function visitsPerMinute(env: StreamExecutionEnvironment): void {
  const visits: Visit[] = [
    { page: '/', at: '2026-03-01T12:00:10Z' },
    { page: '/', at: '2026-03-01T12:00:55Z' },
    { page: '/', at: '2026-03-01T12:01:05Z' },
    // 15 s late, which is less than the bound.
    { page: '/', at: '2026-03-01T12:00:50Z' },
    { page: '/about', at: '2026-03-01T12:02:30Z' },
  ]
  env
    .fromCollection(visits)
    .uid('visits')
    .assignTimestampsAndWatermarks(
      WatermarkStrategy.forBoundedOutOfOrderness<Visit>(Duration.ofSeconds(20))
        .withTimestampAssigner((visit) => Date.parse(visit.at))
        .withIdleness(Duration.ofSeconds(30)),
    )
    .keyBy((visit) => visit.page)
    .process(new VisitsPerMinute())
    .uid('visits-per-minute')
    .print()
}
