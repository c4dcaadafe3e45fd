/**
 * Takes the results of one call of an {@link AsyncFunction}, at any time. What comes first counts; later calls do nothing.
 *
 * @example
 * ```ts
 * import type { ResultFuture } from 'flink-ts'
 *
 * const answer = (resultFuture: ResultFuture<number>): void => resultFuture.complete([1, 2])
 * const nothing = (resultFuture: ResultFuture<number>): void => resultFuture.complete([])
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/
 */
export interface ResultFuture<O> {
  /**
   * The results of the record, with its timestamp: an array, or another iterable; an empty one is no result. Anything else fails the
   * job: ASYNC_RESULT_INVALID.
   */
  complete(results: Iterable<O>): void

  /** There will be no result: asked again where the retry strategy says so, else the job fails with this error as the cause. */
  completeExceptionally(error: unknown): void
}
