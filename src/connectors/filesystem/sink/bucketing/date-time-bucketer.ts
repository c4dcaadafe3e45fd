import { DateTimeBucketAssigner } from '../date-time-bucket-assigner.js'
import type { Bucketer, BucketerClock } from './bucketer.js'

/**
 * A directory an hour, such as `2026-11-30--07`, where no other format is given, by the time of the machine at which a record comes.
 * `formatString` and `zoneId` are those of a DateTimeBucketAssigner. GRAPH_INVALID for others.
 *
 * Deprecated, as in Flink: use a DateTimeBucketAssigner, with FileSink.
 *
 * @example
 * ```ts
 * import { BucketingSink, DateTimeBucketer } from 'flink-ts/connectors/filesystem'
 *
 * const sink = new BucketingSink<string>('/data/out').setBucketer(new DateTimeBucketer('yyyy-MM-dd--HHmm'))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.8/api/java/org/apache/flink/streaming/connectors/fs/bucketing/DateTimeBucketer.html
 */
export class DateTimeBucketer<T> implements Bucketer<T> {
  readonly #assigner: DateTimeBucketAssigner<T>

  constructor(formatString?: string, zoneId?: string) {
    this.#assigner = new DateTimeBucketAssigner(formatString, zoneId)
  }

  getBucketPath(clock: BucketerClock, basePath: string, element: T): string {
    const bucket = this.#assigner.getBucketId(element, {
      currentProcessingTime: () => clock.currentTimeMillis(),
      currentWatermark: () => Number.NEGATIVE_INFINITY,
      timestamp: () => null,
    })
    return basePath.endsWith('/') ? basePath + bucket : `${basePath}/${bucket}`
  }
}
