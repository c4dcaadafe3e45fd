/**
 * What a {@link RollingPolicy} knows of the file that is being written.
 *
 * @example
 * ```ts
 * import type { PartFileInfo } from 'flink-ts/connectors/filesystem'
 *
 * const ageMs = (part: PartFileInfo<string>, nowMs: number): number => nowMs - part.getCreationTime()
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/functions/sink/filesystem/PartFileInfo.html
 */
export interface PartFileInfo<BucketID> {
  getBucketId(): BucketID
  /** Ms since the epoch. */
  getCreationTime(): number
  /** In bytes. */
  getSize(): number
  /** Ms since the epoch, of the last record. */
  getLastUpdateTime(): number
}
