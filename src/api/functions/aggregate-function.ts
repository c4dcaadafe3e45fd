/**
 * Aggregates values of one type (IN) by way of an accumulator (ACC) to a result (OUT).
 *
 * @example
 * ```ts
 * import type { AggregateFunction } from 'flink-ts'
 *
 * const average: AggregateFunction<number, [sum: number, count: number], number> = {
 *   createAccumulator: () => [0, 0],
 *   add: (value, [sum, count]) => [sum + value, count + 1],
 *   getResult: ([sum, count]) => sum / count,
 *   merge: (a, b) => [a[0] + b[0], a[1] + b[1]],
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#aggregatefunction
 */
export interface AggregateFunction<IN, ACC, OUT> {
  createAccumulator(): ACC
  /** The accumulator with the value in it; it may be the same object, changed. */
  add(value: IN, accumulator: ACC): ACC
  getResult(accumulator: ACC): OUT
  merge(a: ACC, b: ACC): ACC
}
