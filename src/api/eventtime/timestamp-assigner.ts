/**
 * Gives the event time of a record, ms since the epoch, between -(2 ** 53) and 2 ** 53. `recordTimestampMs` is what the record has so far, from its source:
 * -Infinity where it has none.
 *
 * @example
 * ```ts
 * import { WatermarkStrategy, type TimestampAssigner } from 'flink-ts'
 *
 * interface Visit {
 *   readonly at: number
 * }
 * const visited: TimestampAssigner<Visit> = { extractTimestamp: (visit) => visit.at }
 * const strategy = WatermarkStrategy.forMonotonousTimestamps<Visit>().withTimestampAssigner(visited)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/
 */
export interface TimestampAssigner<T> {
  extractTimestamp(element: T, recordTimestampMs: number): number
}

/**
 * A function serves as well. It is called once a record, on every subtask, and must not be asynchronous: ASYNC_NOT_ALLOWED. What
 * is no number of that range is TIMESTAMP_INVALID; -Infinity leaves the record without a timestamp.
 *
 * @example
 * ```ts
 * import { WatermarkStrategy, type TimestampAssignerArgument } from 'flink-ts'
 *
 * interface Visit {
 *   readonly at: string
 * }
 * const visited: TimestampAssignerArgument<Visit> = (visit) => Date.parse(visit.at)
 * const strategy = WatermarkStrategy.forMonotonousTimestamps<Visit>().withTimestampAssigner(visited)
 * ```
 */
export type TimestampAssignerArgument<T> = TimestampAssigner<T>['extractTimestamp'] | TimestampAssigner<T>
