import type { SourceSplit } from './source-split.js'

/**
 * A reader that has registered with the enumerator.
 *
 * @example
 * ```ts
 * import type { ReaderInfo, SourceSplit } from 'flink-ts'
 *
 * const hasNothing = (reader: ReaderInfo<SourceSplit>): boolean => reader.getReportedSplitsOnRegistration().length === 0
 * ```
 */
export interface ReaderInfo<SplitT extends SourceSplit> {
  getSubtaskId(): number
  /** Name of the machine. */
  getLocation(): string
  /** The splits that the reader had from the restored snapshot when it registered: it goes on with them. */
  getReportedSplitsOnRegistration(): readonly SplitT[]
}
