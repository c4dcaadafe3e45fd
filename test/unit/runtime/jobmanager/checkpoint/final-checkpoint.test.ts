import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { CheckpointCoordinatorConfiguration } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-coordinator-configuration.js'
import { CoordinatorHarness, turn } from './coordinator-harness.js'

const HOUR_MS = 3_600_000

function started(configuration: Partial<CheckpointCoordinatorConfiguration> = {}): CoordinatorHarness {
  const harness = new CoordinatorHarness({ intervalMs: HOUR_MS, ...configuration })
  harness.coordinator.start()
  return harness
}

/** Of all tasks that have not finished. */
function dataEnded(harness: CoordinatorHarness): void {
  for (const { id, state } of harness.executions.all()) {
    if (state === 'RUNNING') harness.coordinator.dataEnded(id)
  }
}

describe('The final checkpoint of a bounded job', () => {
  it('is taken as soon as the data of all tasks has ended, and not before', async () => {
    const harness = started()
    for (const subtask of [0, 1]) harness.coordinator.dataEnded(harness.execution('source', subtask).id)
    harness.coordinator.dataEnded(harness.execution('map', 0).id)
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [])
    harness.coordinator.dataEnded(harness.execution('map', 1).id)
    await harness.advance(0)
    assert.deepEqual(harness.triggered, [1])
    await harness.acknowledgeAll(1)
    assert.deepEqual(harness.notified, ['notify-checkpoint-complete#1'])
  })

  it('is one: the tasks end with it', async () => {
    const harness = started()
    dataEnded(harness)
    await harness.advance(0)
    await harness.acknowledgeAll(1)
    harness.end('source', 0)
    harness.end('source', 1)
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [1])
  })

  it('waits for the checkpoint that is under way, and for no pause after it', async () => {
    const harness = started({ minPauseMs: 60_000 })
    void harness.coordinator.triggerCheckpoint()
    await turn()
    dataEnded(harness)
    await harness.advance(10)
    assert.deepEqual(harness.triggered, [1])
    await harness.acknowledgeAll(1)
    await harness.advance(0)
    assert.deepEqual(harness.triggered, [1, 2])
  })

  it('is due when the last task that goes on has finished', async () => {
    const harness = started()
    for (const [vertex, subtask] of [
      ['source', 0],
      ['map', 0],
      ['map', 1],
    ] as const) {
      harness.coordinator.dataEnded(harness.execution(vertex, subtask).id)
    }
    harness.end('source', 1)
    await harness.advance(0)
    assert.deepEqual(harness.triggered, [1])
  })

  it('is begun again at once when a task ends before it takes part, or declines', async () => {
    const harness = started()
    dataEnded(harness)
    await harness.advance(0)
    harness.end('source', 0)
    await harness.advance(0)
    assert.deepEqual(harness.triggered, [1, 2])
    harness.coordinator.decline(2, new FlinkError('CHECKPOINT_DECLINED', { checkpointId: 2, reason: 'it ends' }))
    await harness.advance(20)
    assert.deepEqual(harness.triggered, [1, 2, 3])
    await harness.acknowledgeAll(3)
    assert.deepEqual(harness.repository.completed, [3])
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [1, 2, 3])
  })

  it('is begun again a second after it has failed, however long the interval', async () => {
    const harness = started({ tolerableFailures: 5 })
    dataEnded(harness)
    await harness.advance(0)
    harness.coordinator.decline(1, new Error('the disk is full'))
    await harness.advance(999)
    assert.deepEqual(harness.triggered, [1])
    await harness.advance(1)
    assert.deepEqual(harness.triggered, [1, 2])
  })

  it('is begun again at the interval when that is shorter', async () => {
    const harness = started({ tolerableFailures: 5, intervalMs: 100 })
    dataEnded(harness)
    await harness.advance(0)
    harness.coordinator.decline(1, new Error('the disk is full'))
    await harness.advance(100)
    assert.deepEqual(harness.triggered, [1, 2])
  })

  it('is begun again when there was no place for it', async () => {
    const harness = started({ tolerableFailures: 5 })
    harness.repository.failing.set('prepare', new Error('the disk is full'))
    dataEnded(harness)
    await harness.advance(0)
    harness.repository.failing.clear()
    assert.deepEqual(harness.triggered, [])
    await harness.advance(1000)
    assert.equal(harness.triggered.length, 1)
  })

  it('is no savepoint that leaves the job running: nobody is told of its end', async () => {
    const harness = started({ maxConcurrent: 2 })
    dataEnded(harness)
    void harness.coordinator.triggerSavepoint('file:/sp')
    await harness.advance(0)
    await harness.acknowledgeAll(1)
    await harness.acknowledgeAll(2)
    await harness.advance(0)
    assert.ok(harness.notified.length === 1)
  })

  it('does not come between the savepoint that ends the job and its end', async () => {
    const harness = started()
    void harness.coordinator.triggerSavepoint('file:/sp', 'drain')
    await turn()
    dataEnded(harness)
    await harness.advance(0)
    assert.deepEqual(harness.triggered, [1])
    await harness.acknowledgeAll(1)
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [1])
  })

  it('keeps the interval of a job that goes on', async () => {
    const harness = started({ intervalMs: 1000 })
    dataEnded(harness)
    await harness.advance(0)
    await harness.acknowledgeAll(1)
    await harness.advance(999)
    assert.deepEqual(harness.triggered, [1])
    await harness.advance(1)
    assert.deepEqual(harness.triggered, [1, 2])
  })
})

describe('Checkpoints after the end of a task', () => {
  it('are refused where they are off, with the task and the option', async () => {
    const harness = started({ afterTasksFinish: false })
    harness.end('source', 0)
    await assert.rejects(harness.coordinator.triggerCheckpoint(), (error: Error) => {
      assert.match(error.message, /source \(1\/2\) has finished, and .*checkpoints-after-tasks-finish.enabled is false/)
      return true
    })
    assert.deepEqual(harness.triggered, [])
  })
})
