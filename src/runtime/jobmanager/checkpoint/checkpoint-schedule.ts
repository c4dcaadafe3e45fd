// Duty: when checkpoints begin that nobody asked for: the periodic ones, and the final one of a bounded job.
// Invariants: one timer at most; after `stop` nothing is triggered. While a source processes a backlog the interval is another one:
// the timer that is set stays, but where the new interval ends earlier. What the decider postpones begins when `resume` is called.
// Thread: main thread.
import { asError } from '../../../core/errors/thrown-value.js'
import type { TimerHandle } from '../../../core/time/clock.js'
import type { JobEnvironment } from '../job-environment.js'
import type { CheckpointCoordinatorConfiguration } from './checkpoint-coordinator-configuration.js'
import type { CheckpointRequestDecider } from './checkpoint-request-decider.js'
import type { FinalCheckpoint } from './final-checkpoint.js'

/** Long enough for a task that could not take part in the last one because it was about to finish. */
const FINAL_RETRY_MS = 20
/** What made it fail may need time, but the job waits for nothing else. */
const FINAL_RETRY_AFTER_FAILURE_MS = 1000

export interface CheckpointScheduleServices {
  readonly configuration: CheckpointCoordinatorConfiguration
  readonly environment: JobEnvironment
  readonly decider: CheckpointRequestDecider
  readonly final: FinalCheckpoint
  readonly pendingCount: () => number
  readonly trigger: () => Promise<unknown>
}

export class CheckpointSchedule {
  readonly #services: CheckpointScheduleServices
  #timer: TimerHandle | undefined
  /** By the monotonic clock; Infinity where no timer is set. */
  #dueMs = Number.POSITIVE_INFINITY
  readonly #inBacklog = new Set<string>()
  #state: 'created' | 'started' | 'stopped' = 'created'

  constructor(services: CheckpointScheduleServices) {
    this.#services = services
  }

  /** All tasks run. */
  start(): void {
    const { intervalMs } = this.#services.configuration
    if (this.#state === 'created') this.#state = 'started'
    if (intervalMs !== undefined) this.#tickIn(intervalMs)
  }

  /** Some tasks do not run, until it is started again. */
  suspend(): void {
    if (this.#state === 'started') this.#state = 'created'
    this.#timer?.cancel()
    this.#dueMs = Number.POSITIVE_INFINITY
  }

  stop(): void {
    this.#state = 'stopped'
    this.#timer?.cancel()
  }

  /** A source says whether it reads what is old. */
  setIsProcessingBacklog(operatorId: string, isProcessingBacklog: boolean): void {
    if (isProcessingBacklog) this.#inBacklog.add(operatorId)
    else this.#inBacklog.delete(operatorId)
    const intervalMs = this.#intervalMs
    if (this.#state !== 'started' || intervalMs === undefined) return
    if (this.#services.environment.clock.monotonicMs() + intervalMs < this.#dueMs) this.#tickIn(intervalMs)
  }

  /** A checkpoint has ended, or did not begin: one whose time came meanwhile is decided on again. */
  resume(): void {
    if (this.#services.decider.takePostponed()) this.#tickIn(0)
  }

  /** The last tasks may wait for their checkpoint now: it neither waits for the interval nor for a pause. */
  beginFinal(): void {
    this.#beginFinalIn(0)
  }

  /** One that would have been the final one was aborted by nobody's fault. */
  retryFinal(): void {
    this.#beginFinalIn(FINAL_RETRY_MS)
  }

  retryFinalAfterFailure(): void {
    const { intervalMs = FINAL_RETRY_AFTER_FAILURE_MS } = this.#services.configuration
    this.#beginFinalIn(Math.min(intervalMs, FINAL_RETRY_AFTER_FAILURE_MS))
  }

  #beginFinalIn(delayMs: number): void {
    if (this.#services.final.isMissing) this.#tickIn(delayMs)
  }

  #tickIn(delayMs: number): void {
    if (this.#state === 'stopped') return
    const { clock } = this.#services.environment
    this.#timer?.cancel()
    this.#dueMs = clock.monotonicMs() + delayMs
    this.#timer = clock.setTimer(delayMs, () => {
      this.#dueMs = Number.POSITIVE_INFINITY
      this.#tick()
    })
  }

  #tick(): void {
    const { environment, decider, final, pendingCount } = this.#services
    const decision = decider.decide(environment.clock.monotonicMs(), pendingCount(), final.isMissing)
    switch (decision.kind) {
      case 'pause':
        this.#tickIn(decision.ms)
        break
      case 'postpone':
        break
      case 'begin':
        this.#tickNext()
        void this.#trigger()
        break
    }
  }

  #tickNext(): void {
    const { intervalMs } = this.#services.configuration
    const next = intervalMs === undefined ? 0 : this.#intervalMs
    if (next !== undefined) this.#tickIn(next)
  }

  /** Undefined while none are taken. */
  get #intervalMs(): number | undefined {
    const { intervalMs, intervalDuringBacklogMs } = this.#services.configuration
    if (intervalMs === undefined || this.#inBacklog.size === 0) return intervalMs
    const during = intervalDuringBacklogMs ?? intervalMs
    return during === 0 ? undefined : during
  }

  async #trigger(): Promise<void> {
    try {
      await this.#services.trigger()
    } catch (error) {
      // What went wrong was counted and told where it did; a task that does not run right now is no failure.
      const reason = asError(error).message
      this.#services.environment.logger.debug('a periodic checkpoint was not taken', { reason })
    }
  }
}
