import type { AggregateFunction } from 'flink-ts'
import type { TimedRecord } from './timed-records.js'

export interface Sum {
  readonly sum: number
  readonly count: number
}

/** What the windows of a job and of the loop beside it add up: the same functions, so that the difference is the engine's. */
export const sumAndCount: AggregateFunction<TimedRecord, Sum, Sum> = {
  createAccumulator: () => ({ sum: 0, count: 0 }),
  add: ({ value }, { sum, count: counted }) => ({ sum: sum + value, count: counted + 1 }),
  getResult: (sum) => sum,
  merge: (left, right) => ({ sum: left.sum + right.sum, count: left.count + right.count }),
}

export const count: AggregateFunction<TimedRecord, number, number> = {
  createAccumulator: () => 0,
  add: (_record, counted) => counted + 1,
  getResult: (counted) => counted,
  merge: (left, right) => left + right,
}
