// Duty: the attempts of a job, one after the other: workers load the program, tasks are deployed, after a failure comes another
// attempt, a restart of some tasks within the attempt (failover/README.md), or the failure of the job.
//
//   run -> program loaded, state verified -> deployed -> finished
//    \_______ backoff <- RESTARTING <- failure -> FAILING -> onFailed
//
// Invariants: one attempt at a time; tasks are deployed again only when all that restart have ended. Never rejects: whatever
// goes wrong is a failure. Thread: main thread.
import type { Configuration } from '../../../core/config/configuration.js'
import { StateBackendOptions } from '../../../core/config/state-backend-options.js'
import { TaskManagerOptions } from '../../../core/config/task-manager-options.js'
import { withReason } from '../../../core/errors/failure-text.js'
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
import type { Execution } from '../executiongraph/execution.js'
import { ExecutionFailureHandler, type FailureHandlingResult } from '../failover/execution-failure-handler.js'
import { loadFailoverStrategy } from '../failover/failover-strategy.js'
import type { JobEnvironment } from '../job-environment.js'
import { assignSlots, type SlotAssignment, type WorkerLayout } from '../scheduler/slot-assignment.js'
import { JobAttempt, type JobAttemptListener } from './job-attempt.js'
import type { JobLifecycle } from './job-lifecycle.js'
import { JobNotices } from './job-notices.js'
import { StateGrowth, type GrowingState } from './state-growth.js'
import type { StackSamples } from './stack-samples.js'
import type { TaskManagerStarter } from './task-manager-gateway.js'
import { WorkerPool, type ProgramLoads, type ProgramOfJob } from './worker-pool.js'

export interface RestartLoopInput {
  readonly environment: JobEnvironment
  readonly program: ProgramDescriptor
  readonly graphIndex: number
  readonly earlierAnswers: EarlierAnswers
  readonly repository: CheckpointRepository
  readonly starter: TaskManagerStarter
  /** More slots than this share workers, where taskmanager.numberOfTaskSlots is not set. */
  readonly maxWorkers: number
  /** Of a job that may have to wait for its slots: resolves when it has them, rejects where it does not get them. */
  readonly slotsAcquired?: () => Promise<void>
  /** Why the job runs in another process than before. */
  readonly earlierFailure?: Error
  /** A warning for whoever started the job. */
  readonly tell: (text: string) => void
  /** Of the last failure, which whoever waits for the end of the job is told as well. */
  readonly tellFailed: (text: string) => void
  /** What he is to know, and need not worry about. */
  readonly inform: (text: string) => void
  /** Of a job that takes the place of another one, which comes back where this one fails before all its tasks have run. */
  readonly takesPlace?: boolean
  /** All tasks run, or have finished; after a restart again. */
  readonly onAllRunning?: () => void
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
  readonly stackSamples: StackSamples
  readonly listener: RestartLoopListener
}

/** From the failure to the deployment; a further failure meanwhile has another one take its place. */
interface Restart {
  /** `some`: those that the attempt has been told to cancel. */
  readonly tasks: 'all' | 'some'
  readonly reason: Error
  readonly backoffMs: number
  backoff: TimerHandle | undefined
  /** While some load the program: where the tasks that restart are going to be. */
  loading?: ReadonlySet<number>
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
  /** Deployments, those of some tasks too. */
  #attemptCount = 0
  #restart: Restart | undefined

