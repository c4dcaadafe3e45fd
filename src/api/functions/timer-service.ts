/**
 * Time, and timers by it. A timer belongs to the current key: there is one for a key and timestamp, however often it is
 * registered. It is state, and part of every snapshot.
 *
 * @example
 * ```ts
 * import type { TimerService } from 'flink-ts'
 *
 * const inAMinute = (timers: TimerService, eventTimeMs: number): void => timers.registerEventTimeTimer(eventTimeMs + 60_000)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#timers
 */
export interface TimerService {
  /** Ms since the epoch, by the clock. */
  currentProcessingTime(): number
  /** How far event time has come, in ms since the epoch: -Infinity at first, Infinity at the end of the data. */
  currentWatermark(): number
  /**
   * Calls `onTimer` when the clock passes the timestamp. TIMERS_ON_NON_KEYED_STREAM without a key, TIMER_TIMESTAMP_INVALID for
   * what is no number; so do those below.
   */
  registerProcessingTimeTimer(timestampMs: number): void
  /** Calls `onTimer` when the watermark reaches the timestamp; one in the past: with the next watermark. */
  registerEventTimeTimer(timestampMs: number): void
  /** Without effect where there is none. */
  deleteProcessingTimeTimer(timestampMs: number): void
  /** Without effect where there is none. */
  deleteEventTimeTimer(timestampMs: number): void
}
