import type { SourceEvent } from './source-event.js'
import type { SourceSplit } from './source-split.js'

/**
 * Finds the splits of a source and assigns them. One a source, beside its first subtask. Its methods are called one after the
 * other, never two at a time; what they throw fails the job, which restarts by its strategy.
 *
 * After a failure all that channels connect with the failed subtask starts anew from the newest checkpoint. Where those are all
 * readers the enumerator does as well: splits that were assigned after the checkpoint are again in its restored state, and those from
 * before it in the state of the readers. Where other readers run on, as in a job without an exchange, the enumerator does too:
 * `addSplitsBack` gives it what the reader was assigned after the checkpoint, and the reader registers again.
 *
 * Splits of one range of time that a reader gets one after the other make late records: the watermarks of the first have passed those of
 * the second. Where windows follow, assign them at once.
 *
 * @example
 * ```ts
 * import type { SourceSplit, SplitEnumerator, SplitEnumeratorContext } from 'flink-ts'
 *
 * class OneByOne<SplitT extends SourceSplit> implements SplitEnumerator<SplitT, SplitT[]> {
 *   readonly #context: SplitEnumeratorContext<SplitT>
 *   #splits: SplitT[]
 *   constructor(context: SplitEnumeratorContext<SplitT>, splits: readonly SplitT[]) {
 *     this.#context = context
 *     this.#splits = [...splits]
 *   }
 *   start(): void {}
 *   handleSplitRequest(subtaskId: number): void {
 *     const split = this.#splits.shift()
 *     if (split === undefined) this.#context.signalNoMoreSplits(subtaskId)
 *     else this.#context.assignSplit(split, subtaskId)
 *   }
 *   addSplitsBack(splits: readonly SplitT[]): void {
 *     this.#splits.push(...splits)
 *   }
 *   addReader(): void {}
 *   snapshotState(): SplitT[] {
 *     return [...this.#splits]
 *   }
 *   close(): void {}
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/#the-split-enumerator-api
 */
export interface SplitEnumerator<SplitT extends SourceSplit, CheckpointT> {
  /** Once, first of all. */
  start(): void | Promise<void>
  /** A reader wants a split. `requesterHostname`: the machine that it runs on. */
  handleSplitRequest(subtaskId: number, requesterHostname: string | undefined): void | Promise<void>
  /**
   * Splits that a reader was assigned and has lost alone, since the checkpoint that it goes back to. It registers again after that, and
   * may be assigned anything, whatever it was told before; other readers that were told that there are no more splits may not.
   */
  addSplitsBack(splits: readonly SplitT[], subtaskId: number): void | Promise<void>
  /** A reader has registered, again where it has started anew alone. One that has been told that there are no more splits does not come here. */
  addReader(subtaskId: number): void | Promise<void>
  /** All that is not assigned to a reader, for the checkpoint. */
  snapshotState(checkpointId: number): CheckpointT | Promise<CheckpointT>
  /** On every end. */
  close(): void | Promise<void>
  handleSourceEvent?(subtaskId: number, event: SourceEvent): void | Promise<void>
  notifyCheckpointComplete?(checkpointId: number): void | Promise<void>
  notifyCheckpointAborted?(checkpointId: number): void | Promise<void>
}
