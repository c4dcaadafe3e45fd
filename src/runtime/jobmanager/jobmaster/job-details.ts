// Duty: what the outside may know of a job: plain data, for REST handlers and archives.
// Invariants: a copy; nothing in it lives on.
// Thread: main thread.
import type { AccumulatorParts } from '../../protocol/accumulators.js'
import type { ExecutionState } from '../../protocol/execution-state.js'
import type { CheckpointRecord } from '../checkpoint/checkpoint-record.js'
import type { CheckpointSample, LatestRecords } from '../checkpoint/latest-checkpoints.js'
import type { JobStatus } from './job-status.js'

export interface SubtaskDetails {
  readonly subtaskIndex: number
  readonly state: ExecutionState
  readonly attemptNumber: number
  readonly executionId: string
  /** Where it runs, from 0. */
  readonly worker: number
  readonly timestamps: Readonly<Partial<Record<ExecutionState, number>>>
  /** As its task last told of them: when it was asked, or at its end. */
  readonly accumulators?: AccumulatorParts
}

/** Of an attempt that another one has taken the place of. */
export interface EndedSubtaskDetails extends SubtaskDetails {
  /** By name; undefined where it reported none. */
  readonly metrics: Readonly<Record<string, number | string>> | undefined
}

export interface VertexDetails {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number
  /** Absent: the one that is not named. */
  readonly slotSharingGroup?: string
  readonly subtasks: readonly SubtaskDetails[]
}

export interface JobException {
  readonly timestamp: number
  readonly name: string
  readonly message: string
  /** With those of the causes. */
  readonly stack: string
  /** The task that failed, where it was one. */
  readonly task?: { readonly name: string; readonly executionId: string }
}

/** Of what the job lives with, and its user may want to change. */
export interface JobWarning {
  readonly timestamp: number
  readonly message: string
}

export interface JobDetails {
  readonly jobId: string
  readonly name: string
  readonly status: JobStatus
  /** Epoch ms of entering INITIALIZING. */
  readonly startTime: number
  /** Epoch ms of the terminal state; undefined while the job lives. */
  readonly endTime: number | undefined
  readonly lastModification: number
  /** When each status was entered, epoch ms. */
  readonly timestamps: Readonly<Partial<Record<JobStatus, number>>>
  readonly vertices: readonly VertexDetails[]
  readonly configuration: Readonly<Record<string, string>>
  readonly restarts: number
  readonly checkpoints: {
    readonly counts: {
      readonly completed: number
      readonly failed: number
      readonly restored: number
      readonly total: number
    }
    readonly inProgress: number
    readonly history: readonly CheckpointRecord[]
    readonly lastCompleted: CheckpointRecord | undefined
    readonly latest: LatestRecords
    /** Of those that completed. */
    readonly samples: readonly CheckpointSample[]
  }
  readonly exceptions: readonly JobException[]
  readonly warnings: readonly JobWarning[]
}
