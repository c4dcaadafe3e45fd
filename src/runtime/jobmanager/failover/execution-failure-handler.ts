// Duty: what follows from the failure of an attempt: another one after a time, or the end of the job.
// Invariants: an error that a restart cannot mend ends the job at once, whatever the strategy grants; one that is most
// likely the user's mistake does so only while the job has nothing to lose.
// Thread: main thread.
import type { ErrorRecovery } from '../../../core/errors/error-table.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { JobEnvironment } from '../job-environment.js'
import { loadRestartStrategy } from './restart-strategy-loader.js'
import type { RestartBackoffTimeStrategy } from './restart-backoff-time-strategy.js'

export type FailureHandlingResult =
  | { readonly canRestart: true; readonly backoffMs: number }
  /** `cause` says which strategy grants no restart, where one would have helped. */
  | { readonly canRestart: false; readonly cause: Error }

/** How far the run has come. */
export interface RunSoFar {
  readonly attempts: number
  readonly completedCheckpoints: number
}

export class ExecutionFailureHandler {
  readonly #strategy: RestartBackoffTimeStrategy
  /** Any failure ends the job. */
  #isFirstFinal: boolean

  /** `first`: what becomes of the job when it fails before all of its tasks have run. */
  constructor({ configuration, clock, random }: JobEnvironment, first: 'restarts' | 'ends' = 'restarts') {
    this.#strategy = loadRestartStrategy(configuration, clock, random)
    this.#isFirstFinal = first === 'ends'
  }

  /** All tasks have run. */
  hasStarted(): void {
    this.#isFirstFinal = false
  }

  /** For messages. */
  get strategy(): string {
    return this.#strategy.describe()
  }

  /** While tasks are about to restart: one failure that ends several regions counts once. */
  handleFurther(error: Error, run: RunSoFar, backoffMs: number): FailureHandlingResult {
    return isFinal(error, run) ? { canRestart: false, cause: error } : { canRestart: true, backoffMs }
  }

  handle(error: Error, run: RunSoFar): FailureHandlingResult {
    this.#strategy.notifyFailure()
    if (this.#isFirstFinal || isFinal(error, run)) return { canRestart: false, cause: error }
    if (this.#strategy.canRestart()) return { canRestart: true, backoffMs: this.#strategy.backoffMs() }
    const cause = new FlinkError('RESTARTS_EXHAUSTED', { strategy: this.strategy }, { cause: error })
    return { canRestart: false, cause }
  }
}

function isFinal(error: Error, { attempts, completedCheckpoints }: RunSoFar): boolean {
  const recovery = recoveryOf(error)
  const isAtStart = attempts === 1 && completedCheckpoints === 0
  return recovery === 'fail' || (recovery === 'fail-at-start' && isAtStart)
}

/** An operator that failed says only where something failed: what it was decides. */
function recoveryOf(error: Error): ErrorRecovery {
  if (!FlinkError.is(error)) return 'restart'
  return error.code === 'OPERATOR_FAILED' && FlinkError.is(error.cause) ? error.cause.recovery : error.recovery
}
