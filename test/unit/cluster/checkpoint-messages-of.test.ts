import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  checkpointingStatisticsOf,
  checkpointStatisticsWithTasksOf,
  taskStatisticsWithSubtasksOf,
} from '../../../src/cluster/checkpoint-messages-of.js'
import { statsSummaryOf } from '../../../src/cluster/stats-summary-of.js'
import type { CheckpointRecord } from '../../../src/runtime/jobmanager/checkpoint/checkpoint-record.js'
import { CheckpointStatistics } from '../../../src/runtime/jobmanager/checkpoint/checkpoint-statistics.js'
import { LatestCheckpoints } from '../../../src/runtime/jobmanager/checkpoint/latest-checkpoints.js'
import type { PendingCheckpoint } from '../../../src/runtime/jobmanager/checkpoint/pending-checkpoint.js'
import type { JobDetails } from '../../../src/runtime/jobmanager/jobmaster/job-details.js'

const DONE: CheckpointRecord = {
  checkpointId: 1,
  triggerTimestamp: 2000,
  status: 'COMPLETED',
  isSavepoint: false,
  isLast: false,
  externalPath: 'file:/chk-1',
  endTimestamp: 2345,
  latestAckTimestamp: 2340,
  numSubtasks: 3,
  numAcknowledgedSubtasks: 3,
  sizeBytes: 678,
  checkpointedSizeBytes: 67,
  persistedSizeBytes: 6,
  isUnaligned: true,
  synchronousMs: 9,
  alignmentMs: 1,
  failureMessage: undefined,
}

const OPEN: CheckpointRecord = {
  ...DONE,
  checkpointId: 2,
  triggerTimestamp: 3000,
  status: 'IN_PROGRESS',
  externalPath: undefined,
  endTimestamp: undefined,
  latestAckTimestamp: undefined,
  numAcknowledgedSubtasks: 0,
}

/** Of a job, what is looked at here. */
function jobOf(...history: CheckpointRecord[]): JobDetails {
  const counts = { completed: 1, failed: 0, restored: 0, total: 2 }
  const checkpoints = { counts, inProgress: 1, history, latest: {}, samples: [] }
  return { checkpoints, configuration: {} } as unknown as JobDetails
}

function jobWith(statistics: CheckpointStatistics): JobDetails {
  const { counts, latest } = statistics
  const checkpoints = { counts, inProgress: 0, history: statistics.history() }
  return {
    checkpoints: { ...checkpoints, latest: latest.records(), samples: latest.samples() },
    configuration: {},
  } as unknown as JobDetails
}

/** Of one task, `e`. */
function pendingOf(checkpointId: number, given: { isSavepoint: boolean; timestamp: number }): PendingCheckpoint {
  const execution = { id: 'e', vertex: { id: 'v' }, subtaskIndex: 0 }
  const plan = { toTrigger: [execution], toAcknowledge: [execution], finished: [], finishedVertices: new Set() }
  const { isSavepoint, timestamp } = given
  return { checkpointId, timestamp, plan, properties: { isSavepoint } } as unknown as PendingCheckpoint
}

