import {
  KeyedProcessFunction,
  ListStateDescriptor,
  Time,
  TumblingEventTimeWindows,
  Types,
  type Collector,
  type DataStream,
  type KeyedProcessFunctionContext,
  type KeyedProcessFunctionOnTimerContext,
  type ListState,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'
import { accessLog, COUNT_OF_HITS, hitsOf, minuteOf } from './access-log.js'

/** How often a page was asked for in the window that ends there, in ms since the epoch. */
type PageCount = [page: string, count: number, windowEnd: number]

/** Gathers the counts of a window, and tells the greatest when time has come to its end: by then all pages have said theirs. */
class TopPages extends KeyedProcessFunction<number, PageCount, string> {
  readonly #size: number
  #counts!: ListState<PageCount>

  constructor(size: number) {
    super()
    this.#size = size
  }

  override open(): void {
    const type = Types.TUPLE(Types.STRING, Types.LONG, Types.LONG)
    this.#counts = this.getRuntimeContext().getListState(new ListStateDescriptor('counts', type))
  }

  processElement(count: PageCount, ctx: KeyedProcessFunctionContext<number>): void {
    this.#counts.add(count)
    ctx.timerService().registerEventTimeTimer(ctx.getCurrentKey())
  }

  override onTimer(windowEnd: number, _ctx: KeyedProcessFunctionOnTimerContext<number>, out: Collector<string>): void {
    const ranking = [...this.#counts.get()].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1))
    const top = ranking.slice(0, this.#size).map(([page, count]) => `${page} (${String(count)})`)
    out.collect(`until ${minuteOf(windowEnd)}: ${top.join(', ')}`)
    this.#counts.clear()
  }
}

/** The three pages of each minute that were asked for most. */
export function topPages(lines: DataStream<string>): DataStream<string> {
  return hitsOf(lines)
    .keyBy(({ page }) => page)
    .window(TumblingEventTimeWindows.of(Time.minutes(1)))
    .aggregate(COUNT_OF_HITS, (page, window, [count = 0], out: Collector<PageCount>) => {
      out.collect([page, count, window.getEnd()])
    })
    .uid('page-counts')
    .keyBy(([, , windowEnd]) => windowEnd)
    .process(new TopPages(3))
    .uid('top-pages')
}

export default function topPagesOfALog(env: StreamExecutionEnvironment, params: ParameterTool): void {
  topPages(accessLog(env, params)).print()
}
