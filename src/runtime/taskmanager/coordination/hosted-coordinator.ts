// Duty: one coordinator of the user's in this worker: made, reset, started, told of events in their order, closed.
//
//   created -> (reset) -> started -> events, snapshots, notices, one at a time -> closed
//        \______________________ what throws: told once, then nothing but close ______________________/
//
// Invariants: one method at a time; none begins after the first error or after `close`. `close` of the user's is called once,
// when what runs has ended or has had its time. A snapshot that fails costs the checkpoint, not the attempt.
// Thread: the task worker, between steps of its tasks.
import type { OperatorCoordinator, OperatorCoordinatorProvider } from '../../../api/dag/operator-coordinator.js'
import { hasMethods } from '../../../api/functions/has-methods.js'
import { describeValue } from '../../../core/errors/describe-value.js'
import { deserializeError, serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { ReasonError } from '../../../core/errors/reason-error.js'
import { describeFailure } from '../../../core/errors/syntax-location.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { Logger } from '../../../core/logging/logger.js'
import { crc32c } from '../../../core/memory/crc32c.js'
import type { Clock } from '../../../core/time/clock.js'
import { settledWithin } from '../../../core/time/settled-within.js'
import { readStateHandle } from '../../../storage/state-reader.js'
import { copyOfEvent } from '../../protocol/event-copy.js'
import type { CoordinatorDeployment, ExecutionAttemptReady, ToCoordinator } from '../../protocol/operator-events.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'
import { CoordinatorCalls } from './coordinator-calls.js'

/** How long a method that has not ended keeps its coordinator from being closed: as long as a function does its task. */
const CLOSE_GRACE_MS = 1000

export interface HostedCoordinatorServices {
  readonly clock: Clock
  readonly logger: Logger
  readonly fileSystems: FileSystems
  readonly send: (message: WorkerToMaster) => void
}

export interface HostedCoordinatorInput extends HostedCoordinatorServices {
  readonly attempt: number
  readonly deployment: CoordinatorDeployment
  readonly operatorName: string
  readonly provider: OperatorCoordinatorProvider
}

type Action = () => void | Promise<void>

const METHODS = [
  'start',
  'handleEventFromOperator',
  'checkpointCoordinator',
  'notifyCheckpointComplete',
  'notifyCheckpointAborted',
  'resetToCheckpoint',
  'executionAttemptReady',
  'executionAttemptFailed',
  'close',
] as const satisfies readonly (keyof OperatorCoordinator)[]

export class HostedCoordinator {
  readonly #input: HostedCoordinatorInput
  readonly #calls: CoordinatorCalls
  readonly #queue: Action[] = []
  #coordinator: OperatorCoordinator | undefined
  /** What runs; settles when nothing waits any more. */
  #running: Promise<void> = Promise.resolve()
  #isRunning = false
  /** How often it was asked to say when it has done what it was told. */
  #flushes = 0
  #state: 'open' | 'failed' | 'closing' = 'open'
  #closed: Promise<void> | undefined

  constructor(input: HostedCoordinatorInput) {
    this.#input = input
    this.#calls = new CoordinatorCalls(input.clock, (action) => {
      this.#enqueue(action)
    })
  }

  start(): void {
    this.#enqueue(() => {
      this.#coordinator = this.#create()
    })
    const { restore } = this.#input.deployment
    if (restore !== undefined) this.#tell((coordinator) => this.#reset(coordinator, restore))
    this.#tell((coordinator) => coordinator.start())
  }

  handle(message: ToCoordinator): void {
    switch (message.type) {
      case 'event-to-coordinator':
        this.#tell((coordinator) =>
          coordinator.handleEventFromOperator(message.subtask, message.subtaskAttempt, message.event),
        )
        break
      case 'event-of-other-coordinator':
        this.#tell((coordinator) => coordinator.handleEventFromCoordinator?.(message.senderId, message.event))
        break
      case 'execution-attempt-ready':
        this.#tell((coordinator) => this.#ready(coordinator, message))
        break
      case 'execution-attempt-failed':
        this.#tell((coordinator) =>
          coordinator.executionAttemptFailed(message.subtask, message.subtaskAttempt, deserializeError(message.error)),
        )
        break
      case 'reset-subtask':
        this.#tell((coordinator) => coordinator.subtaskReset?.(message.subtask, message.checkpointId))
        break
      case 'trigger-coordinator-checkpoint':
        this.#tell((coordinator) => this.#checkpoint(coordinator, message.checkpointId))
        break
      case 'event-returned':
        this.#tell((coordinator) => coordinator.eventReturned?.(message.subtask, message.subtaskAttempt, message.event))
        break
      case 'flush-coordinator':
        this.#flushes += 1
        this.#enqueue(() => undefined)
        break
    }
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.#tell((coordinator) => coordinator.notifyCheckpointComplete(checkpointId))
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.#tell((coordinator) => coordinator.notifyCheckpointAborted(checkpointId))
  }

  /** That of its subtasks, up to a reset of one. */
  get attempt(): number {
    return this.#input.attempt
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** For errors. */
  get description(): string {
    return `the coordinator ${this.#name} of ${this.#input.operatorName}`
  }

  /** An error of the worker's that nobody caught: it may be this one's. False where it has ended. */
  fail(error: unknown): boolean {
    const isOpen = this.#state === 'open'
    this.#fail(error)
    return isOpen
  }

  /** Resolves when nothing of it runs any more, and tells the JobMaster so. May be called again. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#state = 'closing'
    this.#queue.length = 0
    this.#calls.close()
    this.#input.send({ type: 'coordinator-closing', ...this.#identity })
    if (this.#isRunning) await settledWithin(this.#running, CLOSE_GRACE_MS, this.#input.clock)
    try {
      await this.#coordinator?.close()
    } catch (error) {
      this.#input.logger.warn('a coordinator did not close', {
        coordinator: this.#name,
        reason: describeFailure(error),
      })
    }
    this.#input.send({ type: 'coordinator-closed', ...this.#identity })
  }

  #create(): OperatorCoordinator {
    const { provider, deployment, operatorName, clock, logger, fileSystems } = this.#input
    const created: unknown = provider.create({
      operatorId: deployment.operatorId,
      operatorName,
      currentParallelism: deployment.parallelism,
      clock,
      logger,
      fileSystems,
      sendEventToCoordinators: (event) => {
        const copy = copyOfEvent(event, `The coordinator ${this.#name}`)
        if (this.#state === 'open') this.#input.send({ type: 'event-to-coordinators', ...this.#identity, event: copy })
      },
      setIsProcessingBacklog: (isProcessingBacklog) => {
        if (this.#state !== 'open') return
        this.#input.send({ type: 'coordinator-backlog', ...this.#identity, isProcessingBacklog })
      },
      failJob: (cause) => {
        this.#fail(cause)
      },
      runInCoordinator: (action) => {
        this.#enqueue(action)
      },
      callAsync: (work, handler) => {
        this.#calls.once(work, handler)
      },
      callAsyncPeriodically: (work, handler, times) => {
        this.#calls.periodically(work, handler, times)
      },
    })
    if (hasMethods(created, ...METHODS)) return created as OperatorCoordinator
    const missing = METHODS.filter((method) => !hasMethods(created, method))
    const what = missing.length === METHODS.length ? describeValue(created) : `an object without ${missing.join(', ')}`
    throw new ReasonError(`create gave ${what}, which is no OperatorCoordinator`)
  }

  async #reset(
    coordinator: OperatorCoordinator,
    { checkpointId, state }: NonNullable<CoordinatorDeployment['restore']>,
  ): Promise<void> {
    const bytes = state === undefined ? undefined : await readStateHandle(state, this.#input.fileSystems)
    await coordinator.resetToCheckpoint(checkpointId, bytes)
  }

  #ready(
    coordinator: OperatorCoordinator,
    { subtask, subtaskAttempt }: Pick<ExecutionAttemptReady, 'subtask' | 'subtaskAttempt'>,
  ): void | Promise<void> {
    const sendEvent = (event: unknown): void => {
      const copy = copyOfEvent(event, `The coordinator ${this.#name}`)
      if (this.#state !== 'open') return
      this.#input.send({ type: 'event-from-coordinator', ...this.#identity, subtask, subtaskAttempt, event: copy })
    }
    return coordinator.executionAttemptReady(subtask, subtaskAttempt, { subtask, attempt: subtaskAttempt, sendEvent })
  }

  async #checkpoint(coordinator: OperatorCoordinator, checkpointId: number): Promise<void> {
    const about = { ...this.#identity, checkpointId }
    try {
      const given: unknown = await coordinator.checkpointCoordinator(checkpointId)
      if (!(given instanceof Uint8Array)) throw new ReasonError('checkpointCoordinator gave no Uint8Array')
      const bytes = Uint8Array.from(given)
      const state = { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
      const takesEventsBack = hasMethods(coordinator, 'eventReturned')
      this.#input.send({ type: 'acknowledge-coordinator-checkpoint', ...about, state, takesEventsBack })
    } catch (error) {
      const failure = serializeError(this.#failure(error))
      this.#input.send({ type: 'decline-coordinator-checkpoint', ...about, error: failure })
    }
  }

  #tell(action: (coordinator: OperatorCoordinator) => void | Promise<void>): void {
    this.#enqueue(() => (this.#coordinator === undefined ? undefined : action(this.#coordinator)))
  }

  #enqueue(action: Action): void {
    if (this.#state !== 'open') return
    this.#queue.push(action)
    if (this.#isRunning) return
    this.#isRunning = true
    this.#running = this.#runAll()
  }

  /** Never rejects. Synchronous up to the first method that is not. */
  async #runAll(): Promise<void> {
    try {
      for (let action = this.#queue.shift(); action !== undefined; action = this.#queue.shift()) await action()
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#isRunning = false
    }
    this.#tellFlushed()
  }

  #tellFlushed(): void {
    for (; this.#flushes > 0 && this.#state === 'open'; this.#flushes -= 1) {
      this.#input.send({ type: 'coordinator-flushed', ...this.#identity })
    }
  }

  #fail(error: unknown): void {
    if (this.#state !== 'open') return
    this.#state = 'failed'
    this.#queue.length = 0
    this.#input.send({ type: 'coordinator-failed', ...this.#identity, error: serializeError(this.#failure(error)) })
  }

  /** An error of the table names the coordinator already, or it is one that a restart must not hide. */
  #failure(error: unknown): FlinkError {
    if (FlinkError.is(error)) return error
    const details = { coordinator: this.#name, operator: this.#input.operatorName, reason: describeFailure(error) }
    return new FlinkError('COORDINATOR_FAILED', details, { cause: error })
  }

  get #identity(): { readonly attempt: number; readonly operatorId: string } {
    return { attempt: this.#input.attempt, operatorId: this.#input.deployment.operatorId }
  }

  get #name(): string {
    return this.#input.provider.name
  }
}