  constructor(input: RestartLoopInput, services: RestartLoopServices) {
    const { environment, starter, tell, tellFailed, maxWorkers } = input
    const { jobId, jobGraph, configuration, clock } = environment
    this.#environment = environment
    this.#input = input
    this.#services = services
    this.#slots = assignSlots(jobGraph, layoutOf(configuration, maxWorkers))
    this.#failures = new ExecutionFailureHandler(environment, input.takesPlace === true ? 'ends' : 'restarts')
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
        onMessage: (_worker, message) => {
          if (message.type === 'stacks-sampled') services.stackSamples.sampled(message)
          else this.#attempt?.handle(message)
        },
        onWorkerExit: (worker, error) => {
          this.#workerExited(worker, error)
        },
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

  /** Ahead of `run`, which finds it done. Rejects with why the program cannot be loaded. */
  async preload(): Promise<void> {
    try {
      await this.#pool.preloadProgram(this.#programOfJob, this.#slots.slotsOf)
    } catch (error) {
      if (!this.#slotsCannotShare(error)) throw error
      this.#giveEverySlotAWorker()
      await this.#pool.preloadProgram(this.#programOfJob, this.#slots.slotsOf)
    }
  }

  run(): void {
    this.#services.lifecycle.moveTo('RUNNING')
    this.#load(this.#nextAttemptNumber())
  }

  /** Ends the attempt and begins no other; resolves when every task has ended. */
  async stop(reason: Error): Promise<void> {
    this.#restart?.backoff?.cancel()
    this.#restart = undefined
    await this.#attempt?.stop(reason)
  }

  /** Ends the workers. */
  close(graceMs: number): Promise<void> {
    return this.#pool.close(graceMs)
  }

  #nextAttemptNumber(): number {
    const attemptNumber = this.#attemptCount
    this.#attemptCount += 1
    return attemptNumber
  }

  #load(attemptNumber: number): void {
    const before = this.#attempt
    if (before !== undefined) this.#services.lifecycle.endedExecutions.add(before.executions.all(), before.metrics)
    const attempt = this.#makeAttempt(attemptNumber)
    this.#attempt = attempt
    const isCurrent = (): boolean => this.#attempt === attempt
    void this.#prepare({ workers: undefined })
      .then((restorable) => {
        if (!isCurrent() || this.#services.lifecycle.status !== 'RUNNING') return
        attempt.deploy(this.#restored(restorable))
      })
      .catch((error: unknown) => {
        if (!isCurrent()) return
        if (this.#services.lifecycle.status === 'RUNNING' && this.#slotsCannotShare(error)) {
          this.#giveEverySlotAWorker()
          this.#load(attemptNumber)
        } else this.#onFailure(asError(error))
      })
  }

  /** The attempt goes on with new executions of the tasks that were cancelled. */
  #reload(attempt: JobAttempt, restart: Restart): void {
    const attemptNumber = this.#nextAttemptNumber()
    let needsWorker = false
    const workers = attempt.workersOfRestart()
    restart.loading = workers
    const loads = {
      workers,
      onNeedsThread: (worker: number): Error | undefined => {
        needsWorker ||= attempt.runsOnIn(worker)
        return needsWorker ? restart.reason : undefined
      },
    }
    void this.#prepare(loads)
      .then((restorable) => {
        if (this.#restart !== restart || this.#services.lifecycle.status !== 'RUNNING') return
        this.#restart = undefined
        const deployed = this.#restored(restorable)
        this.#services.lifecycle.endedExecutions.add(attempt.restarting, attempt.metrics)
        this.#orFail(() => {
          attempt.redeploy(attemptNumber, deployed)
        })
      })
      .catch((error: unknown) => {
        if (this.#restart !== restart) return
        // Nothing more has failed: a new worker ends the tasks that run in the old one.
        if (needsWorker) this.#restartAll(restart)
        else this.#onFailure(asError(error))
      })
  }

  /** A worker that had loaded the program already is waited for no more, so that nobody else would miss it. */
  #workerExited(worker: number, error: Error): void {
    const restart = this.#restart
    this.#attempt?.workerExited(worker, error)
    if (restart?.loading?.has(worker) === true && this.#restart === restart) this.#onFailure(error, [])
  }

  #orFail(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#onFailure(asError(error))
    }
  }

  #restartAll({ reason }: Restart): void {
    this.#services.lifecycle.moveTo('RESTARTING')
    this.#begin({ tasks: 'all', reason, backoffMs: 0, backoff: undefined }, this.stop(reason))
  }

  /** Is told to whoever has to know of it. */
  #restored({ assignment, checkpoint, notes, localState }: Restorable): Parameters<JobAttempt['deploy']>[0] {
    if (checkpoint !== undefined) this.#services.statistics.restored(checkpoint)
    for (const note of notes) this.#input.tell(note)
    return { restore: assignment, localState }
  }

  /** The state is verified while the workers load the program; nothing goes on before both are done. */
  async #prepare(which: Pick<ProgramLoads, 'workers' | 'onNeedsThread'>): Promise<Restorable> {
    const loaded = this.#pool.loadProgram(this.#programOfJob, { ...which, slotsOf: this.#slots.slotsOf })
    const restorable = this.#input.repository.restorable()
    await Promise.allSettled([loaded, restorable])
    await loaded
    return restorable
  }

  get #programOfJob(): ProgramOfJob {
    const { jobId, jobGraph: plan } = this.#environment
    const { program, graphIndex, earlierAnswers } = this.#input
    return { jobId, program, graphIndex, expectedHash: plan.hash, plan, earlierAnswers }
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
      onAllRunning: () => {
        this.#failures.hasStarted()
        this.#attempt?.coordinator.start()
        this.#input.onAllRunning?.()
      },
      onFinished: () => {
        this.#notices.ended(this.#attempt?.lateRecords() ?? [])
        this.#services.listener.onFinished()
      },
      onFailed: (error) => {
        this.#onFailure(error)
      },
      onTasksFailed: (error, failed) => {
        this.#onFailure(error, failed)
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
      sendToWorkers: this.#pool.sendToWorkers.bind(this.#pool),
      sendToAll: this.#pool.sendToAll.bind(this.#pool),
      entriesCounted: this.#growth.checkpointCompleted.bind(this.#growth),
      tasksEnd: attempt.expectEnd.bind(attempt),
      failJob: (error: Error): void => {
        this.#onFailure(error)
      },
    }
    return new CheckpointCoordinator(services, attempt.executions, repository.nextCheckpointId())
  }

  /** `failed`: the tasks with which others run on; undefined where there are none. */
  #onFailure(error: Error, failed?: readonly Execution[]): void {
    const { lifecycle, listener } = this.#services
    if (!this.#canFail) return
    lifecycle.recordException(error, failed?.[0])
    this.#input.repository.attemptFailed(error)
    listener.onFailure(error)
    // The listener may have cancelled the job.
    if (!this.#canFail) return
    const result = this.#handle(error)
    const tasks = result.canRestart ? this.#tasksToRestart(failed) : undefined
    if (!result.canRestart) lifecycle.fail(result.cause)
    else if (lifecycle.status !== 'RESTARTING') lifecycle.moveTo('RESTARTING')
    this.#say(error, result.canRestart ? result.backoffMs : undefined, tasks)
    const ended = tasks === undefined ? this.stop(error) : this.#attempt?.cancelTasks(tasks, error)
    if (result.canRestart) {
      const { backoffMs } = result
      const restart: Restart = {
        tasks: tasks === undefined ? 'all' : 'some',
        reason: error,
        backoffMs,
        backoff: undefined,
      }
      this.#begin(restart, ended)
    } else {
      void ended?.then(() => {
        if (lifecycle.status === 'FAILING') listener.onFailed(result.cause)
      })
    }
  }

  /** Where all tasks restart none is left that could fail. */
  get #canFail(): boolean {
    const { lifecycle } = this.#services
    return lifecycle.canFail && (lifecycle.status === 'RUNNING' || this.#restart?.tasks === 'some')
  }

  #handle(error: Error): FailureHandlingResult {
    const { statistics, lifecycle } = this.#services
    const run = { attempts: this.#attemptCount, completedCheckpoints: statistics.counts.completed }
    const restart = lifecycle.status === 'RESTARTING' ? this.#restart : undefined
    if (restart !== undefined) return this.#failures.handleFurther(error, run, restart.backoffMs)
    return this.#failures.handle(error, run)
  }

  /** Undefined: all. Those that end with a snapshot end together. */
  #tasksToRestart(failed: readonly Execution[] | undefined): readonly Execution[] | undefined {
    const attempt = this.#attempt
    if (attempt === undefined || failed === undefined || attempt.coordinator.endsJob) return undefined
    const strategy = loadFailoverStrategy(this.#environment.configuration)
    return strategy(attempt.executions, [...failed, ...attempt.restarting])
  }

  #begin(restart: Restart, ended: Promise<void> | undefined): void {
    const { lifecycle } = this.#services
    this.#restart?.backoff?.cancel()
    this.#restart = restart
    void ended?.then(() => {
      if (this.#restart !== restart || lifecycle.status !== 'RESTARTING') return
      restart.backoff = this.#environment.clock.setTimer(restart.backoffMs, () => {
        this.#end(restart)
      })
    })
  }

  #end(restart: Restart): void {
    if (this.#restart !== restart || this.#services.lifecycle.status !== 'RESTARTING') return
    if (restart.tasks === 'all' || this.#attempt === undefined) {
      this.#restart = undefined
      this.run()
    } else {
      this.#services.lifecycle.moveTo('RUNNING')
      this.#reload(this.#attempt, restart)
    }
  }

  #say(error: Error, backoffMs: number | undefined, restarting: readonly Execution[] | undefined): void {
    const attempt = this.#attemptCount
    const all = [...(this.#attempt?.executions.all() ?? [])]
    const tasks = restarting && `${String(restarting.length)} of ${String(all.length)} tasks`
    const what = backoffMs === undefined ? 'the job fails' : 'the job restarts'
    this.#environment.logger.warn(what, { reason: withReason(error), attempt })
    this.#notices.attemptFailed({ attempt, cause: error, backoffMs, tasks, strategy: this.#failures.strategy })
  }

  #warnOf(growing: GrowingState): void {
    const { operator, state, last } = growing
    const warning = this.#notices.stateOnlyGrows(growing)
    this.#environment.logger.warn('a state only grows', { operator, state, entries: last })
    this.#services.lifecycle.recordWarning(warning)
  }
}

function layoutOf(configuration: Configuration, maxWorkers: number): WorkerLayout {
  const slotsPerWorker = configuration.get(TaskManagerOptions.NUM_TASK_SLOTS)
  return slotsPerWorker === undefined ? { maxWorkers } : { slotsPerWorker }
}