describe('The checkpoints that REST tells', () => {
  it('are listed with the newest first', () => {
    const { history } = checkpointingStatisticsOf(jobOf(DONE, OPEN))
    assert.deepEqual(
      history.map(({ id }) => id),
      [2, 1],
    )
  })

  it('have times, sizes and who has acknowledged, and no duration while they are under way', () => {
    const { counts, history } = checkpointingStatisticsOf(jobOf(DONE, OPEN))
    assert.deepEqual(counts, { restored: 0, total: 2, in_progress: 1, completed: 1, failed: 0 })
    const [open, done] = history
    assert.deepEqual(done, {
      className: 'completed',
      id: 1,
      status: 'COMPLETED',
      is_savepoint: false,
      savepointFormat: null,
      checkpoint_type: 'UNALIGNED_CHECKPOINT',
      trigger_timestamp: 2000,
      latest_ack_timestamp: 2340,
      end_to_end_duration: 345,
      state_size: 678,
      checkpointed_size: 67,
      alignment_buffered: 0,
      processed_data: 0,
      persisted_data: 6,
      num_subtasks: 3,
      num_acknowledged_subtasks: 3,
      synchronous_duration: 9,
      external_path: 'file:/chk-1',
      failure_message: null,
      tasks: {},
      discarded: false,
    })
    assert.equal(open?.className, 'in_progress')
    assert.deepEqual([open.end_to_end_duration, open.latest_ack_timestamp, open.external_path], [-1, -1, null])
  })

  it('are summed up over those that completed, with the newest of each kind and what was restored', () => {
    const clock = { now: 1000 }
    const statistics = new CheckpointStatistics(2, () => clock.now)
    const outcomes = ['completed', 'savepoint', 'failed', 'completed', 'completed'] as const
    for (const [index, outcome] of outcomes.entries()) {
      const pending = pendingOf(index + 1, { isSavepoint: outcome === 'savepoint', timestamp: clock.now })
      statistics.triggered(pending)
      const metrics = {
        alignmentMs: 0,
        synchronousMs: 0,
        asynchronousMs: 0,
        sizeBytes: index,
        checkpointedSizeBytes: 1,
      }
      statistics.acknowledged(pending, 'e', { ...metrics, persistedSizeBytes: 7 })
      clock.now += 10
      if (outcome === 'failed') statistics.failed(pending, new Error('full'))
      else statistics.completed(pending, `file:/${String(index + 1)}`)
    }
    const empty = checkpointingStatisticsOf(jobWith(new CheckpointStatistics(2, () => 0)))
    assert.deepEqual(empty.latest, { completed: null, savepoint: null, failed: null, restored: null })
    assert.equal(empty.summary.state_size.p50, 'NaN')

    const restored = { engineVersion: '1', jobId: 'j', jobName: 'j', checkpointId: 5, timestamp: 0, isSavepoint: false }
    statistics.restored({ externalPath: 'file:/5', metadata: { ...restored, operators: [] } })
    const { summary, latest, history, counts } = checkpointingStatisticsOf(jobWith(statistics))
    assert.deepEqual([counts.restored, history.length], [1, 2])
    assert.deepEqual([latest.completed?.id, latest.savepoint?.id, latest.failed?.id], [5, 2, 3])
    assert.deepEqual([latest.savepoint?.checkpoint_type, latest.savepoint?.external_path], ['SAVEPOINT', 'file:/2'])
    assert.deepEqual([latest.failed?.failure_message, latest.failed?.failure_timestamp], ['full', 1030])
    assert.deepEqual(latest.restored, {
      id: 5,
      restore_timestamp: 1050,
      is_savepoint: false,
      external_path: 'file:/5',
    })
    assert.deepEqual([summary.state_size.min, summary.state_size.max, summary.state_size.avg], [0, 4, 2])
    assert.deepEqual([summary.end_to_end_duration.p99, summary.persisted_data.p50], [10, 7])
    assert.deepEqual(
      [summary.processed_data.max, summary.alignment_buffered.max, summary.checkpointed_size.max],
      [0, 0, 1],
    )
  })

  it('are summed up over so many of the newest as are kept', () => {
    const latest = new LatestCheckpoints()
    for (let checkpointId = 1; checkpointId <= 10_001; checkpointId += 1)
      latest.completed({ ...DONE, checkpointId, sizeBytes: checkpointId })
    const samples = latest.samples()
    assert.deepEqual([samples.length, samples[0]?.sizeBytes, samples.at(-1)?.sizeBytes], [10_000, 2, 10_001])
  })

  it('know of a savepoint that takes longer than as many checkpoints as are remembered', () => {
    const statistics = new CheckpointStatistics(2, () => 0)
    const savepoint = pendingOf(1, { isSavepoint: true, timestamp: 0 })
    statistics.triggered(savepoint)
    for (const checkpointId of [2, 3, 4]) {
      const pending = pendingOf(checkpointId, { isSavepoint: false, timestamp: 0 })
      statistics.triggered(pending)
      statistics.completed(pending, `file:/${String(checkpointId)}`)
    }
    assert.deepEqual(
      statistics.history().map(({ checkpointId }) => checkpointId),
      [1, 4],
    )
    statistics.completed(savepoint, 'file:/1')
    assert.equal(checkpointingStatisticsOf(jobWith(statistics)).latest.savepoint?.external_path, 'file:/1')
    assert.equal(statistics.lastCompleted?.checkpointId, 1)
  })

  it('are of the type of a savepoint, with which the job may end, or of a checkpoint, whose barriers may have overtaken records', () => {
    const typeOf = (changes: Partial<CheckpointRecord>): unknown =>
      checkpointingStatisticsOf(jobOf({ ...DONE, ...changes })).history[0]?.checkpoint_type
    assert.equal(typeOf({}), 'UNALIGNED_CHECKPOINT')
    assert.equal(typeOf({ isUnaligned: false, isLast: true }), 'CHECKPOINT')
    assert.equal(typeOf({ isUnaligned: false, isSavepoint: true }), 'SAVEPOINT')
    assert.equal(typeOf({ isUnaligned: false, isSavepoint: true, isLast: true }), 'SYNC_SAVEPOINT')
  })
})

