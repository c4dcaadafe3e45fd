import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import { describeWait, progressOf, type WaitedFor } from '../../../src/client/slow-operation.js'
import type { TaskCheckpointStatistics } from '../../../src/rest/messages/checkpoint-messages.js'
import { ioMetricsOf } from '../../../src/rest/vertices/attempt-info.js'
import { answeringJob, JOB } from './answering-job.js'

type Vertex = NonNullable<WaitedFor['details']['vertices']>[number]
const METRICS = ioMetricsOf([])
type Snapshot = NonNullable<WaitedFor['statistics']['history']>[number]

function vertex(name: string, parallelism: number, finished: number): Vertex {
  const times = { 'start-time': 0, 'end-time': -1, duration: 0 }
  const tasks = { RUNNING: parallelism - finished, FINISHED: finished }
  return {
    id: name,
    slotSharingGroupId: '',
    metrics: METRICS,
    name,
    maxParallelism: 128,
    parallelism,
    status: 'RUNNING',
    ...times,
    tasks,
  }
}

function snapshot(id: number, status: Snapshot['status'], isSavepoint = true): Snapshot {
  const sizes = {
    state_size: 0,
    checkpointed_size: 0,
    alignment_buffered: 0,
    processed_data: 0,
    num_subtasks: 2,
    num_acknowledged_subtasks: 0,
    latest_ack_timestamp: -1,
    className: 'in_progress',
    persisted_data: 0,
    end_to_end_duration: -1,
  } as const
  const path = {
    external_path: status === 'COMPLETED' ? 'file:/sp' : null,
    failure_message: null,
    savepointFormat: null,
    tasks: {},
  }
  const type = { is_savepoint: isSavepoint, checkpoint_type: isSavepoint ? 'SAVEPOINT' : 'CHECKPOINT' } as const
  return { id, status, ...type, trigger_timestamp: 1000, ...sizes, ...path }
}

function told(vertices: readonly Vertex[], ...history: readonly Snapshot[]): string {
  return describeWait({ details: { state: 'RUNNING', now: 91_000, vertices }, statistics: { history } })
}

test('how far a pending snapshot is, is told by its tasks and bytes, and of none that there is none', () => {
  const pending = { ...snapshot(5, 'IN_PROGRESS'), num_acknowledged_subtasks: 1, state_size: 2048 }
  assert.equal(progressOf({ history: [snapshot(4, 'COMPLETED'), pending] }), '1 of 2 tasks, 2.0 KB')
  assert.equal(progressOf({ history: [snapshot(4, 'COMPLETED')] }), undefined)
  assert.equal(progressOf({}), undefined)
})

describe('What a command that waits for long is told', () => {
  it('is a snapshot that is pending, and since when', () => {
    const text = told([vertex('Map', 2, 0)], snapshot(3, 'COMPLETED'), snapshot(4, 'IN_PROGRESS'))
    assert.match(text, /^savepoint 4 is not complete after 1.5 min; its tasks are Map \(2 of 2\)\./)
    assert.match(told([], snapshot(4, 'IN_PROGRESS', false)), /^checkpoint 4 is not complete/)
  })

  it('is who has not acknowledged it, and that no savepoint overtakes records', () => {
    const vertices = [vertex('Source', 2, 0), vertex('Map', 2, 0), vertex('Sink', 3, 0)]
    const partOf = (acknowledged: number, subtasks: number): TaskCheckpointStatistics => ({
      ...{ id: 4, status: 'IN_PROGRESS', latest_ack_timestamp: -1, checkpointed_size: 0, state_size: 0 },
      ...{ end_to_end_duration: -1, alignment_buffered: 0, processed_data: 0, persisted_data: 0 },
      ...{ num_subtasks: subtasks, num_acknowledged_subtasks: acknowledged },
    })
    const tasks = { Source: partOf(2, 2), Map: partOf(1, 2), Sink: partOf(0, 3) }
    const history = [snapshot(5, 'IN_PROGRESS', false), snapshot(4, 'IN_PROGRESS')]
    const waited = { details: { now: 91_000, vertices }, statistics: { history }, pending: { tasks } }
    assert.equal(
      describeWait(waited),
      'savepoint 4 is not complete after 1.5 min; it waits for Map (1 of 2); Sink (3 of 3). No savepoint overtakes the records that are under way to them.',
    )
  })

  it('is that none has begun', () => {
    for (const history of [[], [snapshot(3, 'COMPLETED', false)], [snapshot(3, 'FAILED')]]) {
      assert.match(
        told([vertex('Map', 2, 0)], ...history),
        /^its snapshot has not begun; the job is RUNNING, its tasks/,
      )
    }
  })

  it('are tasks that have not ended though the savepoint is complete, the first of them by name', () => {
    const vertices = Array.from({ length: 7 }, (_, index) => vertex(`V${String(index)}`, 2, 1))
    assert.match(
      told([...vertices, vertex('Over', 1, 1)], snapshot(4, 'COMPLETED')),
      /complete \(file:\/sp\), .+ waits for V0 \(1 of 2\); .+; V4 \(1 of 2\); 2 more\. Does a close or a promise/,
    )
  })

  it('are operator coordinators where no task is left, and whatever the job leaves out is not told', () => {
    assert.match(told([], snapshot(4, 'COMPLETED')), /waits for its operator coordinators\./)
    assert.match(describeWait({ details: {}, statistics: {} }), /has not begun; the job is there, its tasks are none/)
  })
})

test('whoever waits long for a savepoint is told once which tasks it waits for', async (context) => {
  let polls = 0
  const vertices = ['Map', 'Sink'].map((name) => ({ id: name, name, parallelism: 2, tasks: { RUNNING: 2 } }))
  const parts = { num_subtasks: 2, num_acknowledged_subtasks: 2 }
  const tasks = { Map: parts, Sink: { ...parts, num_acknowledged_subtasks: 1 } }
  const answers = new Map<string, () => object>([
    ['savepoints', () => ({ 'request-id': 't1' })],
    [JOB, () => ({ now: 12_000, vertices })],
    ['checkpoints', () => ({ history: [{ id: 7, status: 'IN_PROGRESS', is_savepoint: true, trigger_timestamp: 0 }] })],
    ['7', () => ({ tasks })],
    [
      't1',
      () => {
        polls += 1
        return polls < 4
          ? { status: { id: 'IN_PROGRESS' } }
          : { status: { id: 'COMPLETED' }, operation: { location: 'file:/sp' } }
      },
    ],
  ])
  let nowMs = 0
  const { client } = await answeringJob(
    context,
    ({ url }, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answers.get(path.basename(url ?? ''))?.() ?? {}))
    },
    () => (nowMs += 6000),
  )
  const told: string[] = []
  const triggered = await client.triggerSavepoint(JOB, { targetDirectory: '/sp', cancelJob: false })
  assert.equal(await client.awaitSavepoint(triggered, (text) => told.push(text)), 'file:/sp')
  assert.deepEqual(told, [
    'savepoint 7 is not complete after 12000 ms; it waits for Sink (1 of 2). No savepoint overtakes the records that are under way to them.',
  ])
})
