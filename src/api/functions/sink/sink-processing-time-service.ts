/**
 * The clock of a writer, or of a sink function: calls back between two records. What is registered is in no snapshot, and what is due after the end of
 * the input is not called.
 *
 * @example
 * ```ts
 * import type { SinkProcessingTimeService } from 'flink-ts'
 *
 * const inAMinute = (service: SinkProcessingTimeService, roll: () => void): void =>
 *   void service.registerTimer(service.getCurrentProcessingTime() + 60_000, roll)
 * ```
 */
export interface SinkProcessingTimeService {
  /** Ms since the epoch. */
  getCurrentProcessingTime(): number
  /** May return a promise, as `write` may. Gives what cancels it. */
  registerTimer(timestampMs: number, target: (timestampMs: number) => void | Promise<void>): { cancel(): void }
}
