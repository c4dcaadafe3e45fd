import type { StateInitializationContext, StateSnapshotContext } from './raw-state.js'

/**
 * The life of an operator as its task sees it: `initializeState`, `open`, elements and snapshots, `finish`, `close`. These methods may
 * be asynchronous; nothing else happens to the operator before their promise has settled. Own operators extend
 * {@link AbstractStreamOperator}, which has all of them.
 *
 * @example
 * ```ts
 * import type { StreamOperator } from 'flink-ts'
 *
 * async function endOf(operator: StreamOperator): Promise<void> {
 *   await operator.finish()
 *   await operator.close()
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/operators/StreamOperator.html
 */
export interface StreamOperator {
  /** Before `open`; state of an earlier run is there again. */
  initializeState(context: StateInitializationContext): void | Promise<void>
  open(): void | Promise<void>
  /** The inputs have ended: emit what is left. Not called on failure or cancellation. */
  finish(): void | Promise<void>
  /** On every end. */
  close(): void | Promise<void>
  /** What is emitted here still belongs to the time before the checkpoint. */
  prepareSnapshotPreBarrier(checkpointId: number): void | Promise<void>
  snapshotState(context: StateSnapshotContext): void | Promise<void>
  notifyCheckpointComplete(checkpointId: number): void | Promise<void>
  notifyCheckpointAborted(checkpointId: number): void | Promise<void>
}
