// Duty: one job from its plan to its end: restores, runs attempts, restarts after failures, answers the control server.
//
//   start -> restore checked -> attempt -> (failure -> strategy -> attempt)* -> FINISHED | CANCELED | FAILED
//
// Invariants: one attempt at a time; a new one begins only when every task of the last has ended; the status moves only
// along job-status.ts; `result` settles exactly once.
// Thread: main thread; user code never runs here.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { Configuration } from '../../../core/config/configuration.js'
import { TaskManagerOptions } from '../../../core/config/task-manager-options.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import type { AccumulatorResults } from '../../protocol/accumulators.js'
import type { EarlierAnswers } from '../../protocol/program-answers.js'
import type { ProgramDescriptor } from '../../protocol/program-descriptor.js'
import { readCheckpointCoordinatorConfiguration } from '../checkpoint/checkpoint-coordinator-configuration.js'
import { CheckpointCoordinator } from '../checkpoint/checkpoint-coordinator.js'
import type { CheckpointRepository, Restorable } from '../checkpoint/checkpoint-repository.js'
import { CheckpointStatistics } from '../checkpoint/checkpoint-statistics.js'
import { loadRestartStrategy } from '../failover/restart-strategy-loader.js'
import type { RestartBackoffTimeStrategy } from '../failover/restart-backoff-time-strategy.js'
import type { JobEnvironment } from '../job-environment.js'
import { assignSlots, type SlotAssignment, type WorkerLayout } from '../scheduler/slot-assignment.js'
import { describeJob } from './describe-job.js'
import { JobAttempt } from './job-attempt.js'
import { JobNotices } from './job-notices.js'
import type { JobDetails, JobException } from './job-details.js'
import { checkJobTransition, type JobStatus } from './job-status.js'
import type { TaskMetrics } from './metric-store.js'
import { WorkerPool, type ProgramOfJob } from './worker-pool.js'
import type { TaskManagerStarter } from './task-manager-gateway.js'

const CLOSE_GRACE_MS = 5000
const CHECKPOINT_HISTORY = 10
const EXCEPTION_HISTORY = 16

export interface JobMasterInput {
  readonly environment: JobEnvironment
  readonly program: ProgramDescriptor
  readonly graphIndex: number
  readonly earlierAnswers: EarlierAnswers
  readonly repository: CheckpointRepository
  readonly starter: TaskManagerStarter
  /** More slots than this share workers, where taskmanager.numberOfTaskSlots is not set. */
  readonly maxWorkers: number
  /** For whoever started the job. */
  readonly tell: (text: string) => void
}

/** How the job ended. */
export interface JobOutcome {
  readonly jobId: string
  readonly status: 'FINISHED' | 'CANCELED' | 'FAILED'
  readonly netRuntimeMs: number
  /** Of a job that has FINISHED. */
  readonly accumulatorResults: AccumulatorResults
  readonly error: Error | undefined
  /** URI of the checkpoint behind which the job was stopped. */
  readonly finalCheckpoint: string | undefined
}

export class JobMaster {
  readonly jobId: string
  readonly outcome: Promise<JobOutcome>
  readonly #environment: JobEnvironment
  readonly #input: JobMasterInput
  readonly #pool: WorkerPool
  readonly #strategy: RestartBackoffTimeStrategy
  readonly #statistics: CheckpointStatistics
  readonly #notices: JobNotices
  readonly #timestamps: Partial<Record<JobStatus, number>> = {}
  readonly #exceptions: JobException[] = []
  readonly #awaitingFailure: ((error: Error) => void)[] = []
  #slots: SlotAssignment
  #status: JobStatus = 'INITIALIZING'
  #attempt: JobAttempt | undefined
  #attemptNumber = 0
  #backoff: TimerHandle | undefined
  /** From here on the outcome is decided: what is left is to clean up. */
  #isEnding = false
  #cause: Error | undefined
  #cancelRequested = false
  /** Before any cancellation: whatever follows, the checkpoints stay as after a stop. */
  #stopRequested = false
  #finalCheckpoint: string | undefined
  #settle: (outcome: JobOutcome) => void = () => undefined

