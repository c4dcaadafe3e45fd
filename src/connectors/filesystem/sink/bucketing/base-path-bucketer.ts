import type { Bucketer, BucketerClock } from './bucketer.js'

/**
 * All records in the base path itself.
 *
 * Deprecated, as in Flink: use a BasePathBucketAssigner, with FileSink.
 *
 * @example
 * ```ts
 * import { BasePathBucketer, BucketingSink } from 'flink-ts/connectors/filesystem'
 *
 * const sink = new BucketingSink<string>('/data/out').setBucketer(new BasePathBucketer())
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.8/api/java/org/apache/flink/streaming/connectors/fs/bucketing/BasePathBucketer.html
 */
export class BasePathBucketer<T> implements Bucketer<T> {
  getBucketPath(_clock: BucketerClock, basePath: string, _element: T): string {
    return basePath
  }
}
