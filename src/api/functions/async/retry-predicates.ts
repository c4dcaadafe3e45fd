/**
 * The usual reasons to ask an {@link AsyncFunction} again, for {@link AsyncRetryStrategies}.
 *
 * @example
 * ```ts
 * import { AsyncRetryStrategies, RetryPredicates } from 'flink-ts'
 *
 * const strategy = new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<string>(3, 100)
 *   .ifResult(RetryPredicates.EMPTY_RESULT_PREDICATE)
 *   .ifException(RetryPredicates.createExceptionTypePredicate(TypeError))
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/#retry-support
 */
export const RetryPredicates = {
  /** The call completed with no result. */
  EMPTY_RESULT_PREDICATE: (results: readonly unknown[]): boolean => results.length === 0,
  /** The call completed with an error, whichever. */
  HAS_EXCEPTION_PREDICATE: (_error: unknown): boolean => true,
  /** The call completed with an error of this class. */
  createExceptionTypePredicate:
    (type: abstract new (...args: never[]) => unknown): ((error: unknown) => boolean) =>
    (error) =>
      error instanceof type,
} as const
