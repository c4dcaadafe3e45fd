import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { AsyncOutputMode, AsyncSpec } from '../dag/operators/async-spec.js'
import type { TimeUnit } from '../eventtime/time.js'
import type { AsyncFunction } from '../functions/async/async-function.js'
import type { AsyncRetryStrategy } from '../functions/async/async-retry-strategy.js'
import type { ResultFuture } from '../functions/async/result-future.js'
import { hasMethods } from '../functions/has-methods.js'
import { checkedInteger } from '../types/checked-number.js'
import { DataStream } from './data-stream.js'
import { asFunctionObject } from './function-arguments.js'
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js'

/** What a function gives that takes no future: a result, or an array of results. */
type Given<O> = O | readonly O[] | void

/**
 * What answers later: an {@link AsyncFunction}, its `asyncInvoke` alone, or a function of the record alone whose promise resolves with the
 * result, or with an array of results. A result that is an array itself, as a tuple is, stands in an array of its own.
 *
 * @example
 * ```ts
 * import type { AsyncArgument } from 'flink-ts'
 *
 * const length: AsyncArgument<string, number> = async (text) => text.length
 * ```
 */
export type AsyncArgument<I, O> =
  AsyncFunction<I, O> | ((input: I, resultFuture: ResultFuture<O>) => Given<O> | Promise<Given<O>>)

/** How many records may wait for their results where a job says nothing. */
const DEFAULT_CAPACITY = 100

/**
 * Asks an asynchronous function about each record, about many of them at a time, and goes on with what it answers.
 *
 * - `orderedWait`: results come in the order of their records. `unorderedWait`: as soon as they are there, except that none passes a
 *   watermark, in either direction; on a keyed stream those of one key keep their order.
 * - `timeout` in `timeUnit` is how long a record may take, retries and all; 0 is for ever. After it the function's `timeout` is called,
 *   and where there is none the job fails (ASYNC_TIMEOUT). It is by the clock of the job, and begins anew after a restore.
 * - `capacity` (100): how many records are asked about at a time. Where that many wait, the operator takes no more, and so those before it
 *   have to wait (back pressure); the thread goes on with other tasks.
 * - `...WithRetry`: asked again by an {@link AsyncRetryStrategy}. The capacity may be left out, then the strategy takes its place.
 *
 * Records without result are in checkpoints and savepoints, and are asked about again after a restore, in their order: at least once, with
 * one result each. They move with their keys where the stream is keyed, and are dealt out evenly where it is not.
 *
 * Arguments that cannot be are GRAPH_INVALID.
 *
 * @example
 * ```ts
 * import { AsyncDataStream, AsyncRetryStrategies, RetryPredicates, StreamExecutionEnvironment, TimeUnit } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * const users = env.fromElements(1, 2, 3)
 * const names = AsyncDataStream.orderedWait(users, async (id) => `user ${id}`, 5, TimeUnit.SECONDS)
 * names.print()
 *
 * const threeTimes = new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<string>(3, 100)
 *   .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
 *   .build()
 * const fetched = async (id: number): Promise<string> => (await fetch(`http://localhost:8080/users/${id}`)).text()
 * AsyncDataStream.unorderedWaitWithRetry(users, fetched, 5, TimeUnit.SECONDS, 1000, threeTimes).print()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/
 */
export class AsyncDataStream {
  private constructor() {
    // Its methods are static.
  }

  /** Results as soon as they are there. */
  static unorderedWait<I, O>(
    ...given: [stream: DataStream<I>, fn: AsyncArgument<I, O>, timeout: number, timeUnit: TimeUnit, capacity?: number]
  ): SingleOutputStreamOperator<O> {
    return addOperator('unorderedWait', given, undefined)
  }

  /** Results in the order of their records. */
  static orderedWait<I, O>(
    ...given: [stream: DataStream<I>, fn: AsyncArgument<I, O>, timeout: number, timeUnit: TimeUnit, capacity?: number]
  ): SingleOutputStreamOperator<O> {
    return addOperator('orderedWait', given, undefined)
  }

  /** Results as soon as they are there; asked again by the strategy. */
  static unorderedWaitWithRetry<I, O>(...given: RetryArguments<I, O>): SingleOutputStreamOperator<O> {
    return withRetry('unorderedWaitWithRetry', given)
  }

  /** Results in the order of their records; asked again by the strategy. */
  static orderedWaitWithRetry<I, O>(...given: RetryArguments<I, O>): SingleOutputStreamOperator<O> {
    return withRetry('orderedWaitWithRetry', given)
  }
}

type WaitArguments<I, O> = readonly [
  stream: DataStream<I>,
  fn: AsyncArgument<I, O>,
  timeout: number,
  timeUnit: TimeUnit,
  capacity?: number | undefined,
]

