// Duty: what `_metadata` says of a snapshot: plain data.
// Invariants: `subtasks[i]` is what subtask i put in, undefined when it had finished or had no state. A fully finished
// operator has no subtask states; it does not run again after a restore.
// Thread: main thread.
import { streamHandlesOfSubtask, type OperatorSubtaskState, type StreamStateHandle } from './state-handles.js'

/** An edge into the first operator of a task: what has to be the same when records in flight on it are put back. */
export interface InputEdge {
  /** As the plan has it: made of the operators at both ends. */
  readonly id: string
  /** Name of the operator that it comes from. */
  readonly sourceName: string
  /** As the plan names it: `hash` where the key says which subtask a record goes to. */
  readonly partitioner: string
  /** Description of the declared type of its records, `GENERIC` where none was declared. */
  readonly recordType: string
  /** Of the vertex that it comes from: as many channels lead into each subtask. Not known before version 8. */
  readonly sourceParallelism?: number
}

export interface OperatorState {
  readonly operatorId: string
  readonly uid: string | undefined
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly fullyFinished: boolean
  readonly subtasks: readonly (OperatorSubtaskState | undefined)[]
  /** By `ChannelStateHandle.edgeIndex`; there where a subtask has records in flight. */
  readonly inputEdges?: readonly InputEdge[]
  /** What the operator's coordinator put in; in a form of its own. */
  readonly coordinatorState?: StreamStateHandle | undefined
}

/** Whose snapshot it is and when it was taken. */
export interface SnapshotHeader {
  /** Version of flink-ts that wrote it. */
  readonly engineVersion: string
  readonly jobId: string
  readonly jobName: string
  readonly checkpointId: number
  /** Epoch ms of the trigger. */
  readonly timestamp: number
  readonly isSavepoint: boolean
}

export interface CheckpointMetadata extends SnapshotHeader {
  /** Of a savepoint for which the job was drained: time was at its end, so every timer had fired. */
  readonly isDrained?: boolean | undefined
  readonly operators: readonly OperatorState[]
}

/** A snapshot whose metadata is durable. */
export interface CompletedCheckpoint {
  readonly metadata: CheckpointMetadata
  /** `file:` URI of its directory, or `<checkpoint-not-externally-addressable>` for one in memory. */
  readonly externalPath: string
  /** Path of its metadata, when it is not `_metadata` in that directory. */
  readonly metadataFile?: string
}

/** All bytes that a snapshot names. */
export function streamHandlesOf(metadata: Pick<CheckpointMetadata, 'operators'>): StreamStateHandle[] {
  return metadata.operators.flatMap(({ subtasks, coordinatorState }) => [
    ...(coordinatorState === undefined ? [] : [coordinatorState]),
    ...subtasks.flatMap((subtask) => (subtask === undefined ? [] : streamHandlesOfSubtask(subtask))),
  ])
}
