// Duty: the messages between operators and their coordinators, which live in workers and talk through the JobMaster.
// Invariants: plain data. A message names its attempt, by number or by execution: one of another attempt is dropped. The attempt of
// a subtask is that of its coordinator, or a later one where the subtask was reset alone. The messages of one sender to one
// receiver keep their order on the whole way, also within one worker.
// Thread: both sides.
import type { SerializedError } from '../../core/errors/error-codec.js'
import type { StreamStateHandle } from '../../storage/state-handles.js'

/** One coordinator of an attempt, for the worker and slot of its operator's first subtask. */
export interface CoordinatorDeployment {
  readonly operatorId: string
  readonly slot: number
  readonly parallelism: number
  readonly restore: { readonly checkpointId: number; readonly state: StreamStateHandle | undefined } | undefined
}

/** Which coordinator it is about. */
interface AboutCoordinator {
  readonly attempt: number
  readonly operatorId: string
}

/** One of the coordinator's subtasks. */
interface AboutSubtask extends AboutCoordinator {
  readonly subtask: number
  readonly subtaskAttempt: number
}

/** Sent before the tasks of the attempt. */
export interface DeployCoordinators {
  readonly type: 'deploy-coordinators'
  readonly attempt: number
  readonly coordinators: readonly CoordinatorDeployment[]
}

export interface EventToCoordinator extends AboutSubtask {
  readonly type: 'event-to-coordinator'
  readonly event: unknown
}

/** The subtask takes events from now on. */
export interface ExecutionAttemptReady extends AboutSubtask {
  readonly type: 'execution-attempt-ready'
}

export interface ExecutionAttemptFailed extends AboutSubtask {
  readonly type: 'execution-attempt-failed'
  readonly error: SerializedError
}

/** The subtask goes back alone, before its next attempt is deployed. `checkpointId` undefined: to where the job began. */
export interface ResetSubtask extends AboutCoordinator {
  readonly type: 'reset-subtask'
  readonly subtask: number
  readonly checkpointId: number | undefined
}

/** Answered by acknowledge-coordinator-checkpoint or decline-coordinator-checkpoint, before any task is triggered. */
export interface TriggerCoordinatorCheckpoint extends AboutCoordinator {
  readonly type: 'trigger-coordinator-checkpoint'
  readonly checkpointId: number
}

/** Another coordinator of the attempt told it something. */
export interface EventOfOtherCoordinator extends AboutCoordinator {
  readonly type: 'event-of-other-coordinator'
  readonly senderId: string
  readonly event: unknown
}

/** Answered by coordinator-flushed: its subtasks have finished, or are counted as such from now on. */
export interface FlushCoordinator extends AboutCoordinator {
  readonly type: 'flush-coordinator'
}

/** The subtask has finished and has not begun to handle it. */
export interface EventReturned extends AboutSubtask {
  readonly type: 'event-returned'
  readonly event: unknown
}

/** What goes to one coordinator that has been deployed. */
export type ToCoordinator =
  | EventToCoordinator
  | EventOfOtherCoordinator
  | ExecutionAttemptReady
  | ExecutionAttemptFailed
  | ResetSubtask
  | TriggerCoordinatorCheckpoint
  | FlushCoordinator
  | EventReturned

/** Answered by operator-event-received; not answered by a task whose outputs have ended: it has finished soon. */
export interface EventToOperator {
  readonly type: 'event-to-operator'
  readonly executionId: string
  readonly operatorId: string
  readonly event: unknown
}

export interface EventFromOperator {
  readonly type: 'event-from-operator'
  readonly executionId: string
  readonly operatorId: string
  readonly event: unknown
}

/** The event is among what its task does next: whatever the task is told later it does later, its end too. */
export interface OperatorEventReceived {
  readonly type: 'operator-event-received'
  readonly executionId: string
  readonly operatorId: string
}

/** The synchronous part of the checkpoint is done here; of tasks with coordinated operators only. */
export interface OperatorCheckpointTaken {
  readonly type: 'operator-checkpoint-taken'
  readonly executionId: string
  readonly checkpointId: number
}

export interface EventFromCoordinator extends AboutSubtask {
  readonly type: 'event-from-coordinator'
  readonly event: unknown
}

/** To all other coordinators of the attempt. */
export interface EventToCoordinators extends AboutCoordinator {
  readonly type: 'event-to-coordinators'
  readonly event: unknown
}

export interface AcknowledgeCoordinatorCheckpoint extends AboutCoordinator {
  readonly type: 'acknowledge-coordinator-checkpoint'
  readonly checkpointId: number
  readonly state: StreamStateHandle
  /** The coordinator is told of events that come back: a state from before that is not its state. */
  readonly takesEventsBack: boolean
}

export interface DeclineCoordinatorCheckpoint extends AboutCoordinator {
  readonly type: 'decline-coordinator-checkpoint'
  readonly checkpointId: number
  readonly error: SerializedError
}

/** It has done whatever it was told before. */
export interface CoordinatorFlushed extends AboutCoordinator {
  readonly type: 'coordinator-flushed'
}

/** The attempt fails with it. */
export interface CoordinatorFailed extends AboutCoordinator {
  readonly type: 'coordinator-failed'
  readonly error: SerializedError
}

/** Whether its operator reads what is old. */
export interface CoordinatorBacklog extends AboutCoordinator {
  readonly type: 'coordinator-backlog'
  readonly isProcessingBacklog: boolean
}

/** The worker has taken notice of cancel-tasks. */
export interface CoordinatorClosing extends AboutCoordinator {
  readonly type: 'coordinator-closing'
}

/** The answer to cancel-tasks: nothing of the coordinator runs any more. */
export interface CoordinatorClosed extends AboutCoordinator {
  readonly type: 'coordinator-closed'
}

export type FromCoordinator =
  | EventFromCoordinator
  | EventToCoordinators
  | AcknowledgeCoordinatorCheckpoint
  | DeclineCoordinatorCheckpoint
  | CoordinatorFlushed
  | CoordinatorFailed
  | CoordinatorBacklog
  | CoordinatorClosing
  | CoordinatorClosed

/** What concerns the coordinators of a task's operators. */
export type FromCoordinatedTask = EventFromOperator | OperatorEventReceived | OperatorCheckpointTaken
