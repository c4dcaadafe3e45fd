import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CheckpointStatistics, VertexWatermarksInfo } from '../../../../src/client/job-inspector.js'
import { activityOf, type VertexActivity } from '../../../../src/cli/top/job-activity.js'
import type { JobSample, VertexSample } from '../../../../src/cli/top/job-sample.js'
import { ioMetricsOf } from '../../../../src/rest/vertices/attempt-info.js'

const NOW = Date.UTC(2026, 0, 1, 12)
const NONE = '-9223372036854775808'
const END = '9223372036854775807'
const UNSET = { min: 0, max: 0, avg: 0, p50: 0, p90: 0, p95: 0, p99: 0, p999: 0 }
const SUMMARY = {
  checkpointed_size: UNSET,
  state_size: UNSET,
  end_to_end_duration: UNSET,
  alignment_buffered: UNSET,
  processed_data: UNSET,
  persisted_data: UNSET,
}
const NO_CHECKPOINTS: JobSample['checkpoints'] = {
  counts: { restored: 0, total: 0, in_progress: 0, completed: 0, failed: 0 },
  summary: SUMMARY,
  latest: { completed: null, savepoint: null, failed: null, restored: null },
  history: [],
}

function vertex(
  parts: Partial<VertexSample> = {},
  tasks: Readonly<Record<string, number>> = { RUNNING: 2 },
): VertexSample {
  return {
    vertex: {
      id: 'v',
      slotSharingGroupId: '',
      metrics: ioMetricsOf([]),
      name: 'Map',
      maxParallelism: 128,
      parallelism: 2,
      status: 'RUNNING',
      'start-time': NOW - 60_000,
      'end-time': -1,
      duration: 60_000,
      tasks,
    },
    metrics: {},
    time: undefined,
    ...parts,
  }
}

function sample(vertices: readonly VertexSample[], parts: Partial<JobSample> = {}): JobSample {
  return {
    jobId: 'c'.repeat(32),
    name: 'Hits',
    state: 'RUNNING',
    startTime: NOW - 90_000,
    now: NOW,
    restarts: 0,
    checkpoints: NO_CHECKPOINTS,
    vertices,
    ...parts,
  }
}

/** Sums over two subtasks. */
function totals(recordsIn: number, recordsOut: number, times: readonly [busy: number, idle: number, back: number]) {
  const [busy, idle, back] = times
  return {
    numRecordsIn: { sum: recordsIn },
    numRecordsOut: { sum: recordsOut },
    accumulateBusyTimeMs: { sum: busy },
    accumulateIdleTimeMs: { sum: idle },
    accumulateBackPressuredTimeMs: { sum: back },
  }
}

const METERS = {
  numRecordsInPerSecond: { sum: 7 },
  numRecordsOutPerSecond: { sum: 3 },
  busyTimeMsPerSecond: { avg: 250 },
  idleTimeMsPerSecond: { avg: 700 },
  backPressuredTimeMsPerSecond: { avg: 50 },
}

function ratesOf({ recordsInPerSecond, recordsOutPerSecond, busy, backPressured, idle }: VertexActivity): unknown[] {
  return [recordsInPerSecond, recordsOutPerSecond, busy, backPressured, idle]
}

function seen(now: VertexSample, before?: VertexSample, restarts = 0): VertexActivity {
  const earlier = before === undefined ? undefined : sample([before])
  const [first] = activityOf(sample([now], { restarts }), earlier).vertices
  assert.ok(first !== undefined)
  return first
}

describe('The rates of an operator', () => {
  const before = vertex({ metrics: { ...METERS, ...totals(100, 10, [1000, 1000, 0]) } })
  const now = vertex({ metrics: { ...METERS, ...totals(300, 20, [2500, 1300, 200]) } })

  it('are those since the last look, by the time that went by for its subtasks', () => {
    // Two subtasks had 2000 ms together, a second each.
    assert.deepEqual(ratesOf(seen(now, before)), [200, 10, 0.75, 0.1, 0.15])
  })

  it('are those of the last minute at the first look, and where nothing was reported since', () => {
    const lastMinute = [7, 3, 0.25, 0.05, 0.7]
    assert.deepEqual(ratesOf(seen(now)), lastMinute)
    assert.deepEqual(ratesOf(seen(now, now)), lastMinute)
  })

  it('are those of the last minute after a restart, which begins to count anew', () => {
    const lastMinute = [7, 3, 0.25, 0.05, 0.7]
    assert.deepEqual(ratesOf(seen(now, before, 1)), lastMinute)
    assert.deepEqual(ratesOf(seen(before, now)), lastMinute)
  })

  it('are not known where no metrics are reported, and where none of its tasks runs', () => {
    assert.deepEqual(ratesOf(seen(vertex())), [null, null, null, null, null])
    const ended = seen({ ...vertex({}, { RUNNING: 0, FINISHED: 2 }), metrics: now.metrics }, before)
    assert.deepEqual(ratesOf(ended), [null, null, null, null, null])
    assert.deepEqual([ended.running, ended.tasks], [0, { FINISHED: 2 }])
  })
})

