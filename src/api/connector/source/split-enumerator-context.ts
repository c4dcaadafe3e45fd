import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { Clock } from '../../../core/time/clock.js'
import type { ReaderInfo } from './reader-info.js'
import type { SourceEvent } from './source-event.js'
import type { SourceSplit } from './source-split.js'
import type { SplitsAssignment } from './splits-assignment.js'

/**
 * Gets what came of a call of `callAsync`, one of both.
 *
 * @example
 * ```ts
 * import type { SplitCallHandler } from 'flink-ts'
 *
 * const log: SplitCallHandler<string[]> = (paths, error) => console.log(error ?? paths)
 * ```
 */
export type SplitCallHandler<T> = (result: T | undefined, error: Error | undefined) => void | Promise<void>

/**
 * When a call of `callAsync` is repeated.
 *
 * @example
 * ```ts
 * import type { SplitCallPeriod } from 'flink-ts'
 *
 * const everyMinute: SplitCallPeriod = { initialDelayMs: 0, periodMs: 60_000 }
 * ```
 */
export interface SplitCallPeriod {
  readonly initialDelayMs: number
  /** From the end of a call to the next one. */
  readonly periodMs: number
}

/**
 * What an enumerator reaches. To be called from its methods and from handlers of `callAsync`: what is assigned there lies on one
 * side of every checkpoint.
 *
 * @example
 * ```ts
 * import type { SourceSplit, SplitEnumeratorContext } from 'flink-ts'
 *
 * function discover<SplitT extends SourceSplit>(
 *   context: SplitEnumeratorContext<SplitT>,
 *   list: () => Promise<readonly SplitT[]>,
 * ): void {
 *   const assign = (splits: readonly SplitT[] | undefined, error: Error | undefined): void => {
 *     if (error !== undefined) throw error
 *     for (const split of splits ?? []) context.assignSplit(split, 0)
 *   }
 *   context.callAsync(list, assign, { initialDelayMs: 0, periodMs: 10_000 })
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/api/java/org/apache/flink/api/connector/source/SplitEnumeratorContext.html
 */
export interface SplitEnumeratorContext<SplitT extends SourceSplit> {
  /** How many readers there are, or will be. */
  currentParallelism(): number
  /** By number of their subtask. */
  registeredReaders(): ReadonlyMap<number, ReaderInfo<SplitT>>
  /** SOURCE_READER_UNKNOWN where the reader has not registered, or was told that there are no more splits. */
  assignSplit(split: SplitT, subtaskId: number): void
  /** As assignSplit: all of them, or an error and none. */
  assignSplits(assignment: SplitsAssignment<SplitT>): void
  /** The reader gets no more splits: once it has read those that it has, it ends. */
  signalNoMoreSplits(subtaskId: number): void
  /**
   * Runs `work` beside the enumerator, and gives `handler` what came of it between two calls of its methods; with a `period`
   * again and again. What `handler` throws fails the job.
   */
  callAsync<R>(work: () => Promise<R>, handler: SplitCallHandler<R>, period?: SplitCallPeriod): void
  /** Calls `action` between two calls of the enumerator's methods. */
  runInCoordinatorThread(action: () => void | Promise<void>): void
  sendEventToSourceReader(subtaskId: number, event: SourceEvent): void
  /**
   * Whether what the readers read is old: told to them, and shown in the log. While one source of the job says so, the interval of
   * checkpoints is `execution.checkpointing.interval-during-backlog`, where that is set. A checkpoint that is due earlier is taken.
   */
  setIsProcessingBacklog(isProcessingBacklog: boolean): void
  /** The engine's clock, without timers: for these there is `callAsync`. */
  getClock(): Pick<Clock, 'now' | 'monotonicMs'>
  /** Of the worker. */
  getLogger?(): Logger
  /** By scheme: where splits are parts of files. */
  getFileSystems(): FileSystems
}
