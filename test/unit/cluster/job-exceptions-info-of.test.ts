import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jobExceptionsInfoOf } from '../../../src/cluster/job-exceptions-info-of.js'
import type { JobDetails, JobException, SubtaskDetails } from '../../../src/runtime/jobmanager/jobmaster/job-details.js'

const PLACE = { host: 'here', endpoint: 'here:1', taskManagerId: 'here:1-aaaaaa' }
const TASK = { name: 'Map (1/1) - execution #0', executionId: 'v_0_0' }

function exceptionOf(timestamp: number, task?: JobException['task']): JobException {
  return { timestamp, name: 'Error', message: 'm', stack: `Error: ${String(timestamp)}`, ...(task && { task }) }
}

function detailsOf(exceptions: readonly JobException[], state: SubtaskDetails['state'] = 'RUNNING'): JobDetails {
  const subtask = { subtaskIndex: 0, state, attemptNumber: 0, executionId: 'v_0_0', worker: 0, timestamps: {} }
  const vertex = { id: 'v', name: 'Map', parallelism: 1, maxParallelism: 128, subtasks: [subtask] }
  return { exceptions, vertices: [vertex] } as unknown as JobDetails
}

describe('The exceptions that REST tells', () => {
  it('are listed with the newest first, which is the root', () => {
    const info = jobExceptionsInfoOf(detailsOf([exceptionOf(1), exceptionOf(2)]), { most: 20, place: PLACE })
    assert.deepEqual(
      info.exceptionHistory.entries.map(({ timestamp }) => timestamp),
      [2, 1],
    )
    assert.equal(info['root-exception'], 'Error: 2')
    assert.equal(info.timestamp, 2)
    assert.equal(info.truncated, false)
  })

  it('are the newest of them where fewer are asked for, and say that there are more', () => {
    const info = jobExceptionsInfoOf(detailsOf([exceptionOf(1), exceptionOf(2)]), { most: 1, place: PLACE })
    assert.deepEqual(
      info.exceptionHistory.entries.map(({ timestamp }) => timestamp),
      [2],
    )
    assert.equal(info.exceptionHistory.truncated, true)
  })

  it('name the task, with its place, where they are one', () => {
    const info = jobExceptionsInfoOf(detailsOf([exceptionOf(1), exceptionOf(2, TASK)]), { most: 20, place: PLACE })
    assert.deepEqual(info.exceptionHistory.entries[0], {
      exceptionName: 'Error',
      stacktrace: 'Error: 2',
      timestamp: 2,
      failureLabels: {},
      taskName: 'Map (1/1) - execution #0',
      location: 'here:1',
      endpoint: 'here:1',
      taskManagerId: 'here:1-aaaaaa',
      concurrentExceptions: [],
    })
    assert.equal(info.exceptionHistory.entries[1]?.taskName, undefined)
  })

  it('are those of tasks that have failed and were not restarted, beside the history', () => {
    const asked = { most: 20, place: PLACE }
    assert.deepEqual(jobExceptionsInfoOf(detailsOf([exceptionOf(2, TASK)]), asked)['all-exceptions'], [])
    const [failed] = jobExceptionsInfoOf(detailsOf([exceptionOf(2, TASK)], 'FAILED'), asked)['all-exceptions']
    assert.equal(failed?.task, 'Map (1/1) - execution #0')
  })

  it('are none where nothing went wrong', () => {
    const info = jobExceptionsInfoOf(detailsOf([]), { most: 20, place: PLACE })
    assert.equal(info['root-exception'], null)
    assert.deepEqual(info.exceptionHistory, { entries: [], truncated: false })
  })
})
