/** Of a reader that cannot begin in the middle: what was read is read again and left out. */
export const NO_OFFSET = -1

/**
 * How far a file was read: the reader begins again at `offset`, in bytes, and leaves out so many records.
 *
 * @example
 * ```ts
 * import type { CheckpointedPosition } from 'flink-ts/connectors/filesystem'
 *
 * const third: CheckpointedPosition = { offset: 4096, recordsAfterOffset: 2 }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/file/src/util/CheckpointedPosition.html
 */
export interface CheckpointedPosition {
  /** -1: of this reader no offset is known. */
  readonly offset: number
  readonly recordsAfterOffset: number
}
