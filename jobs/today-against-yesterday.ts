import {
  KeyedCoProcessFunction,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type DataStream,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
  type StreamExecutionEnvironment,
  type ValueState,
} from 'flink-ts'

export interface Sale {
  readonly shop: string
  /** ISO time. */
  readonly at: string
  readonly amount: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export const YESTERDAY: readonly Sale[] = [
  { shop: 'north', at: '2026-03-01T09:10:00Z', amount: 20 },
  { shop: 'south', at: '2026-03-01T09:15:00Z', amount: 50 },
  { shop: 'north', at: '2026-03-01T09:50:00Z', amount: 5 },
  { shop: 'north', at: '2026-03-01T10:20:00Z', amount: 30 },
]
export const TODAY: readonly Sale[] = [
  { shop: 'north', at: '2026-03-02T09:05:00Z', amount: 40 },
  { shop: 'south', at: '2026-03-02T09:59:59Z', amount: 10 },
  { shop: 'south', at: '2026-03-02T10:00:00Z', amount: 15 },
  { shop: 'south', at: '2026-03-02T10:30:00Z', amount: 25 },
]

/** Sums the sales of a shop by the hour, and compares them with those of the same hour a day before when the hour is over. */
class Comparison extends KeyedCoProcessFunction<string, Sale, Sale, string> {
  #today: ValueState<number> | undefined
  #yesterday: ValueState<number> | undefined

  override open(): void {
    const context = this.getRuntimeContext()
    this.#today = context.getState(new ValueStateDescriptor('today', Types.LONG))
    this.#yesterday = context.getState(new ValueStateDescriptor('yesterday', Types.LONG))
  }

  processElement1(sale: Sale, ctx: KeyedProcessFunctionContext<string>): void {
    this.#add(this.#today, sale, ctx)
  }

  processElement2(sale: Sale, ctx: KeyedProcessFunctionContext<string>): void {
    this.#add(this.#yesterday, sale, ctx)
  }

  override onTimer(
    _timestampMs: number,
    ctx: KeyedProcessFunctionOnTimerContext<string>,
    out: Collector<string>,
  ): void {
    const [today, yesterday] = [this.#today?.value() ?? 0, this.#yesterday?.value() ?? 0]
    out.collect(`${ctx.getCurrentKey()}: ${String(today)} today, ${String(yesterday)} yesterday`)
    this.#today?.clear()
    this.#yesterday?.clear()
  }

  /** Records of both streams have the timestamp of today, so they wait for the same timer. */
  #add(sum: ValueState<number> | undefined, { amount }: Sale, ctx: KeyedProcessFunctionContext<string>): void {
    sum?.update((sum.value() ?? 0) + amount)
    const timestamp = ctx.timestamp()
    if (timestamp === null) throw new Error('a sale has no timestamp: its stream has no timestamp assigner')
    ctx.timerService().registerEventTimeTimer(timestamp - (timestamp % HOUR_MS) + HOUR_MS - 1)
  }
}

/** The time of a sale and what the hours are counted by, `shiftMs` later. */
function shifted(sales: DataStream<Sale>, shiftMs: number): DataStream<Sale> {
  const strategy = WatermarkStrategy.forMonotonousTimestamps<Sale>()
  return sales.assignTimestampsAndWatermarks(strategy.withTimestampAssigner(({ at }) => Date.parse(at) + shiftMs))
}

/** A shop and an hour of the day, such as `north 09:00`. */
function shopAndHour({ shop, at }: Sale): string {
  return `${shop} ${at.slice(11, 13)}:00`
}

/** The sales of each shop in each hour of today, beside those of the same hour of yesterday. */
export function compared(today: DataStream<Sale>, yesterday: DataStream<Sale>): DataStream<string> {
  return shifted(today, 0)
    .connect(shifted(yesterday, DAY_MS))
    .keyBy(shopAndHour, shopAndHour)
    .process(new Comparison())
    .uid('comparison')
}

export default function todayAgainstYesterday(env: StreamExecutionEnvironment): void {
  compared(env.fromCollection(TODAY).uid('today'), env.fromCollection(YESTERDAY).uid('yesterday')).print()
}
