// Duty: every message that a task worker sends to the JobMaster.
// Invariants: plain data; task states of one execution arrive in the order of execution-state.ts.
// Thread: sent by task workers, handled by JobMaster on the main thread.
import type { SerializedError } from '../../core/errors/error-codec.js'
import type { LogFields } from '../../core/logging/logger.js'
import type { MetricTypes } from '../../core/metrics/metric-types.js'
import type { TaskStateSnapshot } from '../../storage/state-handles.js'
import type { AccumulatorParts, AccumulatorsMerged, AccumulatorsReported } from './accumulators.js'
import type { EntryCounts } from './entry-counts.js'
import type { ExecutionState } from './execution-state.js'
import type { FromCoordinatedTask, FromCoordinator } from './operator-events.js'
import type { StacksSampled } from './stack-samples.js'
import type { QueryableStateRegistered, StateQueried } from './state-queries.js'
import type { TaskTimeReport } from './time-report.js'

export interface WorkerReady {
  readonly type: 'worker-ready'
}

export interface ProgramLoaded {
  readonly type: 'program-loaded'
  readonly loadNumber: number
}

/** The program cannot run once more in this worker: a new one is to be started in its place, where it may. */
export interface ProgramNeedsThread {
  readonly type: 'program-needs-thread'
  readonly loadNumber: number
}

/** The program threw, or its graph differs from the plan (JOB_GRAPH_MISMATCH). */
export interface ProgramFailed {
  readonly type: 'program-failed'
  readonly loadNumber: number
  readonly error: SerializedError
}

export interface TaskStateChanged {
  readonly type: 'task-state-changed'
  readonly executionId: string
  readonly state: ExecutionState
  /** Present for FAILED. */
  readonly error: SerializedError | undefined
  /** Present for FINISHED: what the task's functions accumulated. */
  readonly accumulators: AccumulatorParts | undefined
}

/** A task fails, as is told next, and its functions and state are being closed. Said once more when it is to be cancelled. */
export interface TaskClosing {
  readonly type: 'task-closing'
  readonly executionId: string
}

/** Nothing of a failed task runs any more, and nothing of it is on the local disk. */
export interface TaskClosed {
  readonly type: 'task-closed'
  readonly executionId: string
}

/** The task has given out all its data. */
export interface EndOfData {
  readonly type: 'end-of-data'
  readonly executionId: string
  /** `checkpoint`: it waits for one that begins after this before it finishes. */
  readonly waitsFor: 'checkpoint' | undefined
}

/** Times in ms, sizes in bytes; for REST and `list`. */
export interface CheckpointMetrics {
  readonly alignmentMs: number
  /** From the trigger until its first barrier came to the task; absent: at once. */
  readonly startDelayMs?: number
  readonly synchronousMs: number
  readonly asynchronousMs: number
  /** Of all state that the snapshot names. */
  readonly sizeBytes: number
  /** Of what was written for it. */
  readonly checkpointedSizeBytes: number
  /** Of records in flight that are part of it; absent in an aligned checkpoint. */
  readonly persistedSizeBytes?: number
  /** Present where barriers overtook records. */
  readonly unaligned?: true
  /** Of states that may grow without end; absent where there are none. */
  readonly entryCounts?: EntryCounts
}

export interface AcknowledgeCheckpoint {
  readonly type: 'acknowledge-checkpoint'
  readonly executionId: string
  readonly checkpointId: number
  readonly snapshot: TaskStateSnapshot
  readonly metrics: CheckpointMetrics
  /** False where nothing in the task wants to hear that this checkpoint is complete; absent: it is told. */
  readonly hearsOfCompletion?: false
}

export interface DeclineCheckpoint {
  readonly type: 'decline-checkpoint'
  readonly executionId: string
  readonly checkpointId: number
  readonly error: SerializedError
}

/** Metrics of one task by name: numbers, or the text of what a gauge gave. */
export interface TaskMetricsReport {
  readonly executionId: string
  readonly values: Readonly<Record<string, number | string>>
  /** Of what functions and operators registered. */
  readonly types: MetricTypes
}

/** The metrics of tasks of a worker: of all at an interval, and of one that ends where somebody waits for its last ones. */
export interface ReportMetrics {
  readonly type: 'report-metrics'
  readonly tasks: readonly TaskMetricsReport[]
}

/** How far time has come in the tasks of a worker: with its metrics, and where it was asked. */
export interface ReportTime {
  readonly type: 'report-time'
  readonly tasks: readonly TaskTimeReport[]
}

/** A line for the log of the job; `fields` names the task where it is one's. */
export interface LogLine {
  readonly type: 'log'
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly text: string
  readonly fields: LogFields
}

export type WorkerToMaster =
  | WorkerReady
  | ProgramLoaded
  | ProgramNeedsThread
  | ProgramFailed
  | TaskStateChanged
  | TaskClosing
  | TaskClosed
  | EndOfData
  | AcknowledgeCheckpoint
  | DeclineCheckpoint
  | FromCoordinatedTask
  | FromCoordinator
  | ReportMetrics
  | ReportTime
  | AccumulatorsMerged
  | AccumulatorsReported
  | QueryableStateRegistered
  | StateQueried
  | StacksSampled
  | LogLine
