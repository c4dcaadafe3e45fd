import type { InputStatus } from './input-status.js'
import type { ReaderOutput } from './reader-output.js'
import type { SourceEvent } from './source-event.js'
import type { SourceSplit } from './source-split.js'

/**
 * Reads the splits that it is assigned. One a subtask. Its methods are called one after the other, between two records of its
 * task; what they throw fails the task, and the job restarts by its strategy.
 *
 * Whoever reads with promises extends `SourceReaderBase` of `flink-ts/connectors/base`, which keeps their rules.
 *
 * @example
 * ```ts
 * import { InputStatus, type ReaderOutput, type SourceReader, type SourceReaderContext, type SourceSplit } from 'flink-ts'
 *
 * class NameReader implements SourceReader<string, SourceSplit> {
 *   readonly #context: SourceReaderContext
 *   #splits: SourceSplit[] = []
 *   #isOver = false
 *   #wake: () => void = () => undefined
 *   constructor(context: SourceReaderContext) {
 *     this.#context = context
 *   }
 *   start(): void {
 *     if (this.#splits.length === 0) this.#context.sendSplitRequest()
 *   }
 *   pollNext(output: ReaderOutput<string>): InputStatus {
 *     const split = this.#splits.shift()
 *     if (split === undefined) return this.#isOver ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE
 *     output.collect(split.splitId())
 *     if (this.#splits.length === 0) this.#context.sendSplitRequest()
 *     return InputStatus.MORE_AVAILABLE
 *   }
 *   isAvailable(): Promise<void> {
 *     return new Promise((resolve) => (this.#wake = resolve))
 *   }
 *   addSplits(splits: readonly SourceSplit[]): void {
 *     this.#splits.push(...splits)
 *     this.#wake()
 *   }
 *   notifyNoMoreSplits(): void {
 *     this.#isOver = true
 *     this.#wake()
 *   }
 *   snapshotState(): readonly SourceSplit[] {
 *     return [...this.#splits]
 *   }
 *   close(): void {}
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/#sourcereader
 */
export interface SourceReader<T, SplitT extends SourceSplit> {
  /** Once, after it has got the splits of the restored snapshot, and before any other. */
  start(): void | Promise<void>
  /**
   * Emits the next record, or a few: it does not wait, and gives others their turn. May be asked although nothing is there.
   * Records and the position of their split change in one call.
   */
  pollNext(output: ReaderOutput<T>): InputStatus
  /** The splits that it has, each with its position: what it goes on with after a failure, here or in another subtask. */
  snapshotState(checkpointId: number): readonly SplitT[] | Promise<readonly SplitT[]>
  /** Is fulfilled when `pollNext` may have something. A rejection fails the task. */
  isAvailable(): Promise<void>
  addSplits(splits: readonly SplitT[]): void
  /** No more splits follow: with the last of those that it has it is at its end. */
  notifyNoMoreSplits(): void
  /** On every end. */
  close(): void | Promise<void>
  handleSourceEvents?(event: SourceEvent): void
  notifyCheckpointComplete?(checkpointId: number): void | Promise<void>
  notifyCheckpointAborted?(checkpointId: number): void | Promise<void>
  /** For watermark alignment with several splits a reader: nothing is to be read of the former until they are resumed. */
  pauseOrResumeSplits?(splitsToPause: readonly string[], splitsToResume: readonly string[]): void
}