describe('The part of a vertex in a checkpoint that REST tells', () => {
  const times = { alignmentMs: 1, synchronousMs: 2, asynchronousMs: 30 }
  const first = { ...times, ackTimestamp: 2050, sizeBytes: 100, checkpointedSizeBytes: 10 }
  const second = {
    ...times,
    alignmentMs: 5,
    startDelayMs: 7,
    ackTimestamp: 2120,
    sizeBytes: 300,
    checkpointedSizeBytes: 30,
    persistedSizeBytes: 6,
    unaligned: true,
  } as const
  const task = { vertexId: 'v', subtasks: [first, undefined, second] }

  it('is the sum of its subtasks, until the last one that has acknowledged', () => {
    const waits = { vertexId: 'w', subtasks: [undefined] }
    const { id, tasks } = checkpointStatisticsWithTasksOf(jobOf(DONE), { record: DONE, tasks: [task, waits] })
    assert.equal(id, 1)
    assert.deepEqual(tasks['v'], {
      id: 1,
      status: 'COMPLETED',
      latest_ack_timestamp: 2120,
      checkpointed_size: 40,
      state_size: 400,
      end_to_end_duration: 120,
      alignment_buffered: 0,
      processed_data: 0,
      persisted_data: 6,
      num_subtasks: 3,
      num_acknowledged_subtasks: 2,
    })
    const { latest_ack_timestamp, end_to_end_duration, num_acknowledged_subtasks } = tasks['w'] ?? {}
    assert.deepEqual([latest_ack_timestamp, end_to_end_duration, num_acknowledged_subtasks], [-1, -1, 0])
  })

  it('is told subtask by subtask, and how they differ', () => {
    const { summary, subtasks } = taskStatisticsWithSubtasksOf(DONE, task)
    assert.deepEqual(subtasks[1], { className: 'pending', index: 1, status: 'pending_or_failed' })
    assert.deepEqual(subtasks[2], {
      className: 'completed',
      index: 2,
      status: 'completed',
      ack_timestamp: 2120,
      end_to_end_duration: 120,
      checkpointed_size: 30,
      state_size: 300,
      checkpoint: { sync: 2, async: 30 },
      alignment: { buffered: 0, processed: 0, persisted: 6, duration: 5 },
      start_delay: 7,
      unaligned_checkpoint: true,
      aborted: false,
    })
    const told = ({ min, max, avg }: typeof summary.state_size): number[] => [min, max, avg]
    assert.deepEqual(told(summary.state_size), [100, 300, 200])
    assert.deepEqual(told(summary.checkpointed_size), [10, 30, 20])
    assert.deepEqual(told(summary.end_to_end_duration), [50, 120, 85])
    assert.deepEqual(told(summary.checkpoint_duration.sync), [2, 2, 2])
    assert.deepEqual(told(summary.checkpoint_duration.async), [30, 30, 30])
    assert.deepEqual(told(summary.alignment.persisted), [0, 6, 3])
    assert.deepEqual(told(summary.alignment.duration), [1, 5, 3])
    assert.deepEqual(told(summary.start_delay), [0, 7, 3])
  })
})

describe('How values are spread, as REST tells it', () => {
  it('has quantiles on the line between two values, and the text NaN where there is no value', () => {
    assert.deepEqual(statsSummaryOf([4, 1, 3, 2]), {
      min: 1,
      max: 4,
      avg: 2,
      p50: 2.5,
      p90: 4,
      p95: 4,
      p99: 4,
      p999: 4,
    })
    assert.equal(statsSummaryOf(Array.from({ length: 199 }, (_, index) => index + 1)).p99, 198)
    const { min, max, avg, p50, p999 } = statsSummaryOf([])
    assert.deepEqual([min, max, avg, p50, p999], [0, 0, 0, 'NaN', 'NaN'])
    assert.equal(statsSummaryOf([7]).p999, 7)
  })
})
