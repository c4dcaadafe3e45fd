import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import {
  aggregateState,
  countStates,
  findAttempt,
  type VertexReport,
} from '../../../../src/rest/vertices/vertex-report.js'

test('the state of a vertex is that of its subtask that counts most', () => {
  assert.equal(aggregateState(['FINISHED', 'FAILED', 'RUNNING']), 'FAILED')
  assert.equal(aggregateState(['CANCELED', 'CANCELING']), 'CANCELING')
  assert.equal(aggregateState(['RUNNING', 'INITIALIZING']), 'INITIALIZING')
  assert.equal(aggregateState(['FINISHED', 'FINISHED']), 'FINISHED')
  assert.equal(aggregateState(['FINISHED', 'CREATED']), 'RUNNING')
  assert.equal(aggregateState(['DEPLOYING', 'SCHEDULED']), 'CREATED')
})

test('states are counted, and those that there are none in as well', () => {
  assert.equal(countStates(['RUNNING', 'RUNNING'])['RUNNING'], 2)
  assert.equal(countStates([])['RECONCILING'], 0)
})

describe('An attempt', () => {
  const attempt = (number: number): VertexReport['subtasks'][number]['current'] => ({
    ...{ subtask: 0, attempt: number, executionId: '', state: 'RUNNING', timestamps: {}, place: undefined },
    ...{ metrics: undefined, accumulators: [] },
  })
  const subtasks = [{ current: attempt(3), earlier: [attempt(1)] }]
  const vertex: VertexReport = { id: 'v', name: 'Map', parallelism: 1, maxParallelism: 128, subtasks }

  it('is the one that a subtask is at or an earlier one', () => {
    assert.equal(findAttempt(vertex, { subtask: 0, attempt: 3 }).attempt, 3)
    assert.equal(findAttempt(vertex, { subtask: 0, attempt: 1 }).attempt, 1)
  })

  it('is refused in the words of Flink where there is none', () => {
    const find = (subtask: number, number: number) => () => findAttempt(vertex, { subtask, attempt: number })
    assert.throws(find(0, 2), { message: 'Attempt 2 not found in subtask Map (1/1)' })
    assert.throws(find(0, 4), { message: 'Invalid attempt num 4' })
    assert.throws(find(1, 0), { message: 'Invalid subtask index for vertex v' })
  })
})
