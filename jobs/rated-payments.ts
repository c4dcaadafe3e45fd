import { setTimeout as delay } from 'node:timers/promises'
import {
  AsyncDataStream,
  AsyncRetryStrategies,
  RetryPredicates,
  RichAsyncFunction,
  TimeUnit,
  type DataStream,
  type ParameterTool,
  type ResultFuture,
  type StreamExecutionEnvironment,
} from 'flink-ts'

interface Payment {
  readonly id: string
  readonly cents: number
}

const BUSY_AT_FIRST: ReadonlySet<string> = new Set(['p-2', 'p-3'])

class ServiceBusy extends Error {}

/** Stands for a service in the network: it takes its time, and a part of it is busy when it is asked for the first time. */
class RatingService {
  readonly #asked = new Set<string>()

  async rate({ id, cents }: Payment): Promise<string> {
    await delay(1 + (cents % 7))
    if (BUSY_AT_FIRST.has(id) && !this.#asked.has(id)) {
      this.#asked.add(id)
      throw new ServiceBusy(`ask again about ${id}`)
    }
    return cents >= 2000 ? 'high' : 'low'
  }
}

class Rating extends RichAsyncFunction<Payment, string> {
  #service!: RatingService

  override open(): void {
    this.#service = new RatingService()
  }

  override async asyncInvoke(payment: Payment, resultFuture: ResultFuture<string>): Promise<void> {
    const rating = await this.#service.rate(payment)
    resultFuture.complete([line(payment, rating)])
  }

  override timeout(payment: Payment, resultFuture: ResultFuture<string>): void {
    resultFuture.complete([line(payment, 'unknown')])
  }
}

function line({ id, cents }: Payment, rating: string): string {
  return `${id}: ${(cents / 100).toFixed(2)}, risk ${rating}`
}

/** Each payment of lines of JSON with its risk, which a service knows. */
export function rated(lines: DataStream<string>): DataStream<string> {
  const againWhenBusy = new AsyncRetryStrategies.ExponentialBackoffDelayRetryStrategyBuilder<string>(5, 2, 100, 2)
    .ifException(RetryPredicates.createExceptionTypePredicate(ServiceBusy))
    .build()
  const payments = lines.map((text) => JSON.parse(text) as Payment)
  return AsyncDataStream.orderedWaitWithRetry(payments, new Rating(), 30, TimeUnit.SECONDS, 4, againWhenBusy)
    .setParallelism(1)
    .uid('rating')
}

export default function ratedPayments(env: StreamExecutionEnvironment, params: ParameterTool): void {
  rated(env.readTextFile(params.getRequired('input')).uid('payments')).print()
}
