/**
 * The clock of an own operator, with or without keys. What is registered here is in no snapshot.
 *
 * @example
 * ```ts
 * import type { ProcessingTimeService } from 'flink-ts'
 *
 * const inASecond = (service: ProcessingTimeService, action: () => void): void =>
 *   void service.registerTimer(service.getCurrentProcessingTime() + 1_000, action)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/runtime/tasks/ProcessingTimeService.html
 */
export interface ProcessingTimeService {
  /** Ms since the epoch. */
  getCurrentProcessingTime(): number
  /**
   * Calls back once, when the clock has passed `timestampMs`: on the task's thread, between two records. What the callback throws fails
   * the task. Gives what cancels it.
   */
  registerTimer(timestampMs: number, target: (timestampMs: number) => void): { cancel(): void }
}
