// Duty: restart strategy `exponential-delay`: the wait grows with every failure and starts anew after a calm time.
// Invariants: the wait never exceeds `maxBackoffMs` before jitter; jitter moves it by at most its factor, up or down.
// Thread: main thread.
import { durationText } from '../../../core/time/duration-text.js'
import type { Random } from '../../../core/random/random.js'
import type { Clock } from '../../../core/time/clock.js'
import type { RestartBackoffTimeStrategy } from './restart-backoff-time-strategy.js'

export interface ExponentialDelaySettings {
  readonly initialBackoffMs: number
  readonly maxBackoffMs: number
  readonly backoffMultiplier: number
  /** Failure-free time after which the wait starts at the initial one again. */
  readonly resetBackoffThresholdMs: number
  readonly jitterFactor: number
  /** Restarts granted before the wait was reset once more; undefined: no limit. */
  readonly attemptsBeforeReset: number | undefined
}

const JITTER_STEPS = 1_000_000

export class ExponentialDelayRestartStrategy implements RestartBackoffTimeStrategy {
  readonly #settings: ExponentialDelaySettings
  readonly #clock: Clock
  readonly #random: Random
  #baseMs = 0
  #waitMs = 0
  #attempts = 0
  #lastFailure: number | undefined

  constructor(settings: ExponentialDelaySettings, clock: Clock, random: Random) {
    this.#settings = settings
    this.#clock = clock
    this.#random = random
  }

  notifyFailure(): void {
    const { initialBackoffMs, maxBackoffMs, backoffMultiplier, resetBackoffThresholdMs } = this.#settings
    const now = this.#clock.monotonicMs()
    const calm = this.#lastFailure === undefined || now - this.#lastFailure >= resetBackoffThresholdMs + this.#waitMs
    this.#baseMs = calm ? initialBackoffMs : Math.min(this.#baseMs * backoffMultiplier, maxBackoffMs)
    this.#attempts = calm ? 1 : this.#attempts + 1
    this.#lastFailure = now
    this.#waitMs = Math.round(this.#baseMs * (1 + this.#jitter()))
  }

  canRestart(): boolean {
    const limit = this.#settings.attemptsBeforeReset
    return limit === undefined || this.#attempts <= limit
  }

  backoffMs(): number {
    return this.#waitMs
  }

  describe(): string {
    const { initialBackoffMs, maxBackoffMs, backoffMultiplier } = this.#settings
    return `exponential-delay (${durationText(initialBackoffMs)} x ${String(backoffMultiplier)}, at most ${durationText(maxBackoffMs)})`
  }

  /** A number in [-jitterFactor, +jitterFactor]. */
  #jitter(): number {
    const unit = this.#random.nextInt(JITTER_STEPS + 1) / JITTER_STEPS
    return (2 * unit - 1) * this.#settings.jitterFactor
  }
}
