import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { attemptInfoOf, ioMetricsOf } from '../../../../src/rest/vertices/attempt-info.js'
import type { AttemptReport } from '../../../../src/rest/vertices/vertex-report.js'

const PLACE = { host: 'here', endpoint: 'here:1', taskManagerId: 'here:1-aaaaaa' }

function attempt(parts: Partial<AttemptReport> = {}): AttemptReport {
  return {
    ...{ subtask: 1, attempt: 2, executionId: 'v_1_2', state: 'RUNNING', place: PLACE, metrics: undefined },
    ...{ timestamps: { CREATED: 10, SCHEDULED: 12, DEPLOYING: 15, INITIALIZING: 20, RUNNING: 30 }, accumulators: [] },
    ...parts,
  }
}

describe('An attempt of a subtask that REST tells', () => {
  it('tells how long it was in each state, and is in the one that it is in', () => {
    assert.deepEqual(attemptInfoOf(attempt(), 100)['status-duration'], {
      ...{ CREATED: 2, SCHEDULED: 3, DEPLOYING: 5, INITIALIZING: 10, RUNNING: 70 },
    })
  })

  it('has -1 for states that it has not come to', () => {
    const timestamps = { CREATED: 10, SCHEDULED: 12, DEPLOYING: 15 }
    assert.deepEqual(attemptInfoOf(attempt({ state: 'DEPLOYING', timestamps }), 20)['status-duration'], {
      ...{ CREATED: 2, SCHEDULED: 3, DEPLOYING: 5, INITIALIZING: -1, RUNNING: -1 },
    })
  })

  it('stands still when it has ended', () => {
    const timestamps = { ...attempt().timestamps, CANCELING: 50, CANCELED: 60 }
    const info = attemptInfoOf(attempt({ state: 'CANCELED', timestamps }), 1000)
    assert.equal(info['status-duration']['RUNNING'], 20)
    assert.deepEqual([info['start-time'], info['end-time'], info.duration, info.start_time], [15, 60, 45, 15])
  })

  it('is nowhere before it has a place', () => {
    const info = attemptInfoOf(attempt({ state: 'CREATED', timestamps: {}, place: undefined }), 100)
    assert.deepEqual([info.host, info.endpoint, info['taskmanager-id']], Array(3).fill('(unassigned)'))
    assert.deepEqual([info['start-time'], info['end-time'], info.duration], [-1, -1, -1])
  })
})

describe('What went through attempts', () => {
  it('is added up, and complete where all have reported', () => {
    const metrics = { numRecordsIn: 3, numBytesOut: 100, accumulateBusyTimeMs: 7 }
    const both = ioMetricsOf([attempt({ metrics }), attempt({ metrics: { numRecordsIn: 4 } })])
    assert.deepEqual([both['read-records'], both['write-bytes'], both['accumulated-busy-time']], [7, 100, 7])
    assert.equal(both['read-records-complete'], true)
  })

  it('is not complete where one of them has not', () => {
    const one = ioMetricsOf([attempt({ metrics: { numRecordsIn: 3 } }), attempt()])
    assert.equal(one['read-records'], 3)
    assert.equal(one['read-records-complete'], false)
    assert.equal(ioMetricsOf([])['read-records-complete'], false)
  })
})
