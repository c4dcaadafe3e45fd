/**
 * Remembers in an outer system which checkpoints a {@link GenericWriteAheadSink} has sent. All methods may return a promise.
 *
 * @example
 * ```ts
 * import { CheckpointCommitter } from 'flink-ts'
 *
 * const sent = new Set<string>()
 * class InMemory extends CheckpointCommitter {
 *   commitCheckpoint(subtaskIdx: number, checkpointId: number): void {
 *     sent.add(`${this.operatorId} ${String(subtaskIdx)} ${String(checkpointId)}`)
 *   }
 *   isCheckpointCommitted(subtaskIdx: number, checkpointId: number): boolean {
 *     return sent.has(`${this.operatorId} ${String(subtaskIdx)} ${String(checkpointId)}`)
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/runtime/operators/CheckpointCommitter.html
 */
export abstract class CheckpointCommitter {
  protected jobId = ''
  /** 32 hex digits, the same in all runs of the operator. */
  protected operatorId = ''

  setJobId(id: string): void {
    this.jobId = id
  }

  setOperatorId(id: string): void {
    this.operatorId = id
  }

  /** Makes what it needs in the outer system, such as a table, where that is not there yet. Called by each subtask before `open`. */
  createResource(): void | Promise<void> {
    return undefined
  }

  open(): void | Promise<void> {
    return undefined
  }

  close(): void | Promise<void> {
    return undefined
  }

  /** All records of the checkpoint were sent by the subtask. */
  abstract commitCheckpoint(subtaskIdx: number, checkpointId: number): void | Promise<void>

  /** Whether they were, in this run or an earlier one. */
  abstract isCheckpointCommitted(subtaskIdx: number, checkpointId: number): boolean | Promise<boolean>
}
