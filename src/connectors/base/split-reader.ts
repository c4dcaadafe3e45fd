import type { SourceSplit } from '../../api/connector/source/source-split.js'
import type { RecordsWithSplitIds } from './records-with-split-ids.js'

/**
 * Fetches records of the splits that it was given: what a connector author writes, where the rest is {@link SourceReaderBase}.
 * Its methods are called by one fetcher: `fetch` is never called before the last one has settled, and splits change between two
 * of them.
 *
 * @example
 * ```ts
 * import type { SourceSplit } from 'flink-ts'
 * import { RecordsBySplits, type SplitReader } from 'flink-ts/connectors/base'
 *
 * class NamesOfSplits implements SplitReader<string, SourceSplit> {
 *   #splits: SourceSplit[] = []
 *   async fetch(): Promise<RecordsBySplits<string>> {
 *     const records = new RecordsBySplits<string>()
 *     for (const split of this.#splits.splice(0)) records.add(split.splitId(), split.splitId()).addFinishedSplit(split.splitId())
 *     return records
 *   }
 *   addSplits(splits: readonly SourceSplit[]): void {
 *     this.#splits.push(...splits)
 *   }
 *   wakeUp(): void {}
 *   close(): void {}
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/#the-split-reader-api
 */
export interface SplitReader<E, SplitT extends SourceSplit> {
  /** The next records, or none where it was woken up. A rejection fails the reader, and the job restarts by its strategy. */
  fetch(): Promise<RecordsWithSplitIds<E>>
  addSplits(splits: readonly SplitT[]): void
  /** A `fetch` that waits is to be fulfilled soon, if only with no records; without one nothing happens. */
  wakeUp(): void
  close(): void | Promise<void>
  /** Nothing is to be fetched of the former until they are resumed. Without it all splits go on: alignment of splits needs it. */
  pauseOrResumeSplits?(splitsToPause: readonly string[], splitsToResume: readonly string[]): void
}
