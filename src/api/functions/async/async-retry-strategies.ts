import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { AsyncRetryPredicate, AsyncRetryStrategy } from './async-retry-strategy.js'

type ResultPredicate<O> = (results: readonly O[]) => boolean
type ExceptionPredicate = (error: unknown) => boolean

/** What a strategy does with the number of attempts. */
type Pace = Pick<AsyncRetryStrategy<unknown>, 'canRetry' | 'getBackoffTimeMillis'>

/** What the builders share: the reasons to retry. */
abstract class RetryStrategyBuilder<O> {
  #resultPredicate: ResultPredicate<O> | undefined
  #exceptionPredicate: ExceptionPredicate | undefined

  /** Asks again after results for which this is true; without it, after none. */
  ifResult(resultRetryPredicate: ResultPredicate<O>): this {
    this.#resultPredicate = checkedPredicate('ifResult', resultRetryPredicate)
    return this
  }

  /** Asks again after errors for which this is true; without it, after none. */
  ifException(exceptionRetryPredicate: ExceptionPredicate): this {
    this.#exceptionPredicate = checkedPredicate('ifException', exceptionRetryPredicate)
    return this
  }

  /** The strategy. */
  build(): AsyncRetryStrategy<O> {
    const [resultPredicate, exceptionPredicate] = [this.#resultPredicate, this.#exceptionPredicate]
    const predicate: AsyncRetryPredicate<O> = {
      resultPredicate: () => resultPredicate,
      exceptionPredicate: () => exceptionPredicate,
    }
    return { ...this.pace(), getRetryPredicate: () => predicate }
  }

  protected abstract pace(): Pace
}

class FixedDelayRetryStrategyBuilder<O> extends RetryStrategyBuilder<O> {
  readonly #maxAttempts: number
  readonly #backoffTimeMillis: number

  /** Asks up to `maxAttempts` times again, each time `backoffTimeMillis` after the last answer. */
  constructor(maxAttempts: number, backoffTimeMillis: number) {
    super()
    const name = 'FixedDelayRetryStrategyBuilder'
    this.#maxAttempts = checkedNumber(name, 'maxAttempts', maxAttempts)
    this.#backoffTimeMillis = checkedNumber(name, 'backoffTimeMillis', backoffTimeMillis)
  }

  protected pace(): Pace {
    return {
      canRetry: (currentAttempts) => currentAttempts <= this.#maxAttempts,
      getBackoffTimeMillis: () => this.#backoffTimeMillis,
    }
  }
}

class ExponentialBackoffDelayRetryStrategyBuilder<O> extends RetryStrategyBuilder<O> {
  readonly #maxAttempts: number
  readonly #initialDelay: number
  readonly #maxRetryDelay: number
  readonly #multiplier: number

  /** Asks up to `maxAttempts` times again: `initialDelay` ms after the first answer, `multiplier` times as long after each other. */
  constructor(maxAttempts: number, initialDelay: number, maxRetryDelay: number, multiplier: number) {
    super()
    const name = 'ExponentialBackoffDelayRetryStrategyBuilder'
    this.#maxAttempts = checkedNumber(name, 'maxAttempts', maxAttempts)
    this.#initialDelay = checkedNumber(name, 'initialDelay', initialDelay)
    this.#maxRetryDelay = checkedNumber(name, 'maxRetryDelay', maxRetryDelay)
    this.#multiplier = checkedNumber(name, 'multiplier', multiplier)
  }

  protected pace(): Pace {
    return {
      canRetry: (currentAttempts) => currentAttempts <= this.#maxAttempts,
      getBackoffTimeMillis: (currentAttempts) => {
        const factor = this.#multiplier ** Math.max(currentAttempts - 1, 0)
        return Math.min(this.#initialDelay * factor, this.#maxRetryDelay)
      },
    }
  }
}

const NO_RETRY_STRATEGY: AsyncRetryStrategy<unknown> = {
  canRetry: () => false,
  getBackoffTimeMillis: () => -1,
  getRetryPredicate: () => ({ resultPredicate: () => undefined, exceptionPredicate: () => undefined }),
}

/** What AsyncRetryStrategies has. */
interface AsyncRetryStrategiesTable {
  /** Never. */
  readonly NO_RETRY_STRATEGY: AsyncRetryStrategy<unknown>
  /** `(maxAttempts, backoffTimeMillis)`: up to `maxAttempts` times, each time `backoffTimeMillis` after the last answer. */
  readonly FixedDelayRetryStrategyBuilder: typeof FixedDelayRetryStrategyBuilder
  /** `(maxAttempts, initialDelay, maxRetryDelay, multiplier)`: ms, which grow by the multiplier, up to `maxRetryDelay`. */
  readonly ExponentialBackoffDelayRetryStrategyBuilder: typeof ExponentialBackoffDelayRetryStrategyBuilder
}

/**
 * How often and after which time an {@link AsyncFunction} is asked again: never, in equal intervals, or in growing ones. Numbers are
 * greater than 0; others are GRAPH_INVALID.
 *
 * @example
 * ```ts
 * import { AsyncRetryStrategies, RetryPredicates } from 'flink-ts'
 *
 * // 100 ms, 200 ms, 400 ms, 500 ms and 500 ms after an answer that was an error.
 * const strategy = new AsyncRetryStrategies.ExponentialBackoffDelayRetryStrategyBuilder<string>(5, 100, 500, 2)
 *   .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/#retry-support
 */
export const AsyncRetryStrategies: AsyncRetryStrategiesTable = {
  NO_RETRY_STRATEGY,
  FixedDelayRetryStrategyBuilder,
  ExponentialBackoffDelayRetryStrategyBuilder,
}

function checkedNumber(builder: string, name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0) return value
  const reason = `${name} must be a number greater than 0, not ${describeValue(value)}`
  throw new FlinkError('GRAPH_INVALID', { operator: builder, reason })
}

function checkedPredicate<P>(method: string, predicate: P): P {
  if (typeof predicate === 'function') return predicate
  const reason = `${method}() takes a function, such as one of RetryPredicates, not ${describeValue(predicate)}`
  throw new FlinkError('GRAPH_INVALID', { operator: 'AsyncRetryStrategies', reason })
}