describe('The watermark of an operator', () => {
  function timeOf(parts: Partial<VertexWatermarksInfo>): Pick<VertexActivity, 'watermark' | 'watermarkLagMs'> {
    const whole = { id: 'v', name: 'Map', parallelism: 2, 'late-records-dropped': [], inputs: [], makers: [], ...parts }
    const { watermark, watermarkLagMs } = seen(vertex({ time: whole }))
    return { watermark, watermarkLagMs }
  }

  function inputs(...watermarks: readonly string[]): Pick<VertexWatermarksInfo, 'inputs'> {
    const one = { since: NOW, subtasks: 2, 'held-back-by': [] }
    return { inputs: watermarks.map((text) => ({ ...one, watermark: text, idle: text === 'idle' })) }
  }

  function makers(...watermarks: readonly string[]): Pick<VertexWatermarksInfo, 'makers'> {
    const one = { vertex: 'v', 'vertex-name': 'Map', subtask: 0, parallelism: 2, operator: 'Map', since: NOW } as const
    const rest = { strategy: 'strategy', idle: false, splits: [], 'split-count': 0, 'idle-subtasks': 0 } as const
    return { makers: watermarks.map((watermark) => ({ ...one, ...rest, watermark })) }
  }

  it('is that of the slowest input that is waited for, and is so long before the clock of the job', () => {
    const [early, late] = [String(NOW - 5000), String(NOW - 1000)]
    assert.deepEqual(timeOf(inputs(late, early, 'idle')), { watermark: early, watermarkLagMs: 5000 })
    assert.deepEqual(timeOf(inputs(late, END)), { watermark: late, watermarkLagMs: 1000 })
  })

  it('is of a source what the last of its operators makes', () => {
    const own = String(NOW - 1000)
    assert.deepEqual(timeOf(makers(NONE, own)), { watermark: own, watermarkLagMs: 1000 })
  })

  it('has no lag where it is no time of the clock, is not there yet, or is the end', () => {
    assert.deepEqual(timeOf(inputs('42')), { watermark: '42', watermarkLagMs: null })
    assert.deepEqual(timeOf(inputs(NONE, '42')), { watermark: null, watermarkLagMs: null })
    assert.deepEqual(timeOf(inputs(END)), { watermark: 'end', watermarkLagMs: null })
    assert.deepEqual(timeOf(inputs('idle')), { watermark: 'idle', watermarkLagMs: null })
    assert.deepEqual(timeOf({}), { watermark: null, watermarkLagMs: null })
    assert.deepEqual(timeOf(inputs('no number')), { watermark: null, watermarkLagMs: null })
  })
})

describe('The checkpoints of a job', () => {
  function checkpoint(id: number, parts: Partial<CheckpointStatistics>): CheckpointStatistics {
    return {
      className: 'completed',
      id,
      status: 'COMPLETED',
      is_savepoint: false,
      checkpoint_type: 'CHECKPOINT',
      trigger_timestamp: NOW - 3000,
      latest_ack_timestamp: NOW - 2500,
      end_to_end_duration: 500,
      state_size: 2048,
      checkpointed_size: 100,
      alignment_buffered: 0,
      processed_data: 0,
      persisted_data: 0,
      num_subtasks: 5,
      num_acknowledged_subtasks: 5,
      external_path: null,
      failure_message: null,
      savepointFormat: null,
      tasks: {},
      ...parts,
    }
  }

  it('are told by the newest that completed, also a savepoint, the last that failed and the oldest that is pending', () => {
    const pending = { status: 'IN_PROGRESS', num_acknowledged_subtasks: 2 } as const
    const { checkpoints } = activityOf(
      sample([], {
        checkpoints: {
          ...NO_CHECKPOINTS,
          counts: { ...NO_CHECKPOINTS.counts, completed: 4, failed: 1 },
          latest: {
            completed: checkpoint(3, {}),
            savepoint: checkpoint(4, { is_savepoint: true }),
            failed: checkpoint(5, { failure_timestamp: NOW - 400, failure_message: 'expired' }),
            restored: null,
          },
          history: [
            checkpoint(7, { ...pending, trigger_timestamp: NOW - 10 }),
            checkpoint(6, { ...pending, trigger_timestamp: NOW - 100 }),
            checkpoint(4, {}),
          ],
        },
      }),
    )
    assert.deepEqual(checkpoints, {
      completed: 4,
      failed: 1,
      lastCompleted: { id: 4, ageMs: 2500, durationMs: 500, sizeBytes: 2048 },
      lastFailed: { id: 5, ageMs: 400, message: 'expired' },
      pending: { id: 6, sinceMs: 100, subtasks: 5, acknowledged: 2 },
    })
  })

  it('may be none', () => {
    const { checkpoints } = activityOf(sample([]))
    const none = { lastCompleted: null, lastFailed: null, pending: null }
    assert.deepEqual(checkpoints, { completed: 0, failed: 0, ...none })
  })
})