  constructor(input: JobMasterInput) {
    const { environment, tell, maxWorkers } = input
    const { jobId, jobGraph, configuration, clock, random } = environment
    this.#environment = environment
    this.#input = input
    this.jobId = jobId
    this.#slots = assignSlots(jobGraph, layoutOf(configuration, maxWorkers))
    this.#strategy = loadRestartStrategy(configuration, clock, random)
    this.#statistics = new CheckpointStatistics(CHECKPOINT_HISTORY, () => clock.now())
    this.#notices = new JobNotices({ job: `"${jobGraph.name}" (${jobId})`, clock, tell })
    this.#timestamps.INITIALIZING = clock.now()
    const listener = {
      onMessage: (_worker: number, message: Parameters<JobAttempt['handle']>[0]): void =>
        this.#attempt?.handle(message),
      onWorkerExit: (worker: number, error: Error): void => this.#attempt?.workerExited(worker, error),
    }
    this.#pool = new WorkerPool(this.#slots.workerCount, { starter: input.starter, clock, listener })
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get status(): JobStatus {
    return this.#status
  }

  /** Opens the snapshot to restore from and checks it against the plan; the job runs when the promise resolves. */
  async start(): Promise<void> {
    try {
      const point = await this.#input.repository.open()
      if (point.checkpoint !== undefined) this.#statistics.restored()
      for (const note of point.notes) this.#input.tell(note)
    } catch (error) {
      await this.#end('FAILED', asError(error))
      throw error
    }
    if (this.#cancelRequested) {
      await this.#end('CANCELED')
    } else {
      this.#moveTo('CREATED')
      this.#runAttempt()
    }
  }

  /** Instead of `start`, where the surroundings of the job could not be made. */
  async abandon(error: Error): Promise<void> {
    await this.#end('FAILED', error)
  }

  details(): JobDetails {
    return describeJob(this.#environment, {
      status: this.#status,
      timestamps: this.#timestamps,
      restarts: Math.max(0, this.#attemptNumber - 1),
      executions: this.#attempt?.executions,
      statistics: this.#statistics,
      pendingCheckpoints: this.#attempt?.coordinator.pendingCount ?? 0,
      exceptions: this.#exceptions,
    })
  }

  /** What the tasks of the newest attempt reported. */
  taskMetrics(): TaskMetrics {
    return this.#attempt?.metrics.all() ?? { lastUpdate: 0, vertices: {} }
  }

  async triggerCheckpoint(): Promise<number> {
    const { checkpointId } = await this.#coordinator().triggerCheckpoint()
    return checkpointId
  }

  /** Resolves with the savepoint's URI. */
  async triggerSavepoint(targetDirectory: string, cancelJob: boolean): Promise<string> {
    const coordinator = this.#coordinator()
    const { externalPath } = await coordinator.triggerSavepoint(targetDirectory, cancelJob ? 'cancel' : undefined)
    if (cancelJob) this.cancel()
    return externalPath
  }

  /** Resolves with the savepoint's URI when the job has ended behind it. */
  async stopWithSavepoint(targetDirectory: string, drain: boolean): Promise<string> {
    // A job that fails from here on may restart and run on without end, behind a savepoint that is complete all the same:
    // who asked for its stop must not wait for that.
    const failed = new Promise<Error>((resolve) => this.#awaitingFailure.push(resolve))
    const { externalPath } = await this.#coordinator().triggerSavepoint(targetDirectory, drain ? 'drain' : 'suspend')
    const ended = this.outcome.then(({ status, error }) => (status === 'FINISHED' ? undefined : (error ?? status)))
    const cause = await Promise.race([ended, failed])
    if (cause === undefined) return externalPath
    throw new FlinkError('STOP_AFTER_SAVEPOINT_FAILED', { path: externalPath, jobId: this.jobId }, { cause })
  }

  /** Ends the job behind a last checkpoint where checkpoints outlive a stop; else, or without success, cancels. */
  async stop(): Promise<void> {
    // One that is being cancelled already stays cancelled.
    this.#stopRequested ||= !this.#cancelRequested
    if (this.#status !== 'RUNNING' || !this.#input.repository.retainsOnStop) {
      this.cancel()
      return
    }
    try {
      this.#finalCheckpoint = (await this.#coordinator().triggerCheckpoint('suspend')).externalPath
    } catch (error) {
      this.#environment.logger.warn('no final checkpoint: the job is cancelled', { reason: asError(error).message })
      this.cancel()
    }
  }

  /** Ends the job as soon as its tasks have ended; does nothing when it is ending already. */
  cancel(): void {
    this.#cancelRequested = true
    if (this.#isEnding || this.#status === 'CANCELLING' || this.#status === 'INITIALIZING') return
    this.#backoff?.cancel()
    this.#moveTo('CANCELLING')
    void this.#stopAttempt(new FlinkError('JOB_CANCELED', { jobId: this.jobId })).then(() => this.#end('CANCELED'))
  }

  #coordinator(): CheckpointCoordinator {
    if (this.#attempt === undefined || this.#status !== 'RUNNING') {
      throw new FlinkError('JOB_NOT_RUNNING', { jobId: this.jobId, state: this.#status })
    }
    return this.#attempt.coordinator
  }

  /** Never rejects: whatever goes wrong is a failure of the attempt. */
  #runAttempt(): void {
    const attemptNumber = this.#attemptNumber
    this.#attemptNumber += 1
    this.#moveTo('RUNNING')
    this.#load(attemptNumber)
  }

  #load(attemptNumber: number): void {
    const { jobId, jobGraph } = this.#environment
    const { program, graphIndex, earlierAnswers } = this.#input
    const load = { jobId, program, graphIndex, expectedHash: jobGraph.hash, plan: jobGraph, earlierAnswers }
    const attempt = this.#makeAttempt(attemptNumber)
    this.#attempt = attempt
    void this.#prepare(load)
      .then(({ assignment, notes }) => {
        if (this.#attempt !== attempt || this.#status !== 'RUNNING') return
        for (const note of notes) this.#input.tell(note)
        attempt.deploy(assignment)
      })
      .catch((error: unknown) => {
        if (this.#attempt !== attempt) return
        if (this.#status === 'RUNNING' && this.#slotsCannotShare(error)) {
          this.#giveEverySlotAWorker()
          this.#load(attemptNumber)
        } else this.#onFailure(asError(error))
      })
  }

  /** The state is verified while the workers load the program; nothing goes on before both are done. */
  async #prepare(load: ProgramOfJob): Promise<Restorable> {
    const loaded = this.#pool.loadProgram(load, this.#slots.slotsOf)
    const restorable = this.#input.repository.restorable()
    await Promise.allSettled([loaded, restorable])
    await loaded
    return restorable
  }

  /** Where the program makes its functions once a thread or cannot run twice in one, unless the user wants slots to share. */
  #slotsCannotShare(error: unknown): boolean {
    const isAsked = this.#environment.configuration.get(TaskManagerOptions.NUM_TASK_SLOTS) !== undefined
    const needsThreads =
      FlinkError.is(error, 'FUNCTION_SHARED_BY_SLOTS') || FlinkError.is(error, 'PROGRAM_NOT_REPEATABLE')
    return needsThreads && !isAsked
  }

  #giveEverySlotAWorker(): void {
    this.#slots = assignSlots(this.#environment.jobGraph, { slotsPerWorker: 1 })
    this.#pool.grow(this.#slots.workerCount)
  }

  #makeAttempt(attemptNumber: number): JobAttempt {
    return new JobAttempt({
      environment: this.#environment,
      attemptNumber,
      slots: this.#slots,
      pool: this.#pool,
      listener: {
        onAllRunning: () => this.#attempt?.coordinator.start(),
        onFinished: () => {
          this.#isEnding = true
          void this.#stopAttempt(new Error('the job finished')).then(() => this.#end('FINISHED'))
        },
        onFailed: (error) => {
          this.#onFailure(error)
        },
        onCancellationTimeout: (error) => {
          this.#recordException(error)
        },
      },
      makeCoordinator: (attempt) => this.#makeCoordinator(attempt),
    })
  }

