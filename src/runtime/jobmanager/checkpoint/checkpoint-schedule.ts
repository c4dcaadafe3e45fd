// Duty: when checkpoints begin that nobody asked for: the periodic ones, and the final one of a bounded job.
// Invariants: one timer at most; after `stop` nothing is triggered. What the decider postpones begins when `resume` is called.
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
  #stopped = false

  constructor(services: CheckpointScheduleServices) {
    this.#services = services
  }

  /** All tasks run. */
  start(): void {
    const { intervalMs } = this.#services.configuration
    if (intervalMs !== undefined) this.#tickIn(intervalMs)
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
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
    if (this.#stopped) return
    this.#timer?.cancel()
    this.#timer = this.#services.environment.clock.setTimer(delayMs, () => {
      this.#tick()
    })
  }

  #tick(): void {
    const { configuration, environment, decider, final, pendingCount } = this.#services
    const decision = decider.decide(environment.clock.monotonicMs(), pendingCount(), final.isMissing)
    switch (decision.kind) {
      case 'pause':
        this.#tickIn(decision.ms)
        break
      case 'postpone':
        break
      case 'begin':
        this.#tickIn(configuration.intervalMs ?? 0)
        void this.#trigger()
        break
    }
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
