/**
 * After which results and errors an {@link AsyncFunction} is asked again; see {@link RetryPredicates}.
 *
 * @example
 * ```ts
 * import type { AsyncRetryPredicate } from 'flink-ts'
 *
 * const whenEmpty: AsyncRetryPredicate<string> = {
 *   resultPredicate: () => (results) => results.length === 0,
 *   exceptionPredicate: () => undefined,
 * }
 * ```
 */
export interface AsyncRetryPredicate<O> {
  /** Undefined: no result is a reason. */
  resultPredicate(): ((results: readonly O[]) => boolean) | undefined
  /** Undefined: no error is a reason. */
  exceptionPredicate(): ((error: unknown) => boolean) | undefined
}

/**
 * When an {@link AsyncFunction} is asked again about a record; {@link AsyncRetryStrategies} has those that are usual. The timeout of a
 * record is for all its attempts together, and ends them. The end of the input changes nothing: the job waits for the attempts that are left.
 *
 * @example
 * ```ts
 * import { RetryPredicates, type AsyncRetryStrategy } from 'flink-ts'
 *
 * const twice: AsyncRetryStrategy<string> = {
 *   canRetry: (currentAttempts) => currentAttempts < 2,
 *   getBackoffTimeMillis: () => 100,
 *   getRetryPredicate: () => ({
 *     resultPredicate: () => undefined,
 *     exceptionPredicate: () => RetryPredicates.HAS_EXCEPTION_PREDICATE,
 *   }),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/#retry-support
 */
export interface AsyncRetryStrategy<O> {
  /** `currentAttempts`: how many there have been, 1 after the first. */
  canRetry(currentAttempts: number): boolean
  /** Ms until the next attempt. */
  getBackoffTimeMillis(currentAttempts: number): number
  getRetryPredicate(): AsyncRetryPredicate<O>
}
