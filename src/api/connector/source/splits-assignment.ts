import type { SourceSplit } from './source-split.js'

/**
 * Which reader gets which splits, by number of its subtask.
 *
 * @example
 * ```ts
 * import type { SourceSplit, SplitsAssignment } from 'flink-ts'
 *
 * const allToTheFirst = <SplitT extends SourceSplit>(splits: readonly SplitT[]): SplitsAssignment<SplitT> =>
 *   new Map([[0, splits]])
 * ```
 */
export type SplitsAssignment<SplitT extends SourceSplit> = ReadonlyMap<number, readonly SplitT[]>
