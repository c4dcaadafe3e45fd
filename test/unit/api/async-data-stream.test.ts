import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  AsyncDataStream,
  AsyncRetryStrategies,
  FlinkError,
  RetryPredicates,
  StreamExecutionEnvironment,
  TimeUnit,
  type DataStream,
} from '../../../src/index.js'

function numbers(): DataStream<number> {
  return StreamExecutionEnvironment.getExecutionEnvironment().fromElements(1, 2)
}

const identity = (x: number): Promise<number> => Promise.resolve(x)
const strategy = new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<number>(1, 1)
  .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
  .build()

function specOf<T>(stream: DataStream<T>): object {
  const { transformation } = stream
  assert.ok('operator' in transformation)
  return transformation.operator
}

describe('AsyncDataStream', () => {
  it('describes an operator with the defaults of Flink and arguments', () => {
    const { SECONDS } = TimeUnit
    const cases = [
      [
        AsyncDataStream.orderedWait(numbers(), identity, 2, SECONDS),
        { outputMode: 'ordered', timeoutMs: 2000, capacity: 100, retryStrategy: undefined },
      ],
      [AsyncDataStream.unorderedWait(numbers(), identity, 2, SECONDS, 7), { outputMode: 'unordered', capacity: 7 }],
      [
        AsyncDataStream.unorderedWait(
          numbers().keyBy((x) => x),
          identity,
          2,
          SECONDS,
        ),
        { outputMode: 'ordered-by-key' },
      ],
      [
        AsyncDataStream.orderedWaitWithRetry(numbers(), identity, 2, SECONDS, strategy),
        { capacity: 100, retryStrategy: strategy },
      ],
      [
        AsyncDataStream.unorderedWaitWithRetry(numbers(), identity, 2, SECONDS, 5, strategy),
        { capacity: 5, retryStrategy: strategy },
      ],
      [
        AsyncDataStream.orderedWaitWithRetry(numbers(), identity, 2, SECONDS, AsyncRetryStrategies.NO_RETRY_STRATEGY),
        { retryStrategy: undefined },
      ],
    ] as const
    for (const [stream, expected] of cases) {
      const spec = specOf(stream)
      for (const [name, value] of Object.entries(expected)) assert.equal(Reflect.get(spec, name), value, name)
    }
  })

  it('refuses arguments that cannot be, and says what it takes', () => {
    const wait = AsyncDataStream.orderedWait as (...given: readonly unknown[]) => unknown
    const retry = AsyncDataStream.unorderedWaitWithRetry as (...given: readonly unknown[]) => unknown
    const builder = AsyncRetryStrategies.FixedDelayRetryStrategyBuilder
    const cases: readonly (readonly [() => unknown, RegExp])[] = [
      [() => wait([1], identity, 1, 1), /orderedWait\(\) takes a stream first, not \[ 1 \]/],
      [() => wait(numbers(), {}, 1, 1), /orderedWait\(\) takes a function or an object with a method asyncInvoke/],
      [
        () => wait(numbers(), identity, 1),
        /takes the unit of the timeout fourth, such as TimeUnit\.SECONDS, not undefined/,
      ],
      [() => wait(numbers(), identity, -1, 1), /takes a timeout third, a number that is not negative, and not -1/],
      [() => wait(numbers(), identity, 1, 1, 0), /the capacity has to be a whole number from 1 on, and it was given 0/],
      [() => retry(numbers(), identity, 1, 1, 5), /takes a strategy of AsyncRetryStrategies last, not undefined/],
      [() => retry(numbers(), identity, 1, 1, null), /takes a strategy of AsyncRetryStrategies last, not null/],
      [
        () => retry(numbers(), identity, 1, 1, { canRetry: () => true, getBackoffTimeMillis: () => 1 }),
        /takes a strategy of AsyncRetryStrategies last, and the one that was given has no method getRetryPredicate/,
      ],
      [
        () => retry(numbers(), identity, 1, 1, { ...strategy, getBackoffTimeMillis: 5 }),
        /takes a strategy of AsyncRetryStrategies last, and the one that was given has no method getBackoffTimeMillis/,
      ],
      [
        () =>
          retry(numbers(), identity, 1, 1, {
            ...strategy,
            getRetryPredicate: () => ({ exceptionPredicate: () => undefined }),
          }),
        /takes a strategy whose getRetryPredicate\(\) has no method resultPredicate/,
      ],
      [
        () =>
          retry(numbers(), identity, 1, 1, {
            ...strategy,
            getRetryPredicate: () => ({ resultPredicate: () => undefined, exceptionPredicate: () => true }),
          }),
        /takes a strategy whose exceptionPredicate\(\) gives a function or undefined, not true/,
      ],
      [() => new builder(0, 1), /maxAttempts must be a number greater than 0, not 0/],
      [
        () => new builder(1, 1).ifResult('x' as never),
        /ifResult\(\) takes a function, such as one of RetryPredicates, not 'x'/,
      ],
    ]
    for (const [call, message] of cases) {
      assert.throws(
        call,
        (error: unknown) => FlinkError.is(error, 'GRAPH_INVALID') && message.test(error.message),
        String(message),
      )
    }
  })

  it('has no side output', () => {
    const stream = AsyncDataStream.orderedWait(numbers(), identity, 1, 1)
    assert.throws(() => stream.getSideOutput({} as never), /getSideOutput/)
  })
})
