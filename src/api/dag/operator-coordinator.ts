import type { FileSystems } from '../../core/fs/file-systems.js'
import type { Logger } from '../../core/logging/logger.js'
import type { Clock } from '../../core/time/clock.js'

/**
 * Decides for all subtasks of one operator: what each of them works on, when what they did is committed. One for an operator
 * and attempt of its job, made anew after a failure of all subtasks, and reset to the checkpoint that the job goes on from. Where
 * some of them fail and others run on it lives, if it has `subtaskReset`.
 *
 * It runs in the worker of the operator's first subtask. Its methods are called one after the other: the next one waits until
 * the promise of the last has settled. What they throw fails the job, which restarts by its strategy; what
 * `checkpointCoordinator` throws costs that checkpoint only, what `close` throws is logged.
 *
 * Events to subtasks are exactly once: those sent before a snapshot of the coordinator are handled by a subtask before it takes
 * the same checkpoint, those sent later are held back until it has taken it, or the checkpoint is aborted.
 *
 * Events from subtasks come in the order in which they were sent, each once. Between the coordinator's snapshot and a subtask's
 * the subtask may send something that is in its own state and not in the coordinator's: after a restore the coordinator does
 * not know of it. So whatever a subtask sends must not be the only record of it: it says again what it still waits for when it
 * starts, and what it hands over it keeps in its state until the coordinator has answered. The answer falls on the right side
 * of every checkpoint, as an event to a subtask.
 *
 * Where an attempt fails, nobody is told of events that were not handled: the coordinator of the next one is reset to a state in
 * which they are not sent yet. A subtask that has finished while others go on runs again after a restore, and takes events again.
 *
 * When all tasks of the job have finished, it does what it has been told till then: the job has finished when the promises of its
 * methods have settled, `execution.checkpointing.timeout` at most (COORDINATOR_NOT_DONE), and what they throw fails the job as ever.
 * What `callAsync` runs is not waited for: a last commit is awaited in `notifyCheckpointComplete`.
 *
 * Apache Flink's interface of the same name, without its threads.
 */
export interface OperatorCoordinator {
  /** Once, before events; after `resetToCheckpoint`, where the job goes on from a snapshot. */
  start(): void | Promise<void>
  handleEventFromOperator(subtask: number, attempt: number, event: unknown): void | Promise<void>
  /**
   * Gives the state of this moment. The snapshot lies where the promise is fulfilled: events sent before that belong to the time
   * before the checkpoint. Called again for the same checkpoint where such an event comes back (`eventReturned`): the last state
   * counts.
   */
  checkpointCoordinator(checkpointId: number): Uint8Array | Promise<Uint8Array>
  notifyCheckpointComplete(checkpointId: number): void | Promise<void>
  notifyCheckpointAborted(checkpointId: number): void | Promise<void>
  /**
   * Before `start`, where the job goes on from a snapshot, possibly with another parallelism. `state` is undefined where the
   * snapshot has none of this coordinator. That a snapshot is restored says that it is complete: what was to be committed with
   * it may be committed.
   */
  resetToCheckpoint(checkpointId: number, state: Uint8Array | undefined): void | Promise<void>
  /** A subtask takes events from now on. */
  executionAttemptReady(subtask: number, attempt: number, gateway: SubtaskGateway): void | Promise<void>
  /**
   * A subtask has finished without having handled this event, of which this is a copy: whatever it stands for is this coordinator's
   * again. In the order in which they were sent, and before every snapshot that it belongs to. A coordinator without this method
   * loses such events.
   */
  eventReturned?(subtask: number, attempt: number, event: unknown): void | Promise<void>
  /** A subtask failed: this coordinator ends with it, or is told of its reset. Not told of every failure: it may be closed before. */
  executionAttemptFailed(subtask: number, attempt: number, reason: Error): void | Promise<void>
  /**
   * A subtask goes back alone to a checkpoint, or to where the job began (undefined): what it was given after that is the
   * coordinator's again. It becomes ready once more, as another attempt. Without this method all subtasks fail with one; whoever has it
   * says so in `graph/lasting-coordinator.ts`.
   */
  subtaskReset?(subtask: number, checkpointId: number | undefined): void | Promise<void>
  /**
   * Another coordinator of the attempt told all of them something, by the id of its operator. It is on no side of a snapshot, and
   * of no state.
   */
  handleEventFromCoordinator?(operatorId: string, event: unknown): void | Promise<void>
  /** On every end, once. What is in the middle of a method then is waited for, but not for long. */
  close(): void | Promise<void>
}

/** The way to one subtask. */
export interface SubtaskGateway {
  readonly subtask: number
  readonly attempt: number
  /**
   * `event` is plain data: it is copied as between threads (OPERATOR_EVENT_NOT_CLONEABLE). From a subtask that has finished it
   * comes back (`eventReturned`), so it is not to be sent there again. To be called from the coordinator's methods and handlers: what `callAsync` runs beside them has no place
   * in their order, and so on no side of a snapshot.
   */
  sendEvent(event: unknown): void
}

/** What a coordinator may reach. */
export interface OperatorCoordinatorContext {
  readonly operatorId: string
  readonly operatorName: string
  /** How many subtasks the operator has in this attempt. */
  readonly currentParallelism: number
  /** Without timers, which would outlive it: it has callAsyncPeriodically. */
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>
  readonly logger: Logger
  readonly fileSystems: FileSystems
  /** To all other coordinators of the attempt that run. `event` is plain data, as that of a SubtaskGateway. */
  sendEventToCoordinators(event: unknown): void
  /** Whether the operator reads what is old: `execution.checkpointing.interval-during-backlog` holds meanwhile. */
  setIsProcessingBacklog(isProcessingBacklog: boolean): void
  /** The attempt fails with this cause. */
  failJob(cause: unknown): void
  /** Calls `action` as the coordinator's methods are called, after those that wait already. */
  runInCoordinator(action: () => void | Promise<void>): void
  /** Runs `work` beside the coordinator's methods, and gives `handler` what came of it as `runInCoordinator` does. */
  callAsync<T>(work: () => Promise<T>, handler: AsyncCallHandler<T>): void
  /** As callAsync, first after `initialDelayMs` and then `periodMs` after each end. */
  callAsyncPeriodically<T>(work: () => Promise<T>, handler: AsyncCallHandler<T>, times: CallTimes): void
}

/** Exactly one of both is there, a result that is undefined aside. */
export type AsyncCallHandler<T> = (result: T | undefined, error: Error | undefined) => void | Promise<void>

export interface CallTimes {
  readonly initialDelayMs: number
  readonly periodMs: number
}

/** Hangs on the operator of a program: main makes it, in every worker that runs main. */
export interface OperatorCoordinatorProvider {
  /** For messages, such as `SourceCoordinator`. */
  readonly name: string
  /** Gives a new object each time. */
  create(context: OperatorCoordinatorContext): OperatorCoordinator
}
