// Duty: the attempts of a job, one after the other: workers load the program, tasks are deployed, after a failure
// comes another attempt, or the failure of the job.
//
//   run -> program loaded, state verified -> deployed -> finished
//    \_______ backoff <- RESTARTING <- failure -> FAILING -> onFailed
//
// Invariants: one attempt at a time; a new one begins only when every task of the last has ended. Never rejects: whatever goes
// wrong is a failure of the attempt. Thread: main thread.
import type { Configuration } from '../../../core/config/configuration.js'
import { StateBackendOptions } from '../../../core/config/state-backend-options.js'
import { TaskManagerOptions } from '../../../core/config/task-manager-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { asError } from '../../../core/errors/thrown-value.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import type { EarlierAnswers } from '../../protocol/program-answers.js'
import type { ProgramDescriptor } from '../../protocol/program-descriptor.js'
import type { QueryableStateInfo } from '../../protocol/state-queries.js'
import {
  readCheckpointCoordinatorConfiguration,
  type CheckpointCoordinatorConfiguration,
} from '../checkpoint/checkpoint-coordinator-configuration.js'
import { CheckpointCoordinator } from '../checkpoint/checkpoint-coordinator.js'
import type { CheckpointRepository, Restorable } from '../checkpoint/checkpoint-repository.js'
import type { CheckpointStatistics } from '../checkpoint/checkpoint-statistics.js'
import { ExecutionFailureHandler } from '../failover/execution-failure-handler.js'
import type { JobEnvironment } from '../job-environment.js'
import { assignSlots, type SlotAssignment, type WorkerLayout } from '../scheduler/slot-assignment.js'
import { JobAttempt, type JobAttemptListener } from './job-attempt.js'
import type { JobLifecycle } from './job-lifecycle.js'
import { JobNotices } from './job-notices.js'
import { StateGrowth, type GrowingState } from './state-growth.js'
import type { TaskManagerStarter } from './task-manager-gateway.js'
import { WorkerPool } from './worker-pool.js'

export interface RestartLoopInput {
  readonly environment: JobEnvironment
  readonly program: ProgramDescriptor
  readonly graphIndex: number
  readonly earlierAnswers: EarlierAnswers
  readonly repository: CheckpointRepository
  readonly starter: TaskManagerStarter
  /** More slots than this share workers, where taskmanager.numberOfTaskSlots is not set. */
  readonly maxWorkers: number
  /** A warning for whoever started the job. */
  readonly tell: (text: string) => void
  /** Of the last failure, which whoever waits for the end of the job is told as well. */
  readonly tellFailed: (text: string) => void
  /** What he is to know, and need not worry about. */
  readonly inform: (text: string) => void
  /** Is given all states that may be asked about from outside, whenever there is another one. */
  readonly onQueryableStates?: (states: readonly QueryableStateInfo[]) => void
}

export interface RestartLoopListener {
  onFinished(): void
  /** An attempt has failed; whether there will be another one is not said yet. */
  onFailure(error: Error): void
  /** After the last attempt. */
  onFailed(cause: Error): void
  onQueryableState(info: QueryableStateInfo): void
}

/** What the attempts of a job have in common. */
export interface RestartLoopServices {
  readonly lifecycle: JobLifecycle
  readonly statistics: CheckpointStatistics
  readonly listener: RestartLoopListener
}

export class RestartLoop {
  readonly #environment: JobEnvironment
  readonly #input: RestartLoopInput
  readonly #services: RestartLoopServices
  readonly #pool: WorkerPool
  readonly #failures: ExecutionFailureHandler
  readonly #notices: JobNotices
  readonly #growth: StateGrowth
  /** Read before there is an attempt: what it refuses is no failure of one. */
  readonly #checkpointing: CheckpointCoordinatorConfiguration
  #slots: SlotAssignment
  #attempt: JobAttempt | undefined
  #attemptCount = 0
  #backoff: TimerHandle | undefined

