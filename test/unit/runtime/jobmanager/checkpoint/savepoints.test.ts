import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { CoordinatorHarness, turn } from './coordinator-harness.js'

function failureOf(checkpoint: Promise<unknown>): Promise<unknown> {
  return checkpoint.then(
    () => assert.fail('it completed'),
    (error: unknown) => error,
  )
}

describe('A savepoint', () => {
  it('is taken while a checkpoint is pending; both complete', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000 })
    harness.coordinator.start()
    await harness.advance(1000)
    const savepoint = harness.coordinator.triggerSavepoint('file:/sp')
    await turn()
    assert.deepEqual(harness.triggered, [1, 2])
    await harness.acknowledgeAll(1)
    await harness.acknowledgeAll(2)
    assert.deepEqual(await savepoint, { checkpointId: 2, externalPath: 'file:/sp/2' })
    assert.deepEqual(harness.repository.completed, [1, 2])
  })

  it('neither subsumes older checkpoints nor is subsumed by newer ones', async () => {
    const harness = new CoordinatorHarness({ maxConcurrent: 3 })
    const first = harness.coordinator.triggerCheckpoint()
    const savepoint = harness.coordinator.triggerSavepoint('file:/sp')
    const last = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    await harness.acknowledgeAll(2)
    assert.equal((await savepoint).checkpointId, 2)
    await harness.acknowledgeAll(1)
    assert.equal((await first).checkpointId, 1)
    const another = harness.coordinator.triggerSavepoint('file:/sp')
    void harness.coordinator.triggerCheckpoint()
    await turn()
    await harness.acknowledgeAll(5)
    assert.ok(FlinkError.is(await last, 'CHECKPOINT_DECLINED'))
    await harness.acknowledgeAll(4)
    assert.equal((await another).checkpointId, 4)
  })

  it('is not told to the tasks: nothing may be committed by it', async () => {
    const harness = new CoordinatorHarness()
    const savepoint = harness.coordinator.triggerSavepoint('file:/sp')
    await turn()
    await harness.acknowledgeAll(1)
    await savepoint
    assert.deepEqual(harness.notified, [])
  })

  for (const thenStop of ['suspend', 'drain'] as const) {
    it(`to stop with (${thenStop}) is told to the tasks, with the way to end in its trigger`, async () => {
      const harness = new CoordinatorHarness()
      const savepoint = harness.coordinator.triggerSavepoint('file:/sp', thenStop)
      await turn()
      assert.deepEqual(harness.stops, [thenStop, thenStop])
      await harness.acknowledgeAll(1)
      await savepoint
      assert.deepEqual(harness.notified, ['notify-checkpoint-complete#1'])
    })
  }

  it('before a cancellation ends no task itself', async () => {
    const harness = new CoordinatorHarness()
    const savepoint = harness.coordinator.triggerSavepoint('file:/sp', 'cancel')
    await turn()
    assert.deepEqual(harness.stops, [undefined, undefined])
    await harness.acknowledgeAll(1)
    await savepoint
    assert.deepEqual(harness.notified, [])
  })

  for (const thenStop of ['suspend', 'drain', 'cancel'] as const) {
    it(`that ends the job (${thenStop}) is the last: no periodic checkpoint begins after it`, async () => {
      const harness = new CoordinatorHarness({ intervalMs: 1000, maxConcurrent: 9 })
      harness.coordinator.start()
      const savepoint = harness.coordinator.triggerSavepoint('file:/sp', thenStop)
      await turn()
      await harness.advance(3000)
      await harness.acknowledgeAll(1)
      await savepoint
      await harness.advance(3000)
      assert.deepEqual(harness.triggered, [1])
    })
  }

  it('that should have ended the job and failed lets periodic checkpoints go on', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, timeoutMs: 1500 })
    harness.coordinator.start()
    const failure = failureOf(harness.coordinator.triggerSavepoint('file:/sp', 'suspend'))
    await turn()
    await harness.advance(1500)
    await failure
    // The one whose time came meanwhile begins at once.
    await harness.advance(0)
    assert.deepEqual(harness.triggered, [1, 2])
  })

  it('that fails does not let periodic checkpoints go on after another that ends the job', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, maxConcurrent: 9 })
    harness.coordinator.start()
    const held = harness.repository.hold('prepare savepoint')
    void failureOf(harness.coordinator.triggerSavepoint('file:/sp', 'suspend'))
    const others = [undefined, 'drain'] as const
    const failures = others.map((end) => failureOf(harness.coordinator.triggerSavepoint('file:/wrong', end)))
    void harness.coordinator.triggerSavepoint('file:/sp', 'suspend')
    harness.repository.failing.set('prepare savepoint', new Error('no such directory'))
    for (let left = 3; left > 0; left -= 1) {
      await turn()
      await held.letGo()
    }
    await Promise.all(failures)
    await harness.advance(3000)
    assert.deepEqual(harness.triggered, [])
  })
})

