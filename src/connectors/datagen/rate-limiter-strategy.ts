import { FlinkError } from '../../core/errors/flink-error.js'
import { Availability } from '../../core/time/availability.js'
import type { Clock, TimerHandle } from '../../core/time/clock.js'
import type { RateLimiter, RateLimiterFactory } from './rate-limiter.js'

/** What was not used is saved up for so long. */
const SAVED_MS = 1000

/**
 * How many records a source emits, over all its subtasks.
 *
 * @example
 * ```ts
 * import { DataGeneratorSource, RateLimiterStrategy } from 'flink-ts/connectors/datagen'
 *
 * const source = new DataGeneratorSource((n) => `event ${n}`, 1000, RateLimiterStrategy.perSecond(100))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/datagen/#rate-limiting
 */
export class RateLimiterStrategy {
  /** Undefined where there is no limit. */
  readonly createRateLimiter: RateLimiterFactory | undefined

  private constructor(factory: RateLimiterFactory | undefined) {
    this.createRateLimiter = factory
  }

  /** As many as are wanted. */
  static noOp(): RateLimiterStrategy {
    return new RateLimiterStrategy(undefined)
  }

  /** So many a second, spread evenly over the subtasks. GRAPH_INVALID where it is not greater than 0. */
  static perSecond(recordsPerSecond: number): RateLimiterStrategy {
    check(recordsPerSecond > 0, 'perSecond', 'a number greater than 0', recordsPerSecond)
    return new RateLimiterStrategy(
      (parallelism, clock) => new TimedRateLimiter((1000 * parallelism) / recordsPerSecond, clock),
    )
  }

  /** So many between two checkpoints, at least one a subtask. Without checkpoints it stops after the first ones. */
  static perCheckpoint(recordsPerCheckpoint: number): RateLimiterStrategy {
    const isWhole = Number.isSafeInteger(recordsPerCheckpoint) && recordsPerCheckpoint > 0
    check(isWhole, 'perCheckpoint', 'a whole number greater than 0', recordsPerCheckpoint)
    return new RateLimiterStrategy(
      (parallelism) => new GatedRateLimiter(Math.max(1, Math.floor(recordsPerCheckpoint / parallelism))),
    )
  }

  /** By limiters of one's own. */
  static of(factory: RateLimiterFactory): RateLimiterStrategy {
    return new RateLimiterStrategy(factory)
  }
}

function check(isRight: boolean, method: string, expected: string, given: number): void {
  if (isRight) return
  const operator = `RateLimiterStrategy.${method}`
  throw new FlinkError('GRAPH_INVALID', { operator, reason: `it takes ${expected}, not ${String(given)}` })
}

/** One record an interval; timers of 1 ms let several go at once where the interval is shorter. */
class TimedRateLimiter implements RateLimiter {
  readonly #intervalMs: number
  readonly #clock: Clock
  /** When the next record may go. */
  #nextMs: number
  #timer: TimerHandle | undefined

  constructor(intervalMs: number, clock: Clock) {
    this.#intervalMs = intervalMs
    this.#clock = clock
    this.#nextMs = clock.monotonicMs()
  }

  acquire(): Promise<void> | undefined {
    const now = this.#clock.monotonicMs()
    const at = Math.max(this.#nextMs, now - SAVED_MS)
    this.#nextMs = at + this.#intervalMs
    if (at <= now) return undefined
    return new Promise((resolve) => {
      this.#timer = this.#clock.setTimer(at - now, resolve)
    })
  }

  close(): void {
    this.#timer?.cancel()
  }
}

class GatedRateLimiter implements RateLimiter {
  readonly #capacity: number
  readonly #opened = new Availability()
  #used = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  async #waitForGate(): Promise<void> {
    await this.#opened.whenAvailable
    this.#used += 1
  }

  acquire(): Promise<void> | undefined {
    if (this.#used >= this.#capacity) return this.#waitForGate()
    this.#used += 1
    return undefined
  }

  notifyCheckpointComplete(): void {
    this.#used = 0
    this.#opened.becomeAvailable()
  }
}
