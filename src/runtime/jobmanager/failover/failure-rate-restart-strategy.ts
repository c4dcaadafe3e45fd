// Duty: restart strategy `failure-rate`: gives up when too many failures fall into one interval.
// Invariants: `maxFailures` failures within `intervalMs` are survived, one more is not; older ones are forgotten.
// Thread: main thread.
import { durationText } from '../../../core/time/duration-text.js'
import type { Clock } from '../../../core/time/clock.js'
import type { RestartBackoffTimeStrategy } from './restart-backoff-time-strategy.js'

export interface FailureRateSettings {
  readonly maxFailures: number
  readonly intervalMs: number
  readonly delayMs: number
}

export class FailureRateRestartStrategy implements RestartBackoffTimeStrategy {
  readonly #settings: FailureRateSettings
  readonly #clock: Clock
  #failureTimes: number[] = []

  constructor(settings: FailureRateSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  notifyFailure(): void {
    const now = this.#clock.monotonicMs()
    this.#failureTimes.push(now)
    this.#failureTimes = this.#failureTimes.filter((time) => time > now - this.#settings.intervalMs)
  }

  canRestart(): boolean {
    return this.#failureTimes.length <= this.#settings.maxFailures
  }

  backoffMs(): number {
    return this.#settings.delayMs
  }

  describe(): string {
    const { maxFailures, intervalMs, delayMs } = this.#settings
    return `failure-rate (${String(maxFailures)} in ${durationText(intervalMs)}, delay ${durationText(delayMs)})`
  }
}