describe('A snapshot to stop with', () => {
  it('keeps every other one from beginning until it has ended: what comes in between is on no side of one', async () => {
    const harness = new CoordinatorHarness({ maxConcurrent: 9, timeoutMs: 1000 })
    const before = harness.coordinator.triggerSavepoint('file:/before')
    const stop = failureOf(harness.coordinator.triggerSavepoint('file:/sp', 'suspend'))
    const savepoint = harness.coordinator.triggerSavepoint('file:/other')
    const checkpoint = harness.coordinator.triggerCheckpoint()
    await turn()
    assert.deepEqual(harness.triggered, [1, 2])
    await harness.acknowledgeAll(1)
    assert.equal((await before).checkpointId, 1)
    await turn()
    assert.deepEqual(harness.triggered, [1, 2])
    harness.coordinator.decline(2, new FlinkError('CHECKPOINT_DECLINED', { checkpointId: 2, reason: 'not now' }))
    await stop
    await turn()
    assert.deepEqual(harness.triggered, [1, 2, 3, 4])
    assert.equal(harness.stopsOfCoordinators, 0)
    for (const id of [3, 4]) await harness.acknowledgeAll(id)
    assert.deepEqual([(await savepoint).checkpointId, (await checkpoint).checkpointId], [3, 4])
  })

  for (const thenEnd of ['suspend', 'drain', 'cancel', undefined] as const) {
    it(`tells who asked meanwhile (${thenEnd ?? 'savepoint'}) that the job was stopped, and with what`, async () => {
      const harness = new CoordinatorHarness()
      const stop = harness.coordinator.triggerSavepoint('file:/sp', 'suspend')
      const meanwhile = failureOf(harness.coordinator.triggerSavepoint('file:/other', thenEnd))
      await turn()
      await harness.acknowledgeAll(1)
      await stop
      assert.equal(((await meanwhile) as Error).message, 'Job j was stopped meanwhile, with file:/sp/1.')
      const after = (await failureOf(harness.coordinator.triggerSavepoint('file:/other', thenEnd))) as Error
      assert.ok(FlinkError.is(after, 'JOB_STOPPED'))
      assert.deepEqual(harness.triggered, [1])
      assert.equal(harness.stopsOfCoordinators, 1)
    })
  }

  it('tells so to who asked before it, where a task ended with it first', async () => {
    const harness = new CoordinatorHarness()
    const before = failureOf(harness.coordinator.triggerSavepoint('file:/before'))
    const stop = harness.coordinator.triggerSavepoint('file:/sp', 'suspend')
    await turn()
    await harness.acknowledgeAll(2)
    await stop
    harness.end('source', 0)
    assert.ok(FlinkError.is(await before, 'JOB_STOPPED'))
  })

  it('lets what waits for it end with the attempt', async () => {
    const harness = new CoordinatorHarness()
    const stop = failureOf(harness.coordinator.triggerSavepoint('file:/sp', 'suspend'))
    const meanwhile = failureOf(harness.coordinator.triggerSavepoint('file:/other'))
    await turn()
    await harness.coordinator.shutdown(new Error('the job restarts'))
    assert.equal(((await stop) as Error).message, 'the job restarts')
    assert.match(((await meanwhile) as Error).message, /the job is ending or restarting/)
    assert.deepEqual(harness.triggered, [1])
  })
})

