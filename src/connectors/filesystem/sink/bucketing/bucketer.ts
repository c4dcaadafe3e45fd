/**
 * The time of a {@link Bucketer}.
 *
 * @example
 * ```ts
 * import type { BucketerClock } from 'flink-ts/connectors/filesystem'
 *
 * const hourOf = (clock: BucketerClock): number => Math.floor(clock.currentTimeMillis() / 3_600_000)
 * ```
 */
export interface BucketerClock {
  /** Ms since the epoch. */
  currentTimeMillis(): number
}

/**
 * In which directory a BucketingSink writes a record.
 *
 * Deprecated, as in Flink: use a BucketAssigner, with FileSink.
 *
 * @example
 * ```ts
 * import type { Bucketer } from 'flink-ts/connectors/filesystem'
 *
 * const byCountry: Bucketer<{ country: string }> = {
 *   getBucketPath: (_clock, basePath, { country }) => `${basePath}/${country}`,
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.8/dev/connectors/filesystem_sink.html
 */
export interface Bucketer<T> {
  /** The base path, or a path below it. */
  getBucketPath(clock: BucketerClock, basePath: string, element: T): string
}
