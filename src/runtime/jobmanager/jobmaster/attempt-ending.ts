// Duty: ends what still lives of an attempt: its tasks and operator coordinators, or else the workers that do not end
// them. Says what is waited for where it takes long.
// Invariants: `end` resolves when every task has ended and every coordinator is closed, or their workers were
// terminated, each with a line in the log. Workers that answer in time stay.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorCoordinators } from '../coordination/operator-coordinators.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { JobEnvironment } from '../job-environment.js'
import { TaskCancellationWatchdog, type CancellationLimits } from './task-cancellation-watchdog.js'
import type { WorkerPool } from './worker-pool.js'

/** Whoever waits for a job at its end is told what that waits for. */
const SLOW_MS = 10_000

export interface EndingLimits extends CancellationLimits {
  /** Until coordinators have done what they were told, when all tasks have finished. */
  readonly coordinatorsMs: number
}

export interface AttemptEndingInput {
  readonly environment: Pick<JobEnvironment, 'clock' | 'logger'>
  readonly executions: ExecutionGraph
  readonly operatorCoordinators: OperatorCoordinators
  readonly pool: WorkerPool
  readonly limits: EndingLimits
  /** A task or coordinator did not end when it was cancelled: its worker was terminated. */
  readonly onTimeout: (error: Error) => void
  /** The end takes long; `waitsFor`: tasks and coordinators. */
  readonly onSlowEnd: (waitsFor: readonly string[]) => void
}

export class AttemptEnding {
  readonly #input: AttemptEndingInput
  /** Tasks whose data has ended and that need no checkpoint. */
  readonly #ending = new Set<string>()
  #ended: (() => void) | undefined
  #watchdog: TaskCancellationWatchdog | undefined
  #slow: TimerHandle | undefined
  #limit: TimerHandle | undefined

  constructor(input: AttemptEndingInput) {
    this.#input = input
  }

  /** The task waits for nothing but the close of its functions. */
  dataEnded(executionId: string): void {
    this.#ending.add(executionId)
    const all = [...this.#input.executions.all()]
    if (all.every(({ id, isTerminal }) => isTerminal || this.#ending.has(id))) this.expectEnd()
  }

  /** Its tasks end by themselves now. */
  expectEnd(): void {
    this.#sayWhenSlow(() => [])
  }

  /** All tasks have finished; undefined where there is no coordinator. Rejects with COORDINATOR_NOT_DONE. */
  whenCoordinatorsAreDone(): Promise<void> | undefined {
    const { operatorCoordinators, environment, limits } = this.#input
    const flushed = operatorCoordinators.flush()
    if (flushed === undefined) return undefined
    const left = (): string[] => operatorCoordinators.unflushed.map(({ label }) => label)
    this.#sayWhenSlow(left)
    const { coordinatorsMs: timeoutMs } = limits
    return new Promise((resolve, reject) => {
      this.#limit = environment.clock.setTimer(timeoutMs, () => {
        reject(
          new FlinkError('COORDINATOR_NOT_DONE', { coordinator: left().join(', '), timeout: durationText(timeoutMs) }),
        )
      })
      void flushed.then(() => {
        resolve()
      })
    })
  }

  async end(): Promise<void> {
    this.#slow?.cancel()
    this.#limit?.cancel()
    const { executions, operatorCoordinators, pool } = this.#input
    for (const execution of executions.all()) {
      if (!pool.isAlive(execution.worker)) this.#died(execution)
      // What was never deployed has nobody who would report its end.
      else if (execution.state === 'CREATED' || execution.state === 'SCHEDULED') this.#move(execution, 'CANCELED')
      else this.#move(execution, 'CANCELING')
    }
    for (const { place } of operatorCoordinators.open) {
      if (!pool.isAlive(place.worker)) operatorCoordinators.workerExited(place.worker)
    }
    if (this.#isOver) return
    pool.sendToAll({ type: 'cancel-tasks', attempt: executions.attemptNumber })
    this.#sayWhenSlow(() => operatorCoordinators.open.map(({ label }) => label))
    await this.#untilOver()
    this.#slow?.cancel()
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
    return this.#input.executions.allEnded() && this.#input.operatorCoordinators.areClosed
  }

  #sayWhenSlow(coordinators: () => readonly string[]): void {
    const { executions, environment, onSlowEnd } = this.#input
    this.#slow?.cancel()
    this.#slow = environment.clock.setTimer(SLOW_MS, () => {
      const tasks = [...executions.all()].filter(({ hasEnded }) => !hasEnded)
      const waitsFor = [...tasks.map(({ taskNameWithSubtask }) => taskNameWithSubtask), ...coordinators()]
      if (waitsFor.length > 0) onSlowEnd(waitsFor)
    })
  }

  async #untilOver(): Promise<void> {
    const { limits, environment } = this.#input
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
    const { executions, operatorCoordinators, pool } = this.#input
    const tasks = [...executions.all()].filter(({ hasEnded, worker }) => !hasEnded && isOverdue(worker))
    const coordinators = operatorCoordinators.open.filter(({ place }) => isOverdue(place.worker))
    const workers = new Set([...tasks, ...coordinators.map(({ place }) => place)].map(({ worker }) => worker))
    await Promise.all([...workers].map((worker) => pool.terminate(worker)))
    for (const execution of tasks) {
      const timeout = this.#timeout(execution.taskNameWithSubtask, timeoutMs)
      if (!execution.isTerminal) execution.failure = timeout
      this.#died(execution)
    }
    for (const { label } of coordinators) this.#timeout(label, timeoutMs)
    for (const worker of workers) operatorCoordinators.workerExited(worker)
    this.check()
  }

  #timeout(task: string, timeoutMs: number): FlinkError {
    const error = new FlinkError('TASK_CANCEL_TIMEOUT', { task, timeout: durationText(timeoutMs) })
    this.#input.environment.logger.warn(error.message)
    this.#input.onTimeout(error)
    return error
  }

  /** Its worker is no more. */
  #died(execution: Execution): void {
    execution.isClosing = false
    this.#move(execution, 'FAILED')
  }

  #move(execution: Execution, to: 'FAILED' | 'CANCELED' | 'CANCELING'): void {
    execution.tryMove(to, this.#input.environment.clock.now())
  }
}
