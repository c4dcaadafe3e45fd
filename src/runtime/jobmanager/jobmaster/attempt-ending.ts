// Duty: the end of an attempt: what it waits for where it takes long, and that nothing of it lives any more.
// Invariants: `end` resolves when every task has ended and every coordinator is closed, or their workers were terminated
// (task-cancellation.ts).
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { OperatorCoordinators } from '../coordination/operator-coordinators.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { Execution } from '../executiongraph/execution.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { JobEnvironment } from '../job-environment.js'
import { TaskCancellation } from './task-cancellation.js'
import type { CancellationLimits } from './task-cancellation-watchdog.js'
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
  /** For it: what else ran in it has ended, too. */
  readonly onWorkerTerminated: (worker: number, error: Error) => void
  /** The end takes long; `waitsFor`: tasks and coordinators. */
  readonly onSlowEnd: (waitsFor: readonly string[]) => void
}

export class AttemptEnding {
  readonly #input: AttemptEndingInput
  /** Tasks whose data has ended and that need no checkpoint. */
  readonly #ending = new Set<string>()
  readonly #cancellations = new Set<TaskCancellation>()
  #slow: TimerHandle | undefined
  #limit: TimerHandle | undefined
  #isOver = false

  constructor(input: AttemptEndingInput) {
    this.#input = input
  }

  /** The task waits for nothing but the close of its functions. */
  dataEnded(executionId: string): void {
    this.#ending.add(executionId)
    const all = [...this.#input.executions.all()]
    // One that has failed begins anew: it has data again.
    if (all.every(({ id, state }) => state === 'FINISHED' || this.#ending.has(id))) this.expectEnd()
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

  /** All that still lives. */
  async end(): Promise<void> {
    const { executions, operatorCoordinators } = this.#input
    const cancelled = this.cancel([...executions.all()])
    this.#sayWhenSlow(() => operatorCoordinators.open.map(({ label }) => label))
    await cancelled
    this.#isOver = true
    this.#slow?.cancel()
  }

  /**
   * These, with the coordinators of their operators; the others run on. Resolves when nothing of them runs any more. Where they begin
   * anew the attempt is not at its end, and what it waited for there is told by nobody.
   */
  async cancel(executions: readonly Execution[]): Promise<void> {
    this.#slow?.cancel()
    this.#limit?.cancel()
    for (const { id } of executions) this.#ending.delete(id)
    const { environment, operatorCoordinators, pool, limits, onTimeout, onWorkerTerminated } = this.#input
    const cancellation = new TaskCancellation(executions, {
      environment,
      operatorCoordinators,
      pool,
      limits,
      onTimeout,
      onWorkerTerminated,
    })
    this.#cancellations.add(cancellation)
    try {
      await cancellation.run()
    } finally {
      this.#cancellations.delete(cancellation)
    }
  }

  /** The worker has taken notice of the cancellation. */
  responded(worker: number): void {
    for (const cancellation of this.#cancellations) cancellation.responded(worker)
  }

  /** Something has ended: it may have been the last. */
  check(): void {
    for (const cancellation of this.#cancellations) cancellation.check()
  }

  #sayWhenSlow(coordinators: () => readonly string[]): void {
    // The last checkpoint may be told of when all has ended; a timer would hold the process.
    if (this.#isOver) return
    const { executions, environment, onSlowEnd } = this.#input
    this.#slow?.cancel()
    this.#slow = environment.clock.setTimer(SLOW_MS, () => {
      const tasks = [...executions.all()].filter(({ hasEnded }) => !hasEnded)
      const waitsFor = [...tasks.map(({ taskNameWithSubtask }) => taskNameWithSubtask), ...coordinators()]
      if (waitsFor.length > 0) onSlowEnd(waitsFor)
    })
  }
}
