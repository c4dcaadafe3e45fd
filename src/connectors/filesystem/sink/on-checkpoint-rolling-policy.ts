import { CheckpointRollingPolicy } from './rolling-policy.js'

/**
 * A part file of each bucket for each checkpoint.
 *
 * @example
 * ```ts
 * import { FileSink, OnCheckpointRollingPolicy, SimpleStringEncoder } from 'flink-ts/connectors/filesystem'
 *
 * const sink = FileSink.forRowFormat('/data/out', new SimpleStringEncoder<string>())
 *   .withRollingPolicy(OnCheckpointRollingPolicy.build())
 *   .build()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/filesystem/rollingpolicies/OnCheckpointRollingPolicy.html
 */
export class OnCheckpointRollingPolicy<IN, BucketID> extends CheckpointRollingPolicy<IN, BucketID> {
  static build<IN, BucketID>(): OnCheckpointRollingPolicy<IN, BucketID> {
    return new OnCheckpointRollingPolicy()
  }

  shouldRollOnEvent(): boolean {
    return false
  }

  shouldRollOnProcessingTime(): boolean {
    return false
  }
}
