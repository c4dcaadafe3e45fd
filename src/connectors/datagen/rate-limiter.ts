import type { Clock } from '../../core/time/clock.js'

/**
 * Says when a record may be emitted. One a subtask.
 *
 * @example
 * ```ts
 * import type { RateLimiter } from 'flink-ts/connectors/datagen'
 *
 * const afterAMoment: RateLimiter = { acquire: () => new Promise((resolve) => setTimeout(resolve, 10)) }
 * ```
 */
export interface RateLimiter {
  /** For the next record: undefined where it may go at once, else it waits for the promise. */
  acquire(): Promise<void> | undefined
  notifyCheckpointComplete?(checkpointId: number): void
  /** Timers are cancelled. */
  close?(): void
}

/**
 * Makes the limiter of a subtask, of so many.
 *
 * @example
 * ```ts
 * import { RateLimiterStrategy, type RateLimiterFactory } from 'flink-ts/connectors/datagen'
 *
 * const unlimited: RateLimiterFactory = () => ({ acquire: () => undefined })
 * const strategy = RateLimiterStrategy.of(unlimited)
 * ```
 */
export type RateLimiterFactory = (parallelism: number, clock: Clock) => RateLimiter
