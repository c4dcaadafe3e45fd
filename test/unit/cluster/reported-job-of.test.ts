import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, it } from 'node:test'
import { reportedJobOf } from '../../../src/cluster/reported-job-of.js'
import type { JobGraph } from '../../../src/graph/job-graph.js'
import type { JobDetails } from '../../../src/runtime/jobmanager/jobmaster/job-details.js'

const TYPES = { counters: ['Map.seen'], histograms: [], meters: {} }

describe('A job as reporters get it', () => {
  it('has the tasks that have reported since they restarted, with their operators and where they run', () => {
    const subtask = { state: 'RUNNING', attemptNumber: 1, timestamps: {} } as const
    const details = {
      jobId: 'j',
      name: 'My job',
      status: 'RUNNING',
      timestamps: { RUNNING: 100 },
      restarts: 1,
      checkpoints: { counts: { completed: 0, failed: 0, restored: 0, total: 0 }, inProgress: 0, latest: {} },
      vertices: [
        {
          id: 'v',
          name: 'Map',
          parallelism: 2,
          maxParallelism: 128,
          subtasks: [
            { ...subtask, subtaskIndex: 0, executionId: 'v_0_1', worker: 3 },
            { ...subtask, subtaskIndex: 1, executionId: 'v_1_1', worker: 4 },
          ],
        },
      ],
    } as unknown as JobDetails
    const jobGraph = {
      vertices: [{ id: 'v', operators: [{ id: 'v', name: 'Map', kind: 'map' }] }],
    } as unknown as JobGraph
    const values = { 'Map.seen': 7 }
    const ofNow = { executionId: 'v_0_1', values, types: TYPES }
    const ofBefore = { executionId: 'v_1_0', values, types: TYPES }
    const tasks = { lastUpdate: 1, vertices: {}, reports: { v: { 0: ofNow, 1: ofBefore } } }
    const job = reportedJobOf({ master: { details: () => details, taskMetrics: () => tasks }, jobGraph }, 150)
    assert.deepEqual([job.jobId, job.name, job.host], ['j', 'My job', hostname()])
    assert.deepEqual([job.values['numRestarts'], job.values['uptime']], [1, 50])
    const of = { subtaskIndex: 0, attemptNumber: 1, executionId: 'v_0_1', taskManager: 'worker 3' }
    assert.deepEqual(job.vertices, [
      {
        id: 'v',
        name: 'Map',
        operators: [{ id: 'v', name: 'Map' }],
        subtasks: [{ ...of, values, types: TYPES }],
      },
    ])
  })
})
