import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkpointingStatisticsOf, jobConfigInfoOf } from '../../../src/cluster/job-messages-of.js'
import type { JobDetails } from '../../../src/runtime/jobmanager/jobmaster/job-details.js'

const DETAILS: JobDetails = {
  jobId: 'a'.repeat(32),
  name: 'job',
  status: 'RUNNING',
  startTime: 1000,
  endTime: undefined,
  lastModification: 1000,
  timestamps: {},
  vertices: [],
  configuration: {},
  restarts: 0,
  checkpoints: {
    counts: { completed: 1, failed: 0, restored: 0, total: 2 },
    inProgress: 1,
    lastCompleted: undefined,
    lastRestoreTimestamp: undefined,
    history: [
      {
        checkpointId: 1,
        triggerTimestamp: 2000,
        status: 'COMPLETED',
        isSavepoint: false,
        externalPath: 'file:/chk-1',
        endTimestamp: 2345,
        sizeBytes: 678,
        checkpointedSizeBytes: 67,
        synchronousMs: 9,
        alignmentMs: 1,
        failureMessage: undefined,
      },
      {
        checkpointId: 2,
        triggerTimestamp: 3000,
        status: 'IN_PROGRESS',
        isSavepoint: false,
        externalPath: undefined,
        endTimestamp: undefined,
        sizeBytes: 0,
        checkpointedSizeBytes: 0,
        synchronousMs: 0,
        alignmentMs: 0,
        failureMessage: undefined,
      },
    ],
  },
  exceptions: [],
}

describe('The checkpoints that REST tells', () => {
  it('have duration, size and synchronous part, and no duration while they are under way', () => {
    const { counts, history } = checkpointingStatisticsOf(DETAILS)
    assert.deepEqual(counts, { restored: 0, total: 2, in_progress: 1, completed: 1, failed: 0 })
    const [done, open] = history
    assert.equal(done?.end_to_end_duration, 345)
    assert.equal(done.state_size, 678)
    assert.equal(done.checkpointed_size, 67)
    assert.equal(done.synchronous_duration, 9)
    assert.equal(open?.end_to_end_duration, -1)
    assert.equal(open.external_path, null)
  })
})

describe('The configuration that REST tells', () => {
  it('says whether the job hands references on', () => {
    const told = (configuration: Readonly<Record<string, string>>): unknown =>
      jobConfigInfoOf({ ...DETAILS, configuration })['execution-config']['object-reuse-mode']
    assert.equal(told({}), false)
    assert.equal(told({ 'pipeline.object-reuse': 'true' }), true)
  })
})
