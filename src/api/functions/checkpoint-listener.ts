import { hasMethods } from './has-methods.js'

/**
 * Implemented by a function (of any kind) that wants to know when a checkpoint has completed, to commit to the outside
 * what belongs to it. It is found by its method.
 *
 * @example
 * ```ts
 * import type { CheckpointListener, SinkFunction } from 'flink-ts'
 *
 * class CommittingSink implements SinkFunction<string>, CheckpointListener {
 *   #buffered: string[] = []
 *   invoke(value: string): void {
 *     this.#buffered.push(value)
 *   }
 *   notifyCheckpointComplete(_checkpointId: number): void {
 *     this.#buffered = []
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/api/java/org/apache/flink/api/common/state/CheckpointListener.html
 */
export interface CheckpointListener {
  /** The checkpoint is complete and stored. Not promised for each one: a later id covers the earlier ones. */
  notifyCheckpointComplete(checkpointId: number): void | Promise<void>
  /** The checkpoint will not complete. */
  notifyCheckpointAborted?(checkpointId: number): void | Promise<void>
}

/** True for an object with the method of a {@link CheckpointListener}. */
export function isCheckpointListener(candidate: unknown): candidate is CheckpointListener {
  return hasMethods(candidate, 'notifyCheckpointComplete')
}
