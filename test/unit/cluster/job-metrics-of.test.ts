import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jobMetricsOf } from '../../../src/cluster/job-metrics-of.js'
import type { JobDetails } from '../../../src/runtime/jobmanager/jobmaster/job-details.js'

const DETAILS: JobDetails = {
  jobId: 'a'.repeat(32),
  name: 'job',
  status: 'RUNNING',
  startTime: 100,
  endTime: undefined,
  lastModification: 300,
  timestamps: { INITIALIZING: 100, CREATED: 200, RUNNING: 300 },
  vertices: [],
  configuration: {},
  restarts: 2,
  checkpoints: {
    counts: { completed: 3, failed: 1, restored: 1, total: 5 },
    inProgress: 1,
    history: [],
    lastCompleted: {
      checkpointId: 7,
      triggerTimestamp: 1000,
      status: 'COMPLETED',
      isSavepoint: false,
      isLast: false,
      persistedSizeBytes: 0,
      isUnaligned: false,
      externalPath: 'file:/checkpoints/chk-7',
      endTimestamp: 1250,
      latestAckTimestamp: 1240,
      numSubtasks: 2,
      numAcknowledgedSubtasks: 2,
      sizeBytes: 4096,
      checkpointedSizeBytes: 409,
      synchronousMs: 1,
      alignmentMs: 2,
      failureMessage: undefined,
    },
    latest: {
      completed: undefined,
      savepoint: undefined,
      failed: undefined,
      restored: { checkpointId: 6, restoreTimestamp: 250, isSavepoint: false, externalPath: 'file:/checkpoints/chk-6' },
    },
    samples: [],
  },
  exceptions: [],
  warnings: [],
}

const NO_TASKS = { lastUpdate: 0, vertices: {}, reports: {} }

describe('The metrics of a job', () => {
  it('tell of its times, its restarts and its newest checkpoint', () => {
    assert.deepEqual(jobMetricsOf(DETAILS, NO_TASKS, 5300).job, {
      initializingTime: 0,
      createdTime: 0,
      runningTime: 5000,
      failingTime: 0,
      cancellingTime: 0,
      restartingTime: 0,
      uptime: 5000,
      downtime: 0,
      numRestarts: 2,
      fullRestarts: 2,
      totalNumberOfCheckpoints: 5,
      numberOfInProgressCheckpoints: 1,
      numberOfCompletedCheckpoints: 3,
      numberOfFailedCheckpoints: 1,
      lastCheckpointRestoreTimestamp: 250,
      lastCheckpointDuration: 250,
      lastCheckpointSize: 409,
      lastCheckpointFullSize: 4096,
      lastCheckpointExternalPath: 'file:/checkpoints/chk-7',
      lastCompletedCheckpointId: 7,
    })
  })

  it('count the downtime of a restart and end with the job', () => {
    const timestamps = { ...DETAILS.timestamps, RESTARTING: 5000 }
    const restarting = jobMetricsOf({ ...DETAILS, status: 'RESTARTING', timestamps }, NO_TASKS, 5300).job
    assert.deepEqual([restarting['uptime'], restarting['downtime'], restarting['restartingTime']], [0, 300, 300])
    const ended = jobMetricsOf({ ...DETAILS, status: 'FINISHED', endTime: 6000 }, NO_TASKS, 7000).job
    assert.deepEqual([ended['uptime'], ended['downtime'], ended['runningTime']], [-1, -1, 0])
  })

  it('are -1 and n/a for the last checkpoint where there was none', () => {
    const latest = { ...DETAILS.checkpoints.latest, restored: undefined }
    const checkpoints = { ...DETAILS.checkpoints, lastCompleted: undefined, latest }
    const { job } = jobMetricsOf({ ...DETAILS, checkpoints }, NO_TASKS, 5300)
    const names = ['lastCheckpointDuration', 'lastCheckpointSize', 'lastCheckpointExternalPath']
    assert.deepEqual(
      names.map((name) => job[name]),
      [-1, -1, 'n/a'],
    )
  })
})
