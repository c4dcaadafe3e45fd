// Duty: what a worker is told to run: plain data, structured-cloneable (shared memory included).
// Invariants: `executionId` is unique over all attempts of a job; channels of an edge are listed by the other side's
// subtask index. Both ends of a channel name the same memory (ring) or the same key (local).
// Thread: made by the JobMaster, read by task workers.
import type { TaskStateSnapshot } from '../../storage/state-handles.js'

/** Shared memory of one ring channel. */
export interface RingMemory {
  readonly buffer: SharedArrayBuffer
  readonly slotSizeBytes: number
  readonly slotCount: number
  /** The largest barrier that may overtake records; absent: none may. */
  readonly announcedBytes?: number
}

export type ChannelDescriptor =
  | {
      readonly kind: 'ring'
      readonly memory: RingMemory
      /** Bell of the worker on the other side. */
      readonly peerBell: SharedArrayBuffer
    }
  | LocalChannelDescriptor

/** Both ends are in the same worker. */
export interface LocalChannelDescriptor {
  readonly kind: 'local'
  /** `<edge id>#<producer subtask>#<consumer subtask>` */
  readonly key: string
  /** How many channels the producing task has on this edge: they share what may wait in them. */
  readonly siblings: number
}

/** One edge as a subtask sees it: its channels to (or from) the subtasks on the other side that it talks to. */
export interface EdgeDescriptor {
  readonly edgeId: string
  readonly channels: readonly ChannelDescriptor[]
  /** Subtask index on the other side for each channel. */
  readonly peers: readonly number[]
  /** Parallelism on the other side. */
  readonly peerParallelism: number
  /** Max parallelism on the other side: what a key group is computed with. */
  readonly peerMaxParallelism: number
  /** Barriers stay among its records also in an unaligned checkpoint: point to point, to all, or the way back of a loop. */
  readonly alignedOnly?: true
}

export interface TaskDeploymentDescriptor {
  readonly executionId: string
  readonly vertexId: string
  readonly subtaskIndex: number
  /** Which slot of the worker; each has function objects of its own. */
  readonly slot: number
  readonly attemptNumber: number
  /** May differ from the plan's, when a restored snapshot's value replaced a derived one. */
  readonly maxParallelism: number
  readonly inputs: readonly EdgeDescriptor[]
  readonly outputs: readonly EdgeDescriptor[]
  readonly restore: { readonly checkpointId: number; readonly state: TaskStateSnapshot } | undefined
  /** The restored checkpoint says that this task had already finished: it only ends its outputs. */
  readonly finishedOnRestore: boolean
  /** Ids of operators that had finished by then, where others of the task had not: what was chained otherwise. Absent: none. */
  readonly finishedOperators?: readonly string[]
}
