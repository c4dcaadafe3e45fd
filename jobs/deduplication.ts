import {
  KeyedProcessFunction,
  Types,
  ValueStateDescriptor,
  type Collector,
  type DataStream,
  type KeyedProcessFunctionContext,
  type ParameterTool,
  type StreamExecutionEnvironment,
  type ValueState,
} from 'flink-ts'
import { watermarksWithEachRecord } from './event-time.js'

interface Payment {
  readonly id: string
  /** ISO time. */
  readonly at: string
  readonly cents: number
}

/** A payment that was sent twice comes again within that time. */
const REMEMBERED_MS = 3_600_000
const OUT_OF_ORDER_MS = 10_000

/** Lets the first record of each id through. What it knows of an id is freed after an hour, or the state would grow for ever. */
class FirstOfItsId extends KeyedProcessFunction<string, Payment, Payment> {
  #seen!: ValueState<boolean>

  override open(): void {
    this.#seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', Types.BOOLEAN))
  }

  processElement(payment: Payment, ctx: KeyedProcessFunctionContext<string>, out: Collector<Payment>): void {
    if (this.#seen.value() === true) return
    this.#seen.update(true)
    ctx.timerService().registerEventTimeTimer(Date.parse(payment.at) + REMEMBERED_MS)
    out.collect(payment)
  }

  override onTimer(): void {
    this.#seen.clear()
  }
}

/** Each payment once, of lines of JSON in which some are repeated. */
export function deduplicated(lines: DataStream<string>): DataStream<string> {
  return lines
    .map((line) => JSON.parse(line) as Payment)
    .setParallelism(1)
    .assignTimestampsAndWatermarks(
      watermarksWithEachRecord<Payment>(OUT_OF_ORDER_MS).withTimestampAssigner(({ at }) => Date.parse(at)),
    )
    .keyBy(({ id }) => id)
    .process(new FirstOfItsId())
    .uid('deduplication')
    .map(({ id, at, cents }) => `${id} at ${at}: ${(cents / 100).toFixed(2)}`)
}

export default function deduplication(env: StreamExecutionEnvironment, params: ParameterTool): void {
  deduplicated(env.readTextFile(params.getRequired('input')).uid('payments').setParallelism(1)).print()
}
