// Duty: cancels tasks: all of an attempt, or those of some regions; with them the coordinators of operators of which no subtask runs
// on; and the workers that do not end them.
// Invariants: `run` resolves when every one of these tasks has ended and every one of these coordinators is closed, or their
// workers were terminated, each with a line in the log. Workers that answer in time stay.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { OpenCoordinator, OperatorCoordinators } from '../coordination/operator-coordinators.js'
import type { Execution } from '../executiongraph/execution.js'
import { wholeVertices } from '../executiongraph/whole-vertices.js'
import type { JobEnvironment } from '../job-environment.js'
import { TaskCancellationWatchdog, type CancellationLimits } from './task-cancellation-watchdog.js'
import type { WorkerPool } from './worker-pool.js'

export interface TaskCancellationServices {
  readonly environment: Pick<JobEnvironment, 'clock' | 'logger'>
  readonly operatorCoordinators: OperatorCoordinators
  readonly pool: WorkerPool
  readonly limits: CancellationLimits
  /** A task or coordinator did not end when it was cancelled: its worker was terminated. */
  readonly onTimeout: (error: Error) => void
  /** For it: what else ran in it has ended, too, tasks and coordinators. */
  readonly onWorkerTerminated: (worker: number, error: Error) => void
}

export class TaskCancellation {
  readonly #services: TaskCancellationServices
  readonly #executions: readonly Execution[]
  /** Of which no subtask runs on. */
  readonly #vertices: ReadonlySet<string>
  #ended: (() => void) | undefined
  #watchdog: TaskCancellationWatchdog | undefined

  constructor(executions: readonly Execution[], services: TaskCancellationServices) {
    this.#executions = executions
    this.#services = services
    this.#vertices = wholeVertices(executions)
  }

  async run(): Promise<void> {
    const { operatorCoordinators, pool } = this.#services
    for (const execution of this.#executions) {
      if (!pool.isAlive(execution.worker)) this.#died(execution)
      // What was never deployed has nobody who would report its end.
      else if (execution.state === 'CREATED' || execution.state === 'SCHEDULED') this.#move(execution, 'CANCELED')
      else this.#move(execution, 'CANCELING')
    }
    // Of those that live on in the same worker whoever hears of its end knows what goes with them.
    for (const { operatorId, place } of this.#coordinators) {
      if (!pool.isAlive(place.worker)) operatorCoordinators.exited(operatorId)
    }
    if (this.#isOver) return
    this.#send()
    await this.#untilOver()
  }

  /** The worker has taken notice of the cancellation. */
  responded(worker: number): void {
    this.#watchdog?.responded(worker)
  }

  /** Something has ended: it may have been the last. */
  check(): void {
    if (this.#isOver) this.#ended?.()
  }

  get #isOver(): boolean {
    return this.#executions.every(({ hasEnded }) => hasEnded) && this.#coordinators.length === 0
  }

  get #coordinators(): readonly OpenCoordinator[] {
    return this.#services.operatorCoordinators.open.filter(({ vertexId }) => this.#vertices.has(vertexId))
  }

  #send(): void {
    const { pool } = this.#services
    const living = this.#executions.filter(({ hasEnded }) => !hasEnded)
    const coordinators = this.#coordinators
    const workers = new Set([...living, ...coordinators.map(({ place }) => place)].map(({ worker }) => worker))
    for (const worker of workers) {
      const executionIds = living.filter((execution) => execution.worker === worker).map(({ id }) => id)
      const operatorIds = coordinators.filter(({ place }) => place.worker === worker).map((each) => each.operatorId)
      pool.send(worker, { type: 'cancel-tasks', executionIds, operatorIds })
    }
  }

  async #untilOver(): Promise<void> {
    const { limits, environment } = this.#services
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve
    })
    this.#watchdog = new TaskCancellationWatchdog(limits, environment.clock, (isOverdue, limitMs) => {
      void this.#terminateWorkers(isOverdue, limitMs)
    })
    await ended
    this.#watchdog.stop()
  }

  async #terminateWorkers(isOverdue: (worker: number) => boolean, timeoutMs: number): Promise<void> {
    const { pool, onWorkerTerminated } = this.#services
    const tasks = this.#executions.filter(({ hasEnded, worker }) => !hasEnded && isOverdue(worker))
    const coordinators = this.#coordinators.filter(({ place }) => isOverdue(place.worker))
    const workers = new Set([...tasks, ...coordinators.map(({ place }) => place)].map(({ worker }) => worker))
    await Promise.all([...workers].map((worker) => pool.terminate(worker)))
    const reasons = new Map<number, FlinkError>()
    for (const execution of tasks) {
      const timeout = this.#timeout(execution.taskNameWithSubtask, timeoutMs)
      reasons.set(execution.worker, timeout)
      if (!execution.isTerminal) execution.failure = timeout
      this.#died(execution)
    }
    for (const { label, place } of coordinators) reasons.set(place.worker, this.#timeout(label, timeoutMs))
    for (const [worker, reason] of reasons) onWorkerTerminated(worker, reason)
    this.check()
  }

  #timeout(task: string, timeoutMs: number): FlinkError {
    const error = new FlinkError('TASK_CANCEL_TIMEOUT', { task, timeout: durationText(timeoutMs) })
    this.#services.environment.logger.warn(error.message)
    this.#services.onTimeout(error)
    return error
  }

  /** Its worker is no more. */
  #died(execution: Execution): void {
    execution.isClosing = false
    this.#move(execution, 'FAILED')
  }

  #move(execution: Execution, to: 'FAILED' | 'CANCELED' | 'CANCELING'): void {
    execution.tryMove(to, this.#services.environment.clock.now())
  }
}
