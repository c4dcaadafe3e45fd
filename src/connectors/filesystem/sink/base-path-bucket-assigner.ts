import type { BucketAssigner } from './bucket-assigner.js'

/**
 * One bucket: the base path itself.
 *
 * @example
 * ```ts
 * import { BasePathBucketAssigner, FileSink, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const sink = FileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>())
 *   .withBucketAssigner(new BasePathBucketAssigner())
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/filesystem/bucketassigners/BasePathBucketAssigner.html
 */
export class BasePathBucketAssigner<T> implements BucketAssigner<T> {
  getBucketId(): string {
    return ''
  }
}
