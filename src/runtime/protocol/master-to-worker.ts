// Duty: every message that the JobMaster sends to a task worker.
// Invariants: plain data; a message about an execution that the worker does not know is ignored (it raced with its end).
// Thread: sent by the main thread, handled by TaskExecutor between steps.
import type { JobGraph } from '../../graph/job-graph.js'
import type { MergeAccumulators, RequestAccumulators } from './accumulators.js'
import type { CheckpointOptions } from './checkpoint-options.js'
import type { DeployCoordinators, EventToOperator, ToCoordinator } from './operator-events.js'
import type { EarlierAnswers } from './program-answers.js'
import type { ProgramDescriptor } from './program-descriptor.js'
import type { SampleStacks } from './stack-samples.js'
import type { QueryState } from './state-queries.js'
import type { TaskDeploymentDescriptor } from './task-deployment.js'

/**
 * Runs the program again, once a slot (fresh function objects), and answers with `program-loaded`, `program-needs-thread` or
 * `program-failed`.
 */
export interface LoadProgram {
  readonly type: 'load-program'
  /** Counts loads, of which an attempt may need two; answers carry it back, so that those to an older load are recognised. */
  readonly loadNumber: number
  readonly jobId: string
  readonly program: ProgramDescriptor
  /** How many slots the worker has. */
  readonly slots: number
  /** Which execute() of the program this job is, counted from 0. */
  readonly graphIndex: number
  readonly expectedHash: string
  /** The submitted plan, to name the operator that differs. */
  readonly plan: JobGraph
  readonly earlierAnswers: EarlierAnswers
}

/**
 * All tasks of this worker for one attempt, or for the regions of it that restart, at once, so that local channels find both
 * ends. They take the place of older executions of the same subtasks, which have ended. They start with it: what they send
 * before another worker has its tasks waits in the channels.
 */
export interface DeployTasks {
  readonly type: 'deploy-tasks'
  readonly tasks: readonly TaskDeploymentDescriptor[]
  /** Absent where nothing is kept of checkpoints beside the tasks. */
  readonly localState?: LocalStateDirectories | undefined
}

/** Where subtasks keep what storage/task-local-state.ts says. */
export interface LocalStateDirectories {
  /** The first of them that is on the disk of a store. */
  readonly roots: readonly string[]
  /** A restart goes on from what is there. */
  readonly isRecoveredFrom: boolean
}

/** To the tasks that a checkpoint begins with. All others learn of it from the barriers of these. */
export interface TriggerCheckpoint {
  readonly type: 'trigger-checkpoint'
  readonly executionId: string
  readonly checkpointId: number
  readonly timestamp: number
  readonly options: CheckpointOptions
}

export interface NotifyCheckpointComplete {
  readonly type: 'notify-checkpoint-complete'
  readonly checkpointId: number
}

export interface NotifyCheckpointAborted {
  readonly type: 'notify-checkpoint-aborted'
  readonly checkpointId: number
}

/** Ends tasks: their functions are closed, their state is dropped; and the coordinators of these operators. */
export interface CancelTasks {
  readonly type: 'cancel-tasks'
  readonly executionIds: readonly string[]
  readonly operatorIds: readonly string[]
}

/** Asks for a `report-time`, now: somebody looks. The worker's metrics come before it. */
export interface RequestTime {
  readonly type: 'request-time'
}

/** Ends the worker after its current step. */
export interface CloseWorker {
  readonly type: 'close-worker'
}

export type MasterToWorker =
  | LoadProgram
  | DeployCoordinators
  | DeployTasks
  | TriggerCheckpoint
  | NotifyCheckpointComplete
  | NotifyCheckpointAborted
  | ToCoordinator
  | EventToOperator
  | CancelTasks
  | MergeAccumulators
  | RequestAccumulators
  | RequestTime
  | QueryState
  | SampleStacks
  | CloseWorker