describe('A checkpoint after tasks have finished (FLIP-147)', () => {
  it('asks only those that run, and triggers those that no running task feeds', async () => {
    const harness = new CoordinatorHarness()
    harness.end('source', 0)
    const first = harness.coordinator.triggerCheckpoint()
    await turn()
    assert.deepEqual(harness.sent, ['trigger-checkpoint#1 to source_1_0'])
    await harness.acknowledgeAll(1)
    assert.equal((await first).checkpointId, 1)
    harness.end('source', 1)
    harness.sent.length = 0
    const second = harness.coordinator.triggerCheckpoint()
    await turn()
    assert.deepEqual(harness.sent, ['trigger-checkpoint#2 to map_0_0', 'trigger-checkpoint#2 to map_1_0'])
    await harness.acknowledgeAll(2)
    assert.equal((await second).checkpointId, 2)
  })

  it('completes at once when all tasks have finished', async () => {
    const harness = new CoordinatorHarness()
    for (const { vertex, subtaskIndex } of harness.executions.all()) harness.end(vertex.id, subtaskIndex)
    assert.equal((await harness.coordinator.triggerCheckpoint()).checkpointId, 1)
  })
})

describe('A CheckpointCoordinator that is shut down', () => {
  it('aborts what is pending, triggers nothing more and counts no failure', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, maxConcurrent: 2 })
    harness.coordinator.start()
    await harness.advance(1000)
    const savepoint = failureOf(harness.coordinator.triggerSavepoint('file:/sp', 'drain'))
    await turn()
    const reason = new Error('the job restarts')
    await harness.coordinator.shutdown(reason)
    assert.equal(await savepoint, reason)
    assert.deepEqual(harness.repository.discarded, ['file:/cp/chk-1', 'file:/sp/2'])
    assert.equal(harness.coordinator.pendingCount, 0)
    assert.equal(harness.clock.pendingTimers, 0)
    assert.ok(FlinkError.is(await failureOf(harness.coordinator.triggerCheckpoint()), 'CHECKPOINT_DECLINED'))
    assert.deepEqual(harness.triggered, [1, 2])
    assert.deepEqual(harness.jobFailures, [])
  })

  it('ignores whatever tasks still say', async () => {
    const harness = new CoordinatorHarness()
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    await harness.coordinator.shutdown(new Error('over'))
    await failure
    await harness.acknowledgeAll(1)
    harness.coordinator.decline(1, new Error('late'))
    harness.end('map', 0)
    assert.deepEqual(harness.repository.completed, [])
    assert.equal(harness.statistics.counts.failed, 1)
  })

  it('waits for metadata that is being written: it may be the newest checkpoint to restart from', async () => {
    const harness = new CoordinatorHarness()
    const writing = harness.repository.hold('complete')
    const result = harness.coordinator.triggerCheckpoint()
    await turn()
    await harness.acknowledgeAll(1)
    let isDown = false
    const down = harness.coordinator.shutdown(new Error('over')).then(() => {
      isDown = true
    })
    await turn()
    assert.equal(isDown, false)
    await writing.letGo()
    await down
    assert.equal((await result).checkpointId, 1)
    assert.deepEqual(harness.repository.discarded, [])
  })

  it('waits until a directory that was just being made is removed again', async () => {
    const harness = new CoordinatorHarness()
    const making = harness.repository.hold('prepare')
    const removing = harness.repository.hold('discard')
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    let isDown = false
    const down = harness.coordinator.shutdown(new Error('over')).then(() => {
      isDown = true
    })
    await making.letGo()
    assert.equal(isDown, false)
    await removing.letGo()
    await down
    assert.ok(FlinkError.is(await failure, 'CHECKPOINT_DECLINED'))
    assert.deepEqual(harness.repository.discarded, ['file:/cp/chk-1'])
    assert.deepEqual(harness.triggered, [])
  })

  it('does not fail the job for metadata that could not be written any more', async () => {
    const harness = new CoordinatorHarness()
    const writing = harness.repository.hold('complete')
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    await harness.acknowledgeAll(1)
    const down = harness.coordinator.shutdown(new Error('over'))
    harness.repository.failing.set('complete', new Error('disk'))
    await writing.letGo()
    await down
    await failure
    assert.deepEqual(harness.repository.discarded, ['file:/cp/chk-1'])
    assert.deepEqual(harness.jobFailures, [])
  })
})

