// Duty: what an operator implements that drops late records, so that it can be asked how many they are.
// Thread: the task worker that owns the operator.
import type { StreamOperator } from './stream-operator.js'

/** Flink's name of the metric. */
export const NUM_LATE_RECORDS_DROPPED = 'numLateRecordsDropped'

export interface LateRecordDropper {
  /** Since it was made. */
  readonly numLateRecordsDropped: number
}

export function dropsLateRecords(operator: StreamOperator): operator is StreamOperator & LateRecordDropper {
  return 'numLateRecordsDropped' in operator && typeof operator.numLateRecordsDropped === 'number'
}
