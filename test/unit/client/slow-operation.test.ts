import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { describeWait, type WaitedFor } from '../../../src/client/slow-operation.js'

type Vertex = NonNullable<WaitedFor['details']['vertices']>[number]
type Snapshot = NonNullable<WaitedFor['statistics']['history']>[number]

function vertex(name: string, parallelism: number, finished: number): Vertex {
  const times = { 'start-time': 0, 'end-time': -1, duration: 0 }
  const tasks = { RUNNING: parallelism - finished, FINISHED: finished }
  return { id: name, name, maxParallelism: 128, parallelism, status: 'RUNNING', ...times, tasks }
}

function snapshot(id: number, status: string, isSavepoint = true): Snapshot {
  const sizes = {
    state_size: 0,
    checkpointed_size: 0,
    alignment_buffered: 0,
    persisted_data: 0,
    end_to_end_duration: -1,
  }
  const path = { external_path: status === 'COMPLETED' ? 'file:/sp' : null, failure_message: null }
  const type = { is_savepoint: isSavepoint, checkpoint_type: isSavepoint ? 'SAVEPOINT' : 'CHECKPOINT' } as const
  return { id, status, ...type, trigger_timestamp: 1000, ...sizes, ...path }
}

function told(vertices: readonly Vertex[], ...history: readonly Snapshot[]): string {
  return describeWait({ details: { state: 'RUNNING', now: 91_000, vertices }, statistics: { history } })
}

describe('What a command that waits for long is told', () => {
  it('is a snapshot that is pending, and since when', () => {
    const text = told([vertex('Map', 2, 0)], snapshot(3, 'COMPLETED'), snapshot(4, 'IN_PROGRESS'))
    assert.equal(text, 'savepoint 4 is not complete after 1.5 min; its tasks are Map (2 of 2).')
    assert.match(told([], snapshot(4, 'IN_PROGRESS', false)), /^checkpoint 4 is not complete/)
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
