// Duty: restart strategy `fixed-delay`: a number of restarts over the job's whole life, a fixed time apart.
// Invariants: `attempts` restarts are granted in all, never more.
// Thread: main thread.
import type { RestartBackoffTimeStrategy } from './restart-backoff-time-strategy.js'

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
    return `fixed-delay (attempts ${String(this.#attempts)}, delay ${String(this.#delayMs)} ms)`
  }
}
