import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SubtaskExecutionAttemptDetailsInfo } from '../../../../src/rest/messages/vertex-messages.js'
import { aggregatedTaskDetailsOf } from '../../../../src/rest/vertices/aggregated-task-details.js'
import { ioMetricsOf } from '../../../../src/rest/vertices/attempt-info.js'

function attempts(...records: readonly number[]): SubtaskExecutionAttemptDetailsInfo[] {
  return records.map((count) => {
    const metrics = { ...ioMetricsOf([]), 'read-records': count }
    return { metrics, 'status-duration': { RUNNING: count } } as unknown as SubtaskExecutionAttemptDetailsInfo
  })
}

/** Percentiles are those of org.apache.commons.math3: of 10, 20, 30, 40 the 25th lies a quarter of the way from 10 to 20. */
test('metrics of subtasks are told by where they lie, in whole numbers', () => {
  const { metrics, 'status-duration': durations } = aggregatedTaskDetailsOf(attempts(40, 10, 30, 20))
  const expected = { min: 10, max: 40, avg: 25, sum: 100, median: 25, p25: 12, p75: 37, p95: 40 }
  assert.deepEqual(metrics['read-records'], expected)
  assert.deepEqual(durations['RUNNING'], expected)
  assert.deepEqual(durations['CREATED'], { min: -1, max: -1, avg: -1, sum: -4, median: -1, p25: -1, p75: -1, p95: -1 })
})

test('one subtask is all of them, and of none there is nothing', () => {
  const one = { min: 7, max: 7, avg: 7, sum: 7, median: 7, p25: 7, p75: 7, p95: 7 }
  assert.deepEqual(aggregatedTaskDetailsOf(attempts(7)).metrics['read-records'], one)
  const none = { min: 0, max: 0, avg: 0, sum: 0, median: 0, p25: 0, p75: 0, p95: 0 }
  assert.deepEqual(aggregatedTaskDetailsOf([]).metrics['read-records'], none)
})