describe('The statistics of checkpoints', () => {
  it('tell sizes summed, times of the slowest task, paths and failures', async () => {
    const harness = new CoordinatorHarness({ tolerableFailures: 1 })
    const first = harness.coordinator.triggerCheckpoint()
    await turn()
    harness.clock.advance(250)
    for (const { id } of harness.executions.all()) harness.acknowledgeAs(1, id, 10)
    await first
    const second = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    harness.coordinator.decline(2, new Error('no room'))
    await second
    const [one, two] = harness.statistics.history()
    assert.deepEqual(
      [one?.status, one?.sizeBytes, one?.synchronousMs, one?.alignmentMs, one?.externalPath],
      ['COMPLETED', 40, 2, 1, 'file:/cp/chk-1'],
    )
    assert.equal((one?.endTimestamp ?? 0) - (one?.triggerTimestamp ?? 0), 250)
    assert.deepEqual([two?.status, two?.failureMessage], ['FAILED', 'no room'])
    assert.deepEqual(harness.statistics.counts, { completed: 1, failed: 1, restored: 0, total: 2 })
  })

  it('tell what each subtask said, and count those that had finished before', async () => {
    const harness = new CoordinatorHarness()
    harness.end('source', 1)
    const checkpoint = harness.coordinator.triggerCheckpoint()
    await turn()
    harness.clock.advance(20)
    harness.acknowledge(1, 'map', 0, 10)
    const open = harness.statistics.details(1)
    assert.deepEqual([open?.record.numSubtasks, open?.record.numAcknowledgedSubtasks], [4, 2])
    assert.deepEqual(open?.record.latestAckTimestamp, 1020)
    const nothing = { alignmentMs: 0, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 0, checkpointedSizeBytes: 0 }
    const said = { alignmentMs: 1, synchronousMs: 2, asynchronousMs: 3, sizeBytes: 10, checkpointedSizeBytes: 10 }
    assert.deepEqual(
      open?.tasks.map(({ vertexId, subtasks }) => [vertexId, ...subtasks]),
      [
        ['source', undefined, { ...nothing, ackTimestamp: 1000 }],
        ['map', { ...said, ackTimestamp: 1020 }, undefined],
      ],
    )
    harness.acknowledge(1, 'source', 0)
    harness.acknowledge(1, 'map', 1)
    await checkpoint
    assert.equal(open?.record.numAcknowledgedSubtasks, 2, 'a copy')
    assert.equal(harness.statistics.details(1)?.record.numAcknowledgedSubtasks, 4)
    assert.equal(harness.statistics.details(2), undefined)
  })

  it('keep a short history, newest last', async () => {
    const harness = new CoordinatorHarness()
    for (let id = 1; id <= 12; id += 1) {
      void harness.coordinator.triggerCheckpoint()
      await turn()
      await harness.acknowledgeAll(id)
    }
    const ids = harness.statistics.history().map(({ checkpointId }) => checkpointId)
    assert.deepEqual(ids, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    assert.equal(harness.statistics.counts.completed, 12)
    assert.equal(harness.statistics.details(2), undefined)
    assert.equal(harness.statistics.details(3)?.record.checkpointId, 3)
  })
})
