/**
 * What one fetch gave: records by split, and the splits that are at their end after them.
 *
 * @example
 * ```ts
 * import type { RecordsWithSplitIds } from 'flink-ts/connectors/base'
 *
 * const isEmpty = (records: RecordsWithSplitIds<unknown>): boolean => records.nextSplit() === undefined
 * ```
 */
export interface RecordsWithSplitIds<E> {
  /** Goes on to the next split; undefined after the last. A split may come several times. */
  nextSplit(): string | undefined
  /** The next record of that split; undefined after its last. */
  nextRecordFromSplit(): E | undefined
  finishedSplits(): ReadonlySet<string>
  /** All records have been taken. */
  recycle?(): void
}
