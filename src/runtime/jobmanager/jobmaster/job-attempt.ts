// Duty: one attempt to run the job, from deployment to the end of its last task. Tasks of it may restart while others run on.
//
//   deploy -> running -> finished | failed;  onTasksFailed -> cancelTasks -> redeploy, where the listener restarts no more
//
// Invariants: reports one outcome: `finished`, or `failed` with the first cause; before it tasks that failed, each once a
// deployment. After `stop` nothing is reported; `stop` resolves when every task has ended or its worker was terminated, and no
// checkpoint is being completed.
// Thread: main thread.
import type { Configuration } from '../../../core/config/configuration.js'
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { ClusterOptions } from '../../../core/config/cluster-options.js'
import { TaskManagerOptions } from '../../../core/config/task-manager-options.js'
import { deserializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { asError } from '../../../core/errors/thrown-value.js'
import { settledWithin } from '../../../core/time/settled-within.js'
import type { LocalStateDirectories, MasterToWorker } from '../../protocol/master-to-worker.js'
import type { QueryableStateInfo } from '../../protocol/state-queries.js'
import type {
  EndOfData,
  ReportMetrics,
  ReportTime,
  TaskClosed,
  TaskClosing,
  TaskStateChanged,
  WorkerToMaster,
} from '../../protocol/worker-to-master.js'
import type { CheckpointCoordinator } from '../checkpoint/checkpoint-coordinator.js'
import { OperatorCoordinators } from '../coordination/operator-coordinators.js'
import type { Execution } from '../executiongraph/execution.js'
import { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { JobEnvironment } from '../job-environment.js'
import { planDeployment, type RestoreAssignment } from '../scheduler/deployment-plan.js'
import type { SlotAssignment } from '../scheduler/slot-assignment.js'
import { droppedRecordsOf, type DroppedRecords } from '../watermarks/dropped-records.js'
import { TimeStore } from '../watermarks/time-store.js'
import { AttemptAccumulators } from './attempt-accumulators.js'
import { AttemptEnding, type EndingLimits } from './attempt-ending.js'
import { withTasksOfWorker } from './lost-worker.js'
import { MetricStore } from './metric-store.js'
import { StateQueries } from './state-queries.js'
import type { WorkerPool } from './worker-pool.js'

/** A worker that answers later is in the middle of a function of the user's: what it said last counts. */
const TIME_REPORT_LIMIT_MS = 500

export interface JobAttemptListener {
  onAllRunning(): void
  onFinished(): void
  /** All of it fails. */
  onFailed(error: Error): void
  /** These fail; what restarts with them is the listener's to say. */
  onTasksFailed(error: Error, failed: readonly Execution[]): void
  /** A task did not end when it was cancelled: its worker is terminated. */
  onCancellationTimeout(error: Error): void
  /** It is long at its end; `waitsFor`: tasks and coordinators. */
  onSlowEnd(waitsFor: readonly string[]): void
  /** At a report of them: all that were dropped so far. */
  onLateRecords(dropped: readonly DroppedRecords[]): void
  /** A state that may be asked about from outside is there. */
  onQueryableState(info: QueryableStateInfo): void
}

export interface JobAttemptInput {
  readonly environment: JobEnvironment
  readonly attemptNumber: number
  readonly slots: SlotAssignment
  readonly pool: WorkerPool
  readonly listener: JobAttemptListener
  readonly makeCoordinator: (attempt: JobAttempt) => CheckpointCoordinator
}

/** What tasks start from. */
export interface DeploymentState {
  readonly restore: RestoreAssignment | undefined
  readonly localState?: LocalStateDirectories | undefined
}

interface AttemptSettings {
  readonly network: { readonly networkBudgetBytes: number; readonly slotSizeBytes: number }
  readonly ending: EndingLimits
}

export class JobAttempt {
  readonly executions: ExecutionGraph
  readonly coordinator: CheckpointCoordinator
  readonly operatorCoordinators: OperatorCoordinators
  readonly metrics: MetricStore = new MetricStore()
  readonly time: TimeStore = new TimeStore()
  readonly stateQueries: StateQueries
  readonly accumulators: AttemptAccumulators
  readonly #input: JobAttemptInput
  readonly #ending: AttemptEnding
  /** Cancelled, until they are deployed again: what becomes of them is no failure. */
  readonly #restarting = new Set<Execution>()
  /** `running`: all tasks have come to it since the last deployment. `reported`: its outcome. */
  #state: 'starting' | 'running' | 'reported' = 'starting'
  #stopped: Promise<void> | undefined

  constructor(input: JobAttemptInput) {
    this.#input = input
    const { environment, slots, attemptNumber, pool } = input
    this.executions = new ExecutionGraph(environment.jobGraph, slots.placeOf, attemptNumber)
    this.#created(this.executions.all())
    this.accumulators = new AttemptAccumulators(this.executions, pool, environment.clock)
    this.operatorCoordinators = this.#makeOperatorCoordinators(pool)
    this.stateQueries = new StateQueries({
      executions: this.executions,
      clock: environment.clock,
      sendTo: this.sendTo.bind(this),
      failAttempt: (error) => {
        this.#fail(error)
      },
      onRegistered: (info) => {
        input.listener.onQueryableState(info)
      },
    })
    this.coordinator = input.makeCoordinator(this)
    const { executions, operatorCoordinators } = this
    this.#ending = new AttemptEnding({
      environment,
      executions,
      operatorCoordinators,
      pool,
      limits: settingsOf(environment.configuration).ending,
      onTimeout: (error) => {
        input.listener.onCancellationTimeout(error)
      },
      onWorkerTerminated: (worker, error) => {
        this.#tasksGone(worker, error)
      },
      onSlowEnd: (waitsFor) => {
        input.listener.onSlowEnd(waitsFor)
      },
    })
  }

  /** Workers have loaded the program: hands every one its tasks. */
  deploy(from: DeploymentState): void {
    this.#deploy([...this.executions.all()], this.#input.attemptNumber, from)
  }

  /**
   * Ends these tasks, and the checkpoints that are under way; resolves when nothing is left of either, nor of those that were
   * cancelled before and have not been deployed again.
   */
  async cancelTasks(executions: readonly Execution[], reason: Error): Promise<void> {
    for (const execution of executions) this.#restarting.add(execution)
    const restarting = [...this.#restarting]
    const suspended = this.coordinator.suspend(restarting, reason)
    const cancelled = this.#ending.cancel(restarting)
    for (const execution of restarting) this.stateQueries.executionMoved(execution)
    await Promise.all([suspended, cancelled])
  }

  /** Cancelled, and not deployed again. */
  get restarting(): Iterable<Execution> {
    return this.#restarting
  }

  /** Those in which cancelled tasks are deployed again. */
  workersOfRestart(): ReadonlySet<number> {
    return new Set([...this.#restarting].map(({ worker }) => worker))
  }

  /** Something else than what restarts runs in it, or a coordinator that lives on. */
  runsOnIn(worker: number): boolean {
    const runsOn = [...this.executions.all()].some(
      (execution) => execution.worker === worker && !execution.hasEnded && !this.#restarting.has(execution),
    )
    return runsOn || this.operatorCoordinators.open.some(({ place }) => place.worker === worker)
  }

  /** In the place of those that were cancelled, whose workers have loaded the program anew. */
  redeploy(attemptNumber: number, from: DeploymentState): void {
    const restarted = this.executions.renew(this.#restarting, attemptNumber)
    this.#created(restarted)
    this.#restarting.clear()
    for (const { vertex, subtaskIndex } of restarted) this.time.forget(vertex.id, subtaskIndex)
    this.#state = 'starting'
    this.#deploy(restarted, attemptNumber, from)
  }

  #created(executions: Iterable<Execution>): void {
    const now = this.#input.environment.clock.now()
    for (const { timestamps } of executions) timestamps.CREATED = now
  }

  #deploy(executions: readonly Execution[], attemptNumber: number, { restore, localState }: DeploymentState): void {
    const { pool, environment } = this.#input
    const plan = planDeployment({
      executions: this.executions,
      toDeploy: executions,
      bellOf: (worker) => pool.bellOf(worker),
      restore,
      ...settingsOf(environment.configuration).network,
    })
    for (const execution of executions) this.#move(execution, 'SCHEDULED')
    this.operatorCoordinators.deploy(executions, attemptNumber, restore)
    const local = localState && { localState }
    for (const [worker, tasks] of plan) pool.send(worker, { type: 'deploy-tasks', tasks, ...local })
    for (const execution of executions) this.#move(execution, 'DEPLOYING')
  }

  sendTo(execution: Execution, message: MasterToWorker): void {
    this.#input.pool.send(execution.worker, message)
  }

  handle(message: WorkerToMaster): void {
    switch (message.type) {
      case 'task-state-changed':
        this.#taskStateChanged(message)
        break
      case 'task-closing':
      case 'task-closed':
        this.#taskCloses(message)
        break
      case 'end-of-data':
        this.#dataEnded(message)
        break
      case 'acknowledge-checkpoint':
        this.coordinator.acknowledge(message)
        break
      case 'decline-checkpoint':
        if (this.executions.find(message.executionId) !== undefined) {
          this.coordinator.decline(message.checkpointId, deserializeError(message.error))
        }
        break
      case 'report-metrics':
        this.#storeMetrics(message)
        break
      case 'report-time':
        this.#storeTime(message)
        break
      case 'accumulators-merged':
      case 'accumulators-reported':
        this.accumulators.handle(message)
        break
      case 'queryable-state-registered':
        this.stateQueries.registered(message)
        break
      case 'state-queried':
        this.stateQueries.answered(message)
        break
      case 'event-from-operator':
      case 'operator-event-received':
      case 'operator-checkpoint-taken':
      case 'event-from-coordinator':
      case 'event-to-coordinators':
      case 'acknowledge-coordinator-checkpoint':
      case 'decline-coordinator-checkpoint':
      case 'coordinator-backlog':
      case 'coordinator-flushed':
      case 'coordinator-failed':
      case 'coordinator-closing':
      case 'coordinator-closed':
        this.operatorCoordinators.handle(message)
        break
      case 'worker-ready':
      case 'program-loaded':
      case 'program-needs-thread':
      case 'program-failed':
      case 'stacks-sampled':
      case 'log':
        break
    }
  }

  /** Has all workers say how far time has come; resolves with their answers, or without those that take too long. */
  async refreshTime(): Promise<void> {
    const { pool, environment } = this.#input
    const living = [...this.executions.all()].filter((execution) => execution.state === 'RUNNING')
    const reported = this.time.nextReports(living.map(({ id }) => id))
    pool.sendToAll({ type: 'request-time' })
    await settledWithin(reported, TIME_REPORT_LIMIT_MS, environment.clock)
  }

  /** What its operators have dropped, those that have dropped anything. */
  lateRecords(): DroppedRecords[] {
    const { vertices } = this.#input.environment.jobGraph
    return droppedRecordsOf(
      vertices.flatMap(({ operators }) => operators),
      this.time.lateRecords(),
    )
  }

  workerExited(worker: number, error: Error): void {
    this.accumulators.workerExited(worker, error)
    this.#tasksGone(worker, error)
  }

  /** With the worker; what does not live of the attempt cannot go on in any way. */
  #tasksGone(worker: number, cause: Error): void {
    const tasks = [...this.executions.all()].filter((execution) => execution.worker === worker)
    const living = tasks.filter(({ isTerminal }) => !isTerminal)
    const error = withTasksOfWorker(cause, living)
    const coordinated = this.operatorCoordinators.open.filter(({ place }) => place.worker === worker)
    for (const execution of tasks) execution.isClosing = false
    for (const execution of living) {
      execution.failure = error
      this.#move(execution, 'FAILED')
      this.operatorCoordinators.executionMoved(execution)
    }
    this.operatorCoordinators.workerExited(worker)
    const withCoordinators = coordinated.flatMap(({ vertexId }) => this.executions.ofVertex(vertexId))
    const failed = [...living, ...withCoordinators]
    if (failed.length > 0) this.#tasksFailed(error, failed)
    else if (this.#restarting.size === 0) this.#fail(error)
    this.#ending.check()
  }

  /** Its tasks end by themselves now. */
  expectEnd(): void {
    this.#ending.expectEnd()
  }

  /** Ends all tasks; their workers stay, but for those that do not answer in time. May be called again meanwhile. */
  stop(reason: Error): Promise<void> {
    this.#stopped ??= this.#stop(reason)
    return this.#stopped
  }

  async #stop(reason: Error): Promise<void> {
    this.#state = 'reported'
    const ended = [this.coordinator.shutdown(reason), this.#ending.end()]
    // Whose worker never answers ends no question, and the job's end waits for whoever has asked.
    for (const execution of this.executions.all()) this.stateQueries.executionMoved(execution)
    await Promise.all(ended)
  }

  #makeOperatorCoordinators(pool: WorkerPool): OperatorCoordinators {
    return new OperatorCoordinators({
      executions: this.executions,
      sendTo: (worker, message) => {
        pool.send(worker, message)
      },
      onFailed: (error, vertexId) => {
        // The error that ends a coordinator may have ended its tasks before, and then it goes with them.
        const isRestarting = this.executions.ofVertex(vertexId).every((execution) => this.#restarting.has(execution))
        if (!isRestarting) this.#fail(error)
      },
      onBacklog: (operatorId, isProcessingBacklog) => {
        this.coordinator.setIsProcessingBacklog(operatorId, isProcessingBacklog)
      },
      onClosing: (worker) => {
        this.#ending.responded(worker)
      },
      onClosed: () => {
        this.#ending.check()
      },
    })
  }

  #taskStateChanged(message: TaskStateChanged): void {
    const execution = this.executions.find(message.executionId)
    if (execution !== undefined && message.state === 'CANCELING') this.#ending.responded(execution.worker)
    if (execution === undefined || !this.#move(execution, stateOfReport(execution, message.state))) return
    if (message.accumulators !== undefined) execution.accumulators = message.accumulators
    if (message.error !== undefined) execution.failure = deserializeError(message.error)
    this.operatorCoordinators.executionMoved(execution)
    if (execution.isTerminal) this.#ended(execution)
    if (this.#state === 'starting' && this.executions.allRunningOrFinished()) {
      this.#state = 'running'
      this.#input.listener.onAllRunning()
    }
    if (this.executions.allFinished()) this.#tasksFinished()
    this.#ending.check()
  }

  #taskCloses({ type, executionId }: TaskClosing | TaskClosed): void {
    const execution = this.executions.find(executionId)
    if (execution === undefined) return
    execution.isClosing = type === 'task-closing'
    if (execution.isClosing) this.#ending.responded(execution.worker)
    else this.#ending.check()
  }

  #dataEnded({ executionId, waitsFor }: EndOfData): void {
    if (this.executions.find(executionId) === undefined) return
    if (waitsFor === 'checkpoint') this.coordinator.dataEnded(executionId)
    else this.#ending.dataEnded(executionId)
  }

  #storeMetrics(message: ReportMetrics): void {
    const now = this.#input.environment.clock.now()
    for (const report of message.tasks) {
      const execution = this.executions.find(report.executionId)
      if (execution !== undefined) this.metrics.put(execution.vertex.id, execution.subtaskIndex, report, now)
    }
  }

  #storeTime({ tasks }: ReportTime): void {
    const now = this.#input.environment.clock.now()
    for (const report of tasks) {
      const execution = this.executions.find(report.executionId)
      if (execution !== undefined) this.time.put(execution.vertex.id, execution.subtaskIndex, report, now)
    }
    if (tasks.some(({ lateRecords }) => lateRecords.length > 0)) this.#input.listener.onLateRecords(this.lateRecords())
  }

  #ended(execution: Execution): void {
    this.coordinator.executionEnded(execution)
    if (execution.state === 'FINISHED') return
    const task = execution.taskNameWithSubtask
    const unasked = (): Error => new FlinkError('INTERNAL_ERROR', { reason: `${task} was ${execution.state} unasked` })
    this.#tasksFailed(execution.failure ?? unasked(), [execution])
  }

  #tasksFailed(error: Error, failed: readonly Execution[]): void {
    if (this.#state === 'reported') return
    const others = failed.filter((execution) => !this.#restarting.has(execution))
    if (others.length > 0) this.#input.listener.onTasksFailed(error, others)
  }

  /** What coordinators have been told they do before the job has finished: the last commit may be among it. */
  #tasksFinished(): void {
    if (this.#state === 'reported') return
    const done = this.#ending.whenCoordinatorsAreDone()
    if (done === undefined) {
      this.#finish()
      return
    }
    done.then(
      () => {
        this.#finish()
      },
      (error: unknown) => {
        this.#fail(asError(error))
      },
    )
  }

  #finish(): void {
    if (this.#state === 'reported') return
    this.#state = 'reported'
    this.#input.listener.onFinished()
  }

  #fail(error: Error): void {
    if (this.#state === 'reported') return
    this.#state = 'reported'
    this.#input.listener.onFailed(error)
  }

  #move(execution: Execution, to: Execution['state']): boolean {
    const hasMoved = execution.tryMove(to, this.#input.environment.clock.now())
    if (hasMoved) this.stateQueries.executionMoved(execution)
    return hasMoved
  }
}

function settingsOf(configuration: Configuration): AttemptSettings {
  return {
    network: {
      networkBudgetBytes: configuration.get(TaskManagerOptions.NETWORK_MEMORY_MAX),
      slotSizeBytes: configuration.get(TaskManagerOptions.MEMORY_SEGMENT_SIZE),
    },
    ending: {
      coordinatorsMs: configuration.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT),
      responseMs: configuration.get(ClusterOptions.TASK_CANCELLATION_RESPONSE_TIMEOUT),
      endMs: configuration.get(ClusterOptions.TASK_CANCELLATION_TIMEOUT),
    },
  }
}

/** A task that finished while its cancellation was on the way has ended all the same. */
function stateOfReport(execution: Execution, reported: Execution['state']): Execution['state'] {
  return execution.state === 'CANCELING' && reported === 'FINISHED' ? 'CANCELED' : reported
}
