import type { PartFileInfo } from './part-file-info.js'

/**
 * When a part file is closed and the next one begun.
 *
 * @example
 * ```ts
 * import type { RollingPolicy } from 'flink-ts/connectors/filesystem'
 *
 * const beforeHeaders: RollingPolicy<string, string> = {
 *   shouldRollOnCheckpoint: () => false,
 *   shouldRollOnEvent: (_part, line) => line.startsWith('#'),
 *   shouldRollOnProcessingTime: () => false,
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/connectors/datastream/filesystem/#rolling-policy
 */
export interface RollingPolicy<IN, BucketID> {
  /** Before each checkpoint. */
  shouldRollOnCheckpoint(partFileState: PartFileInfo<BucketID>): boolean
  /** Before the record is written. */
  shouldRollOnEvent(partFileState: PartFileInfo<BucketID>, element: IN): boolean
  /** At each look at the buckets (`withBucketCheckInterval`); `currentTime` in ms since the epoch. */
  shouldRollOnProcessingTime(partFileState: PartFileInfo<BucketID>, currentTime: number): boolean
}

/**
 * A policy whose part files end with each checkpoint at the latest, as bulk formats need it.
 *
 * @example
 * ```ts
 * import { CheckpointRollingPolicy } from 'flink-ts/connectors/filesystem'
 *
 * class Hourly<T> extends CheckpointRollingPolicy<T, string> {
 *   shouldRollOnEvent(): boolean {
 *     return false
 *   }
 *   shouldRollOnProcessingTime(part: { getCreationTime(): number }, nowMs: number): boolean {
 *     return nowMs - part.getCreationTime() >= 3_600_000
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/filesystem/rollingpolicies/CheckpointRollingPolicy.html
 */
export abstract class CheckpointRollingPolicy<IN, BucketID> implements RollingPolicy<IN, BucketID> {
  shouldRollOnCheckpoint(_partFileState: PartFileInfo<BucketID>): boolean {
    return true
  }

  abstract shouldRollOnEvent(partFileState: PartFileInfo<BucketID>, element: IN): boolean
  abstract shouldRollOnProcessingTime(partFileState: PartFileInfo<BucketID>, currentTime: number): boolean
}