  constructor(input: RestartLoopInput, services: RestartLoopServices) {
    const { environment, starter, tell, tellFailed, maxWorkers } = input
    const { jobId, jobGraph, configuration, clock } = environment
    this.#environment = environment
    this.#input = input
    this.#services = services
    this.#slots = assignSlots(jobGraph, layoutOf(configuration, maxWorkers))
    this.#failures = new ExecutionFailureHandler(environment)
    this.#checkpointing = readCheckpointCoordinatorConfiguration(configuration, jobGraph)
    this.#notices = new JobNotices({ name: jobGraph.name, jobId, clock, tell, tellFailed })
    this.#growth = new StateGrowth({
      jobGraph,
      clock,
      leastEntries: configuration.get(StateBackendOptions.GROWTH_WARNING_MIN_ENTRIES),
      onGrowing: (growing) => {
        this.#warnOf(growing)
      },
    })
    this.#pool = new WorkerPool(this.#slots.workerCount, {
      starter,
      clock,
      listener: {
        onMessage: (_worker, message) => this.#attempt?.handle(message),
        onWorkerExit: (worker, error) => this.#attempt?.workerExited(worker, error),
        onLog: (worker, { level, text, fields }) => {
          environment.logger[level](text, { jobId, worker, ...fields })
        },
      },
    })
  }

  /** The newest; undefined before the first. */
  get attempt(): JobAttempt | undefined {
    return this.#attempt
  }

  get restarts(): number {
    return Math.max(0, this.#attemptCount - 1)
  }

  run(): void {
    const attemptNumber = this.#attemptCount
    this.#attemptCount += 1
    this.#services.lifecycle.moveTo('RUNNING')
    this.#load(attemptNumber)
  }

  /** Ends the attempt and begins no other; resolves when every task has ended. */
  async stop(reason: Error): Promise<void> {
    this.#backoff?.cancel()
    await this.#attempt?.stop(reason)
  }

  /** Ends the workers. */
  close(graceMs: number): Promise<void> {
    return this.#pool.close(graceMs)
  }

  #load(attemptNumber: number): void {
    const attempt = this.#makeAttempt(attemptNumber)
    this.#attempt = attempt
    const isCurrent = (): boolean => this.#attempt === attempt
    void this.#prepare()
      .then(({ assignment, notes, localState }) => {
        if (!isCurrent() || this.#services.lifecycle.status !== 'RUNNING') return
        for (const note of notes) this.#input.tell(note)
        attempt.deploy(assignment, localState)
      })
      .catch((error: unknown) => {
        if (!isCurrent()) return
        if (this.#services.lifecycle.status === 'RUNNING' && this.#slotsCannotShare(error)) {
          this.#giveEverySlotAWorker()
          this.#load(attemptNumber)
        } else this.#onFailure(asError(error))
      })
  }

  /** The state is verified while the workers load the program; nothing goes on before both are done. */
  async #prepare(): Promise<Restorable> {
    const { jobId, jobGraph: plan } = this.#environment
    const { program, graphIndex, earlierAnswers, repository } = this.#input
    const load = { jobId, program, graphIndex, expectedHash: plan.hash, plan, earlierAnswers }
    const loaded = this.#pool.loadProgram(load, this.#slots.slotsOf)
    const restorable = repository.restorable()
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
      listener: this.#attemptListener(),
      makeCoordinator: (attempt) => this.#makeCoordinator(attempt),
    })
  }

  #attemptListener(): JobAttemptListener {
    return {
      onAllRunning: () => this.#attempt?.coordinator.start(),
      onFinished: () => {
        this.#notices.ended(this.#attempt?.lateRecords() ?? [])
        this.#services.listener.onFinished()
      },
      onFailed: (error) => {
        this.#onFailure(error)
      },
      onCancellationTimeout: (error) => {
        this.#services.lifecycle.recordException(error)
        this.#notices.workerTerminated(error)
      },
      onSlowEnd: (waitsFor) => {
        this.#notices.endIsSlow(waitsFor)
      },
      onLateRecords: (dropped) => {
        this.#notices.lateRecordsDropped(dropped)
      },
      onQueryableState: (info) => {
        this.#services.listener.onQueryableState(info)
      },
    }
  }

  #makeCoordinator(attempt: JobAttempt): CheckpointCoordinator {
    const { repository } = this.#input
    const services = {
      environment: this.#environment,
      configuration: this.#checkpointing,
      repository,
      statistics: this.#services.statistics,
      notices: this.#notices,
      operatorCoordinators: attempt.operatorCoordinators,
      sendTo: attempt.sendTo.bind(attempt),
      sendToAll: this.#pool.sendToAll.bind(this.#pool),
      entriesCounted: this.#growth.checkpointCompleted.bind(this.#growth),
      tasksEnd: attempt.expectEnd.bind(attempt),
      failJob: (error: Error): void => {
        this.#onFailure(error)
      },
    }
    return new CheckpointCoordinator(services, attempt.executions, repository.nextCheckpointId())
  }

  #onFailure(error: Error): void {
    const { lifecycle, listener } = this.#services
    if (!lifecycle.canFail) return
    lifecycle.recordException(error)
    this.#input.repository.attemptFailed(error)
    listener.onFailure(error)
    // The listener may have cancelled the job.
    if (!lifecycle.canFail) return
    const completedCheckpoints = this.#services.statistics.counts.completed
    const result = this.#failures.handle(error, { attempts: this.#attemptCount, completedCheckpoints })
    if (result.canRestart) lifecycle.moveTo('RESTARTING')
    else lifecycle.fail(result.cause)
    this.#say(error, result.canRestart ? result.backoffMs : undefined)
    void this.stop(error).then(() => {
      if (result.canRestart && lifecycle.status === 'RESTARTING') this.#runAfter(result.backoffMs)
      else if (!result.canRestart && lifecycle.status === 'FAILING') listener.onFailed(result.cause)
    })
  }

  #say(error: Error, backoffMs: number | undefined): void {
    const attempt = this.#attemptCount
    const what = backoffMs === undefined ? 'the job fails' : 'the job restarts'
    this.#environment.logger.warn(what, { reason: error.message, attempt })
    this.#notices.attemptFailed({ attempt, cause: error, backoffMs, strategy: this.#failures.strategy })
  }

  #warnOf(growing: GrowingState): void {
    const { operator, state, last } = growing
    const warning = this.#notices.stateOnlyGrows(growing)
    this.#environment.logger.warn('a state only grows', { operator, state, entries: last })
    this.#services.lifecycle.recordWarning(warning)
  }

  #runAfter(backoffMs: number): void {
    this.#backoff = this.#environment.clock.setTimer(backoffMs, () => {
      if (this.#services.lifecycle.status === 'RESTARTING') this.run()
    })
  }
}

function layoutOf(configuration: Configuration, maxWorkers: number): WorkerLayout {
  const slotsPerWorker = configuration.get(TaskManagerOptions.NUM_TASK_SLOTS)
  return slotsPerWorker === undefined ? { maxWorkers } : { slotsPerWorker }
}
