import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { deserializeError, serializeError } from '../../../src/core/errors/error-codec.js'
import { serializedAccumulator } from '../../../src/rest/java/serialized-accumulator.js'
import { javaThrowable } from '../../../src/rest/throwable-info.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import {
  jobAccumulatorsInfoOf,
  jobConfigInfoOf,
  jobDetailsInfoOf,
  jobOverviewOf,
  jobExecutionResultInfoOf,
} from '../../../src/cluster/job-messages-of.js'
import { vertexReportOf } from '../../../src/cluster/vertex-report-of.js'
import type { JobOutcome } from '../../../src/runtime/jobmanager/jobmaster/job-master.js'
import type { JobDetails, SubtaskDetails } from '../../../src/runtime/jobmanager/jobmaster/job-details.js'

const PLACE = { host: 'here', endpoint: 'here:1', taskManagerId: 'here:1-aaaaaa' }

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
    latest: { completed: undefined, savepoint: undefined, failed: undefined, restored: undefined },
    samples: [],
    history: [],
  },
  exceptions: [],
  warnings: [],
}

describe('The overview that REST tells', () => {
  it('has restarts only where there are any, with the time since when the state is what it is', () => {
    assert.equal(jobOverviewOf({ ...DETAILS, restarts: 0 }, 9000).restarts, undefined)
    const timestamps = { INITIALIZING: 10, RUNNING: 40, RESTARTING: 30 }
    const { restarts } = jobOverviewOf({ ...DETAILS, restarts: 2, status: 'RUNNING', timestamps }, 9000)
    assert.deepEqual(restarts, { count: 2, since: 40 })
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

describe('A job that REST tells in full', () => {
  it('has a time for every status and a count for every state, 0 where there is none', () => {
    const vertex = { id: 'v', name: 'v', parallelism: 2, maxParallelism: 128, subtasks: [] }
    const report = vertexReportOf(vertex, { reports: {}, place: PLACE, earlierOf: () => [] })
    const details = { ...DETAILS, timestamps: { INITIALIZING: 5, RUNNING: 7 } }
    const info = jobDetailsInfoOf(details, [report], { plan: {}, now: 9 })
    assert.equal(info.timestamps['RUNNING'], 7)
    assert.equal(info.timestamps['SUSPENDED'], 0)
    assert.equal(Object.keys(info.timestamps).length, 11)
    assert.equal(info.vertices[0]?.tasks['CREATED'], 2)
    assert.equal(info.vertices[0].tasks['RECONCILING'], 0)
    assert.equal(info['status-counts']['CREATED'], 1)
    assert.match(info.vertices[0].slotSharingGroupId, /^[0-9a-f]{32}$/)
  })

  it('makes no text of what its tasks have accumulated: that is for who looks at it', () => {
    let texts = 0
    const value = { [inspect.custom]: () => `text ${String((texts += 1))}` }
    const subtask = { subtaskIndex: 0, state: 'RUNNING', attemptNumber: 0, executionId: 'v_0_0', worker: 0 } as const
    const accumulators = { list: { type: 'ListAccumulator', value, fields: {} } }
    const subtasks = [{ ...subtask, timestamps: {}, accumulators }]
    const vertex = { id: 'v', name: 'v', parallelism: 1, maxParallelism: 128, subtasks }
    const report = vertexReportOf(vertex, { reports: {}, place: PLACE, earlierOf: () => [] })
    jobDetailsInfoOf(DETAILS, [report], { plan: {}, now: 9 })
    assert.equal(texts, 0)
    const told = [{ name: 'list', type: 'ListAccumulator', value: 'text 1' }]
    assert.deepEqual(report.subtasks[0]?.current.accumulators, told)
  })
})

describe('The times of a vertex that REST tells', () => {
  type Times = SubtaskDetails['timestamps']
  const timesAt = (now: number, ...subtasks: readonly (readonly [SubtaskDetails['state'], Times])[]): number[] => {
    const details = subtasks.map(([state, timestamps], subtaskIndex) => ({
      subtaskIndex,
      state,
      timestamps,
      attemptNumber: 0,
      executionId: `v_${String(subtaskIndex)}_0`,
      worker: 0,
    }))
    const vertex = { id: 'v', name: 'v', parallelism: 2, maxParallelism: 128, subtasks: details }
    const places = { reports: {}, place: PLACE, earlierOf: () => [] }
    const [info] = jobDetailsInfoOf(DETAILS, [vertexReportOf(vertex, places)], { plan: {}, now }).vertices
    return [info?.['start-time'] ?? NaN, info?.['end-time'] ?? NaN, info?.duration ?? NaN]
  }

  it('end with its last subtask, however long the job goes on', () => {
    const first = ['FINISHED', { DEPLOYING: 1000, RUNNING: 1100, FINISHED: 1500 }] as const
    assert.deepEqual(timesAt(9000, first, ['RUNNING', { DEPLOYING: 1020, RUNNING: 1200 }]), [1000, -1, 8000])
    assert.deepEqual(timesAt(9000, first, ['FINISHED', { DEPLOYING: 1020, FINISHED: 1700 }]), [1000, 1700, 700])
    const canceled = ['CANCELED', { DEPLOYING: 1020, CANCELING: 1600, CANCELED: 1800 }] as const
    assert.deepEqual(timesAt(9000, canceled, ['FAILED', { DEPLOYING: 1030, FAILED: 1650 }]), [1020, 1800, 780])
  })

  it('begin with the deployment of the first one, and are unset before', () => {
    assert.deepEqual(timesAt(9000), [-1, -1, -1])
    assert.deepEqual(timesAt(9000, ['SCHEDULED', { SCHEDULED: 1 }], ['SCHEDULED', { SCHEDULED: 1 }]), [-1, -1, -1])
    assert.deepEqual(
      timesAt(9000, ['SCHEDULED', { SCHEDULED: 1 }], ['DEPLOYING', { DEPLOYING: 8000 }]),
      [8000, -1, 1000],
    )
    assert.deepEqual(timesAt(9000, ['CANCELED', { CANCELED: 5 }], ['CANCELED', { CANCELED: 5 }]), [-1, 5, -1])
  })
})

describe('What REST tells of accumulators', () => {
  const error = new FlinkError('ACCUMULATOR_TYPES_DIFFER', { name: 'n', first: 'A', second: 'B' })
  const outcome: JobOutcome = {
    jobId: 'j',
    status: 'FINISHED',
    netRuntimeMs: 12,
    accumulatorResults: {
      max: { type: 'Maximum', value: 5 },
      words: { type: 'ListAccumulator', value: ['a', 'b'] },
      n: { error: serializeError(error) },
    },
    error: undefined,
    finalCheckpoint: undefined,
  }

  it('is name, class and text of the value, or why there is none', () => {
    assert.deepEqual(jobAccumulatorsInfoOf(outcome.accumulatorResults)['user-task-accumulators'], [
      { name: 'max', type: 'Maximum', value: '5' },
      { name: 'words', type: 'ListAccumulator', value: "[ 'a', 'b' ]" },
      { name: 'n', type: 'null', value: error.message },
    ])
    assert.deepEqual(jobAccumulatorsInfoOf({})['user-task-accumulators'], [])
  })

  it('is a Java object in the result of the job, and for whoever asks for one', () => {
    const serialized = {
      max: serializedAccumulator({ value: 5 }),
      words: serializedAccumulator({ value: "[ 'a', 'b' ]" }),
      n: serializedAccumulator({ failure: javaThrowable(deserializeError(serializeError(error))) }),
    }
    assert.deepEqual(jobExecutionResultInfoOf('j', outcome)['job-execution-result'], {
      id: 'j',
      'application-status': 'SUCCEEDED',
      'accumulator-results': serialized,
      'net-runtime': 12,
    })
    assert.deepEqual(jobAccumulatorsInfoOf(outcome.accumulatorResults)['serialized-user-task-accumulators'], serialized)
    assert.deepEqual(jobExecutionResultInfoOf('j', undefined), { status: { id: 'IN_PROGRESS' } })
  })
})
