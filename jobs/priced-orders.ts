import {
  KeyedBroadcastProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  Types,
  type Collector,
  type DataStream,
  type KeyedBroadcastProcessFunctionContext,
  type KeyedBroadcastProcessFunctionReadOnlyContext,
  type ListState,
  type StreamExecutionEnvironment,
} from 'flink-ts'

export type Order = readonly [product: string, pieces: number]
export type Price = readonly [product: string, cents: number]

export const ORDERS: readonly Order[] = [
  ['apple', 3],
  ['plum', 10],
  ['apple', 5],
  ['pear', 2],
  ['fig', 1],
]
export const PRICES: readonly Price[] = [
  ['apple', 30],
  ['pear', 45],
  ['plum', 12],
]

/** The rules: every subtask has all of them. */
const PRICE_LIST = new MapStateDescriptor('prices', Types.STRING, Types.LONG)
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
    const cents = ctx.getBroadcastState(PRICE_LIST).get(product)
    if (cents === null) this.#waiting?.add(pieces)
    else out.collect(bill(product, pieces, cents))
  }

  processBroadcastElement(
    [product, cents]: Price,
    ctx: KeyedBroadcastProcessFunctionContext<string>,
    out: Collector<string>,
  ): void {
    ctx.getBroadcastState(PRICE_LIST).put(product, cents)
    ctx.applyToKeyedState(WAITING, (waitingFor, waiting) => {
      if (waitingFor !== product) return
      for (const pieces of waiting.get()) out.collect(bill(product, pieces, cents))
      waiting.clear()
    })
  }
}

function bill(product: string, pieces: number, cents: number): string {
  return `${String(pieces)} ${product}: ${((pieces * cents) / 100).toFixed(2)}`
}

/** The orders with what they cost. */
export function priced(orders: DataStream<Order>, prices: DataStream<Price>): DataStream<string> {
  return orders.keyBy(0).connect(prices.broadcast(PRICE_LIST)).process(new Pricing()).uid('pricing')
}

export default function pricedOrders(env: StreamExecutionEnvironment): void {
  const orders = env.fromCollection(ORDERS).uid('orders')
  const prices = env.fromCollection(PRICES).uid('prices')
  priced(orders, prices).print()
}