  #makeCoordinator(attempt: JobAttempt): CheckpointCoordinator {
    const environment = this.#environment
    const { repository } = this.#input
    const services = {
      environment,
      configuration: readCheckpointCoordinatorConfiguration(environment.configuration),
      repository,
      statistics: this.#statistics,
      notices: this.#notices,
      sendTo: attempt.sendTo.bind(attempt),
      sendToAll: this.#pool.sendToAll.bind(this.#pool),
      failJob: (error: Error): void => {
        this.#onFailure(error)
      },
    }
    return new CheckpointCoordinator(services, attempt.executions, repository.nextCheckpointId())
  }

  #onFailure(error: Error): void {
    if (this.#status !== 'RUNNING' || this.#isEnding) return
    this.#recordException(error)
    // Stopped behind a checkpoint that holds all: running on from it, the job would end at another time, with that one removed.
    if (this.#finalCheckpoint !== undefined) {
      this.cancel()
      return
    }
    for (const resolve of this.#awaitingFailure.splice(0)) resolve(error)
    this.#strategy.notifyFailure()
    const isFinal = error instanceof FlinkError && error.recovery === 'fail'
    const mayRestart = !isFinal && this.#strategy.canRestart()
    this.#moveTo(mayRestart ? 'RESTARTING' : 'FAILING')
    const attempt = this.#attemptNumber
    this.#environment.logger.warn(mayRestart ? 'the job restarts' : 'the job fails', { reason: error.message, attempt })
    const backoffMs = mayRestart ? this.#strategy.backoffMs() : undefined
    this.#notices.attemptFailed({ attempt, cause: error, backoffMs, strategy: this.#strategy.describe() })
    const cause = isFinal ? error : this.#suppressed(error)
    if (!mayRestart) this.#cause = cause
    void this.#stopAttempt(error).then(() => {
      if (this.#status === 'FAILING') return this.#end('FAILED', cause)
      if (backoffMs !== undefined && this.#status === 'RESTARTING') this.#restartLater(backoffMs)
      return undefined
    })
  }

  #suppressed(cause: Error): FlinkError {
    return new FlinkError('RESTARTS_EXHAUSTED', { strategy: this.#strategy.describe() }, { cause })
  }

  #restartLater(backoffMs: number): void {
    this.#backoff = this.#environment.clock.setTimer(backoffMs, () => {
      if (this.#status === 'RESTARTING') this.#runAttempt()
    })
  }

  async #stopAttempt(reason: Error): Promise<void> {
    await this.#attempt?.stop(reason)
  }

  async #end(status: 'FINISHED' | 'CANCELED' | 'FAILED', error?: Error): Promise<void> {
    this.#isEnding = true
    const { jobId, logger, clock } = this.#environment
    const { repository } = this.#input
    const accumulatorResults = status === 'FINISHED' ? ((await this.#attempt?.mergeAccumulators()) ?? {}) : {}
    try {
      // A job that was stopped goes on later, also where a last checkpoint did not come about.
      const isStopped = this.#finalCheckpoint !== undefined || (status === 'CANCELED' && this.#stopRequested)
      await repository.shutdown(isStopped ? 'STOPPED' : status)
    } catch (problem) {
      logger.warn('could not remove checkpoints of the ended job', { reason: asError(problem).message })
    }
    try {
      await this.#pool.close(CLOSE_GRACE_MS)
    } catch (problem) {
      logger.warn('could not end the workers of the ended job', { reason: asError(problem).message })
    }
    this.#moveTo(status)
    if (error !== undefined && this.#exceptions.length === 0) this.#recordException(error)
    this.#settle({
      jobId,
      status,
      netRuntimeMs: clock.now() - (this.#timestamps.INITIALIZING ?? clock.now()),
      accumulatorResults,
      error: error ?? this.#cause,
      finalCheckpoint: this.#finalCheckpoint,
    })
  }

  #recordException(error: Error): void {
    const { name, message, stack = '' } = error
    this.#exceptions.push({ timestamp: this.#environment.clock.now(), name, message, stack })
    if (this.#exceptions.length > EXCEPTION_HISTORY) this.#exceptions.shift()
  }

  #moveTo(status: JobStatus): void {
    checkJobTransition(this.#status, status)
    this.#status = status
    this.#timestamps[status] = this.#environment.clock.now()
    this.#environment.logger.info(`job ${this.#environment.jobGraph.name} (${this.jobId}) is ${status}`)
  }
}

function layoutOf(configuration: Configuration, maxWorkers: number): WorkerLayout {
  const slotsPerWorker = configuration.get(TaskManagerOptions.NUM_TASK_SLOTS)
  return slotsPerWorker === undefined ? { maxWorkers } : { slotsPerWorker }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
