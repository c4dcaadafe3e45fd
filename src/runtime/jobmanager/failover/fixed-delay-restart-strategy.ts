// Duty: restart strategy `fixed-delay`: a number of restarts over the job's whole life, a fixed time apart.
// Invariants: `attempts` restarts are granted in all, never more.
// Thread: main thread.
import { durationText } from '../../../core/time/duration-text.js'
import type { RestartBackoffTimeStrategy } from './restart-backoff-time-strategy.js'

/** What Flink means by no limit: Integer.MAX_VALUE. */
const WITHOUT_LIMIT = 2 ** 31 - 1

export class FixedDelayRestartStrategy implements RestartBackoffTimeStrategy {
  readonly #attempts: number
  readonly #delayMs: number
  #failures = 0

  constructor(attempts: number, delayMs: number) {
    this.#attempts = attempts
    this.#delayMs = delayMs
  }

  notifyFailure(): void {
    this.#failures += 1
  }

  canRestart(): boolean {
    return this.#failures <= this.#attempts
  }

  backoffMs(): number {
    return this.#delayMs
  }

  describe(): string {
    const attempts = this.#attempts === WITHOUT_LIMIT ? 'without limit' : String(this.#attempts)
    return `fixed-delay (attempts ${attempts}, delay ${durationText(this.#delayMs)})`
  }
}
