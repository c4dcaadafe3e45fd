import {
  KeyedBroadcastProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  Types,
  type Collector,
  type KeyedBroadcastProcessFunctionContext,
  type KeyedBroadcastProcessFunctionReadOnlyContext,
  type ListState,
  type StreamExecutionEnvironment,
} from 'flink-ts'

type Order = readonly [product: string, pieces: number]
type Price = readonly [product: string, cents: number]

/** The rules: every subtask has all of them. */
const PRICES = new MapStateDescriptor('prices', Types.STRING, Types.LONG)
/** The orders of a product that has no price yet. */
const WAITING = new ListStateDescriptor('waiting', Types.LONG)

/** Says of each order what it costs, whichever comes first: the order or the price. */
class Pricing extends KeyedBroadcastProcessFunction<string, Order, Price, string> {
  #waiting: ListState<number> | undefined

  override open(): void {
    this.#waiting = this.getRuntimeContext().getListState(WAITING)
  }

  processElement(
    [product, pieces]: Order,
    ctx: KeyedBroadcastProcessFunctionReadOnlyContext<string>,
    out: Collector<string>,
  ): void {
    const cents = ctx.getBroadcastState(PRICES).get(product)
    if (cents === null) this.#waiting?.add(pieces)
    else out.collect(priced(product, pieces, cents))
  }

  processBroadcastElement(
    [product, cents]: Price,
    ctx: KeyedBroadcastProcessFunctionContext<string>,
    out: Collector<string>,
  ): void {
    ctx.getBroadcastState(PRICES).put(product, cents)
    ctx.applyToKeyedState(WAITING, (waitingFor, waiting) => {
      if (waitingFor !== product) return
      for (const pieces of waiting.get()) out.collect(priced(product, pieces, cents))
      waiting.clear()
    })
  }
}

function priced(product: string, pieces: number, cents: number): string {
  return `${String(pieces)} ${product}: ${((pieces * cents) / 100).toFixed(2)}`
}

export default function pricedOrders(env: StreamExecutionEnvironment): void {
  const prices = env.fromElements<Price>(['apple', 30], ['pear', 45], ['plum', 12]).uid('prices')
  env
    .fromElements<Order>(['apple', 3], ['plum', 10], ['apple', 5], ['pear', 2], ['fig', 1])
    .uid('orders')
    .keyBy(0)
    .connect(prices.broadcast(PRICES))
    .process(new Pricing())
    .uid('pricing')
    .print()
}