/**
 * What the methods with retries take: the capacity may be left out.
 *
 * @example
 * ```ts
 * import { AsyncDataStream, AsyncRetryStrategies, type DataStream, type RetryArguments, TimeUnit } from 'flink-ts'
 *
 * const hurried = (ids: DataStream<number>): RetryArguments<number, string> => {
 *   return [ids, async (id) => `user ${id}`, 50, TimeUnit.MILLISECONDS, AsyncRetryStrategies.NO_RETRY_STRATEGY]
 * }
 * export const names = (ids: DataStream<number>) => AsyncDataStream.orderedWaitWithRetry(...hurried(ids))
 * ```
 */
export type RetryArguments<I, O> =
  | [
      stream: DataStream<I>,
      fn: AsyncArgument<I, O>,
      timeout: number,
      timeUnit: TimeUnit,
      asyncRetryStrategy: AsyncRetryStrategy<O>,
    ]
  | [
      stream: DataStream<I>,
      fn: AsyncArgument<I, O>,
      timeout: number,
      timeUnit: TimeUnit,
      capacity: number,
      asyncRetryStrategy: AsyncRetryStrategy<O>,
    ]

function withRetry<I, O>(method: string, given: RetryArguments<I, O>): SingleOutputStreamOperator<O> {
  const [stream, fn, timeout, timeUnit, fifth, sixth] = given
  const [capacity, strategy] = typeof fifth === 'number' ? [fifth, sixth] : [undefined, fifth]
  return addOperator(method, [stream, fn, timeout, timeUnit, capacity], checkedStrategy(method, strategy))
}

function addOperator<I, O>(
  method: string,
  given: WaitArguments<I, O>,
  strategy: AsyncRetryStrategy<O> | undefined,
): SingleOutputStreamOperator<O> {
  const [stream, fn, timeout, timeUnit, capacity = DEFAULT_CAPACITY] = given
  if (!(stream instanceof DataStream)) throw invalid(method, `takes a stream first, not ${describeValue(stream)}`)
  const { input, recorder } = DataStream.inputOf(stream)
  const mode: AsyncOutputMode = method.startsWith('ordered')
    ? 'ordered'
    : input.key === undefined
      ? 'unordered'
      : 'ordered-by-key'
  const operator: AsyncSpec = {
    kind: 'async-wait',
    function: asFunctionObject<AsyncFunction<unknown, unknown>>(fn, 'asyncInvoke', method),
    outputMode: mode,
    timeoutMs: checkedTimeout(method, timeout, timeUnit),
    capacity: checkedInteger(method, 'the capacity', capacity, { min: 1 }),
    retryStrategy: retries(strategy) ? strategy : undefined,
    elementType: input.input.outputType,
  }
  return recorder.operator<O>(input, { name: 'async wait operator', operator, outputType: undefined })
}

/** Without a reason to retry there is nothing to look for. */
function retries<O>(strategy: AsyncRetryStrategy<O> | undefined): strategy is AsyncRetryStrategy<unknown> {
  const predicate = strategy?.getRetryPredicate()
  return predicate?.resultPredicate() !== undefined || predicate?.exceptionPredicate() !== undefined
}

function checkedTimeout(method: string, timeout: unknown, timeUnit: unknown): number {
  if (typeof timeUnit !== 'number' || Number.isNaN(timeUnit)) {
    throw invalid(
      method,
      `takes the unit of the timeout fourth, such as TimeUnit.SECONDS, not ${describeValue(timeUnit)}`,
    )
  }
  if (typeof timeout === 'number' && timeout >= 0) return timeout * timeUnit
  throw invalid(method, `takes a timeout third, a number that is not negative, and not ${describeValue(timeout)}`)
}

const STRATEGY_METHODS = ['canRetry', 'getBackoffTimeMillis', 'getRetryPredicate'] as const
const PREDICATE_METHODS = ['resultPredicate', 'exceptionPredicate'] as const

function checkedStrategy<O>(method: string, given: AsyncRetryStrategy<O> | undefined): AsyncRetryStrategy<O> {
  const expected = 'takes a strategy of AsyncRetryStrategies last'
  if (typeof given !== 'object' || (given as unknown) === null) {
    throw invalid(method, `${expected}, not ${describeValue(given)}`)
  }
  checkMethods(method, given, STRATEGY_METHODS, `${expected}, and the one that was given`)
  const predicate = given.getRetryPredicate()
  checkMethods(method, predicate, PREDICATE_METHODS, 'takes a strategy whose getRetryPredicate()')
  for (const name of PREDICATE_METHODS) {
    const found: unknown = predicate[name]()
    if (found === undefined || typeof found === 'function') continue
    const reason = `takes a strategy whose ${name}() gives a function or undefined, not ${describeValue(found)}`
    throw invalid(method, reason)
  }
  return given
}

function checkMethods(method: string, given: unknown, names: readonly string[], what: string): void {
  const missing = names.find((name) => !hasMethods(given, name))
  if (missing !== undefined) throw invalid(method, `${what} has no method ${missing}`)
}

function invalid(method: string, reason: string): FlinkError {
  return new FlinkError('GRAPH_INVALID', { operator: method, reason: `${method}() ${reason}` })
}
