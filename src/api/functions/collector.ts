/**
 * Takes the results of a function that may emit any number of them for one record.
 *
 * A record goes on as it is now: what is done with its object afterwards changes nothing, unless the job reuses objects
 * (`pipeline.object-reuse`).
 *
 * @example
 * ```ts
 * import type { Collector } from 'flink-ts'
 *
 * const splitWords = (line: string, out: Collector<string>): void => {
 *   for (const word of line.split(' ')) out.collect(word)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/user_defined_functions/
 */
export interface Collector<T> {
  /** Emits one record. Returns at once; the engine holds back the input when the output is full. */
  collect(record: T): void
}
