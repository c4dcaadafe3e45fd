import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { CoordinatorHarness, turn } from './coordinator-harness.js'

function storageError(): FlinkError {
  return new FlinkError('CHECKPOINT_STORAGE_FAILED', { path: '/cp', reason: 'the disk is gone' })
}

/** Resolves with the error of a checkpoint that must not complete. */
function failureOf(checkpoint: Promise<unknown>): Promise<unknown> {
  return checkpoint.then(
    () => assert.fail('it completed'),
    (error: unknown) => error,
  )
}

describe('A CheckpointCoordinator takes a checkpoint', () => {
  it('triggers the sources and tells nobody else, completes with the last acknowledgement and notifies', async () => {
    const harness = new CoordinatorHarness()
    const result = harness.coordinator.triggerCheckpoint()
    await turn()
    assert.deepEqual(harness.sent, ['trigger-checkpoint#1 to source_0_0', 'trigger-checkpoint#1 to source_1_0'])
    harness.acknowledge(1, 'source', 0)
    harness.acknowledge(1, 'source', 1)
    harness.acknowledge(1, 'map', 0)
    await turn()
    assert.deepEqual(harness.repository.completed, [])
    assert.equal(harness.coordinator.pendingCount, 1)
    harness.acknowledge(1, 'map', 1)
    assert.deepEqual(await result, { checkpointId: 1, externalPath: 'file:/cp/chk-1' })
    assert.deepEqual(harness.notified, ['notify-checkpoint-complete#1'])
    assert.equal(harness.coordinator.pendingCount, 0)
    assert.deepEqual(harness.repository.discarded, [])
  })

  it('tells of its end no worker in which nobody listens: neither a task nor an operator coordinator', async () => {
    const harness = new CoordinatorHarness({ maxConcurrent: 3 })
    for (const checkpointId of [1, 2, 3]) {
      void harness.coordinator.triggerCheckpoint()
      await turn()
      if (checkpointId === 3) harness.workersOfCoordinators.push(0)
      for (const vertex of ['source', 'map']) harness.acknowledgeDeaf(checkpointId, vertex, 0)
      harness.acknowledgeDeaf(checkpointId, 'source', 1)
      if (checkpointId === 2) harness.acknowledge(2, 'map', 1)
      else harness.acknowledgeDeaf(checkpointId, 'map', 1)
      await turn()
    }
    assert.deepEqual(harness.repository.completed, [1, 2, 3])
    assert.deepEqual(harness.notifiedWorkers, [[], [1], [0]])
  })

  it('counts one task once, however often it acknowledges', async () => {
    const harness = new CoordinatorHarness()
    void harness.coordinator.triggerCheckpoint()
    await turn()
    for (let times = 0; times < 4; times += 1) harness.acknowledge(1, 'source', 0)
    await turn()
    assert.deepEqual(harness.repository.completed, [])
    await harness.acknowledgeAll(1)
    assert.deepEqual(harness.repository.completed, [1])
  })

  it('ignores acknowledgements of executions that are no part of it', async () => {
    const harness = new CoordinatorHarness()
    void harness.coordinator.triggerCheckpoint()
    await turn()
    for (const id of ['source_0_1', 'source_2_0', 'stranger_0_0', 'map_0_7']) harness.acknowledgeAs(1, id)
    await turn()
    assert.deepEqual(harness.repository.completed, [])
  })

  it('ignores acknowledgements of a checkpoint that it does not know', async () => {
    const harness = new CoordinatorHarness()
    await harness.acknowledgeAll(1)
    assert.deepEqual(harness.repository.completed, [])
    assert.deepEqual(harness.sent, [])
  })

  it('completes once when the workers answer before the triggers are all out', async () => {
    const harness = new CoordinatorHarness()
    harness.onTrigger = (_, checkpointId) => {
      for (const execution of harness.executions.all()) harness.acknowledgeAs(checkpointId, execution.id)
    }
    const { checkpointId } = await harness.coordinator.triggerCheckpoint()
    assert.equal(checkpointId, 1)
    assert.deepEqual(harness.repository.completed, [1])
    assert.equal(harness.statistics.counts.completed, 1)
  })

  it('takes no further part in it once its metadata is being written', async () => {
    const harness = new CoordinatorHarness({ timeoutMs: 5000 })
    const writing = harness.repository.hold('complete')
    const result = harness.coordinator.triggerCheckpoint()
    await turn()
    await harness.acknowledgeAll(1)
    assert.equal(harness.coordinator.pendingCount, 1)
    harness.coordinator.decline(1, new Error('too late'))
    harness.end('map', 0, 'FAILED')
    await harness.advance(5000)
    assert.deepEqual(harness.notified, [])
    await writing.letGo()
    assert.equal((await result).checkpointId, 1)
    assert.deepEqual(harness.repository.discarded, [])
    assert.equal(harness.coordinator.pendingCount, 0)
    assert.equal(harness.clock.pendingTimers, 0)
  })

  it('begins only while all tasks run or have finished, and names one that does not', async () => {
    const harness = new CoordinatorHarness()
    harness.execution('map', 1).tryMove('CANCELING', 0)
    const error = await failureOf(harness.coordinator.triggerCheckpoint())
    assert.ok(FlinkError.is(error, 'TASKS_NOT_RUNNING'))
    assert.equal(error.details.task, 'map (2/2)')
    assert.deepEqual(harness.sent, [])
    assert.deepEqual(harness.jobFailures, [])
  })

  it('looks again after its directory was made: a task may have ended meanwhile', async () => {
    const harness = new CoordinatorHarness()
    const making = harness.repository.hold('prepare')
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    harness.execution('map', 1).tryMove('FAILED', 0)
    await making.letGo()
    assert.ok(FlinkError.is(await failure, 'TASKS_NOT_RUNNING'))
    assert.deepEqual(harness.repository.discarded, ['file:/cp/chk-1'])
    assert.deepEqual(harness.sent, [])
  })

  it('gives every checkpoint a greater id, also after failed ones', async () => {
    const harness = new CoordinatorHarness({ tolerableFailures: 5 })
    harness.repository.failing.set('prepare', storageError())
    await failureOf(harness.coordinator.triggerCheckpoint())
    harness.repository.failing.clear()
    void harness.coordinator.triggerCheckpoint()
    await turn()
    assert.deepEqual(harness.triggered, [2])
  })

  it('sends triggers in the order of ids, also when the directory of the first takes longer', async () => {
    const harness = new CoordinatorHarness({ maxConcurrent: 2 })
    const making = harness.repository.hold('prepare savepoint')
    void harness.coordinator.triggerSavepoint('file:/sp')
    void harness.coordinator.triggerCheckpoint()
    await turn()
    await making.letGo()
    assert.deepEqual(harness.triggered, [1, 2])
    assert.equal(harness.repository.completed.length, 0)
  })
})

describe('A CheckpointCoordinator aborts a checkpoint', () => {
  it('when a task declines: files removed, tasks told, later answers ignored', async () => {
    const harness = new CoordinatorHarness()
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    harness.acknowledge(1, 'source', 0)
    harness.coordinator.decline(1, new FlinkError('CHECKPOINT_DECLINED', { checkpointId: 1, reason: 'not now' }))
    assert.ok(FlinkError.is(await failure, 'CHECKPOINT_DECLINED'))
    assert.deepEqual(harness.notified, ['notify-checkpoint-aborted#1'])
    assert.deepEqual(harness.repository.discarded, ['file:/cp/chk-1'])
    assert.deepEqual(harness.repository.discardedSnapshots, [1])
    await harness.acknowledgeAll(1)
    harness.coordinator.decline(1, new Error('once more'))
    assert.deepEqual(harness.repository.completed, [])
    assert.deepEqual(harness.notified, ['notify-checkpoint-aborted#1'])
    assert.equal(harness.statistics.counts.failed, 1)
  })

  it('at its timeout and not before', async () => {
    const harness = new CoordinatorHarness({ timeoutMs: 5000 })
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    await harness.advance(4999)
    assert.deepEqual(harness.notified, [])
    await harness.advance(1)
    assert.ok(FlinkError.is(await failure, 'CHECKPOINT_EXPIRED'))
    assert.deepEqual(harness.notified, ['notify-checkpoint-aborted#1'])
    await harness.acknowledgeAll(1)
    assert.deepEqual(harness.repository.completed, [])
  })

  it('when a task that is awaited ends; one that has acknowledged may end', async () => {
    const harness = new CoordinatorHarness()
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    harness.acknowledge(1, 'source', 0)
    harness.end('source', 0)
    assert.equal(harness.coordinator.pendingCount, 1)
    harness.end('source', 1)
    const error = await failure
    assert.ok(FlinkError.is(error, 'CHECKPOINT_DECLINED'))
    assert.match(error.message, /source \(2\/2\) ended/)
    assert.deepEqual(harness.jobFailures, [])
  })

  it('by its own number, where the job or a task ends while its directory is made', async () => {
    for (const meanwhile of [
      (harness: CoordinatorHarness) => void harness.coordinator.shutdown(new Error('it ends')),
      (harness: CoordinatorHarness) => {
        harness.end('source', 0)
      },
    ]) {
      const harness = new CoordinatorHarness({ afterTasksFinish: false })
      const prepared = harness.repository.hold('prepare')
      const failure = failureOf(harness.coordinator.triggerCheckpoint())
      await turn()
      meanwhile(harness)
      await prepared.letGo()
      const error = await failure
      assert.ok(FlinkError.is(error, 'CHECKPOINT_DECLINED'))
      assert.match(error.message, /[Cc]heckpoint 1 /)
    }
  })

  it('when its metadata cannot be written', async () => {
    const harness = new CoordinatorHarness({ tolerableFailures: 1 })
    harness.repository.failing.set('complete', storageError())
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    await harness.acknowledgeAll(1)
    assert.ok(FlinkError.is(await failure, 'CHECKPOINT_STORAGE_FAILED'))
    assert.deepEqual(harness.repository.discarded, ['file:/cp/chk-1'])
    assert.deepEqual(harness.notified, ['notify-checkpoint-aborted#1'])
    assert.equal(harness.coordinator.pendingCount, 0)
  })

  it('and tells of failures that are tolerated, with the newest checkpoint that completed', async () => {
    const harness = new CoordinatorHarness({ tolerableFailures: 1 })
    const taken = harness.coordinator.triggerCheckpoint()
    await turn()
    await harness.acknowledgeAll(1)
    await taken
    harness.repository.failing.set('complete', storageError())
    for (const id of [2, 3]) {
      const failure = failureOf(harness.coordinator.triggerCheckpoint())
      await turn()
      await harness.acknowledgeAll(id)
      await failure
    }
    assert.deepEqual(harness.told, ['completed 1', `failed after chk-1: ${storageError().message}`])
    assert.equal(harness.jobFailures.length, 1)
  })

  it('when a newer one completed before it, which is no failure', async () => {
    const harness = new CoordinatorHarness({ maxConcurrent: 2 })
    const older = failureOf(harness.coordinator.triggerCheckpoint())
    const newer = harness.coordinator.triggerCheckpoint()
    await turn()
    await harness.acknowledgeAll(2)
    assert.equal((await newer).checkpointId, 2)
    assert.ok(FlinkError.is(await older, 'CHECKPOINT_DECLINED'))
    assert.deepEqual(harness.notified, ['notify-checkpoint-complete#2', 'notify-checkpoint-aborted#1'])
    assert.deepEqual(harness.repository.discarded, ['file:/cp/chk-1'])
    assert.deepEqual(harness.jobFailures, [])
  })

  it('and goes on when the files of the aborted one cannot be removed', async () => {
    const harness = new CoordinatorHarness({ timeoutMs: 5000, tolerableFailures: 1 })
    harness.repository.failing.set('discard', new Error('busy'))
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    await harness.advance(5000)
    assert.ok(FlinkError.is(await failure, 'CHECKPOINT_EXPIRED'))
    const next = harness.coordinator.triggerCheckpoint()
    await turn()
    await harness.acknowledgeAll(2)
    assert.equal((await next).checkpointId, 2)
  })
})

describe('A CheckpointCoordinator counts failures', () => {
  const causes: readonly [string, (harness: CoordinatorHarness, id: number) => Promise<unknown>][] = [
    ['an expiry', (harness) => harness.advance(5000)],
    [
      'a task whose state could not be stored',
      (harness, id) => {
        harness.coordinator.decline(id, storageError())
        return turn()
      },
    ],
    [
      'metadata that could not be written',
      (harness, id) => {
        harness.repository.failing.set('complete', storageError())
        return harness.acknowledgeAll(id)
      },
    ],
  ]
  for (const [name, cause] of causes) {
    it(`${name}: as many as are tolerated are survived, one more fails the job`, async () => {
      const harness = new CoordinatorHarness({ timeoutMs: 5000, tolerableFailures: 2 })
      for (const id of [1, 2, 3]) {
        assert.equal(harness.jobFailures.length, 0)
        const failure = failureOf(harness.coordinator.triggerCheckpoint())
        await turn()
        await cause(harness, id)
        await failure
      }
      const [error] = harness.jobFailures
      assert.ok(FlinkError.is(error, 'CHECKPOINT_FAILURES_EXCEEDED'))
      assert.equal(error.details.count, 3)
      assert.equal(harness.jobFailures.length, 1)
    })
  }

  it('a directory that cannot be made is a failure too, in periodic checkpoints as well', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, tolerableFailures: 1 })
    harness.repository.failing.set('prepare', storageError())
    harness.coordinator.start()
    await harness.advance(1000)
    assert.equal(harness.jobFailures.length, 0)
    await harness.advance(1000)
    assert.ok(FlinkError.is(harness.jobFailures[0], 'CHECKPOINT_FAILURES_EXCEEDED'))
    assert.deepEqual(harness.statistics.counts, { completed: 0, failed: 2, restored: 0, total: 2 })
  })

  it('only in a row: a completed checkpoint starts the count anew', async () => {
    const harness = new CoordinatorHarness({ timeoutMs: 5000, tolerableFailures: 1 })
    for (const id of [1, 3, 5]) {
      const failure = failureOf(harness.coordinator.triggerCheckpoint())
      await turn()
      await harness.advance(5000)
      await failure
      void harness.coordinator.triggerCheckpoint()
      await turn()
      await harness.acknowledgeAll(id + 1)
    }
    assert.deepEqual(harness.repository.completed, [2, 4, 6])
    assert.deepEqual(harness.jobFailures, [])
  })

  it('not for savepoints: they fail for who asked', async () => {
    const harness = new CoordinatorHarness({ timeoutMs: 5000 })
    const failure = failureOf(harness.coordinator.triggerSavepoint('file:/sp'))
    await turn()
    await harness.advance(5000)
    assert.ok(FlinkError.is(await failure, 'CHECKPOINT_EXPIRED'))
    harness.repository.failing.set('prepare savepoint', storageError())
    assert.ok(FlinkError.is(await failureOf(harness.coordinator.triggerSavepoint('file:/sp'))))
    assert.deepEqual(harness.jobFailures, [])
  })

  it('not for tasks that could not take part right now', async () => {
    const harness = new CoordinatorHarness()
    const failure = failureOf(harness.coordinator.triggerCheckpoint())
    await turn()
    harness.coordinator.decline(1, new FlinkError('CHECKPOINT_DECLINED', { checkpointId: 1, reason: 'not now' }))
    await failure
    assert.deepEqual(harness.jobFailures, [])
  })
})

describe('A CheckpointCoordinator triggers periodically', () => {
  it('an interval apart, never before it was started', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000 })
    await harness.advance(5000)
    assert.deepEqual(harness.triggered, [])
    harness.coordinator.start()
    await harness.advance(999)
    assert.deepEqual(harness.triggered, [])
    await harness.advance(1)
    assert.deepEqual(harness.triggered, [1])
    await harness.acknowledgeAll(1)
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [1, 2])
  })

  it('not at all without an interval', () => {
    const harness = new CoordinatorHarness()
    harness.coordinator.start()
    assert.equal(harness.clock.pendingTimers, 0)
  })

  it('one at a time by default: no trigger while one is pending', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000 })
    harness.coordinator.start()
    for (let tick = 0; tick < 5; tick += 1) await harness.advance(1000)
    assert.deepEqual(harness.triggered, [1])
    await harness.acknowledgeAll(1)
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [1, 2])
  })

  it('up to the greatest number at a time', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, maxConcurrent: 3 })
    harness.coordinator.start()
    for (let tick = 0; tick < 6; tick += 1) await harness.advance(1000)
    assert.deepEqual(harness.triggered, [1, 2, 3])
  })

  it('as soon as the pending one has ended, when its own time came meanwhile', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000 })
    harness.coordinator.start()
    await harness.advance(1000)
    await harness.advance(1500)
    assert.deepEqual(harness.triggered, [1])
    await harness.acknowledgeAll(1)
    await harness.advance(0)
    assert.deepEqual(harness.triggered, [1, 2])
    await harness.acknowledgeAll(2)
    await harness.advance(999)
    assert.deepEqual(harness.triggered, [1, 2])
    await harness.advance(1)
    assert.deepEqual(harness.triggered, [1, 2, 3])
  })

  it('no other while the metadata of one is being written', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000 })
    const writing = harness.repository.hold('complete')
    harness.coordinator.start()
    await harness.advance(1000)
    await harness.acknowledgeAll(1)
    await harness.advance(3000)
    assert.deepEqual(harness.triggered, [1])
    await writing.letGo()
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [1, 2])
  })

  it('no other while the directory of one is being made', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000 })
    const making = harness.repository.hold('prepare')
    harness.coordinator.start()
    await harness.advance(3000)
    harness.repository.holding.clear()
    await making.letGo()
    assert.deepEqual(harness.triggered, [1])
  })

  it('with the least pause after the end of the last one, however long that took', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, minPauseMs: 700 })
    harness.coordinator.start()
    await harness.advance(1000)
    await harness.advance(800)
    await harness.acknowledgeAll(1)
    const completedAt = harness.clock.now()
    while (harness.triggered.length < 2) await harness.advance(10)
    assert.equal(harness.clock.now() - completedAt, 700)
  })

  it('and goes on after a checkpoint that failed or could not be taken', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, tolerableFailures: 9 })
    harness.coordinator.start()
    harness.repository.failing.set('prepare', storageError())
    await harness.advance(1000)
    harness.repository.failing.clear()
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [2])
    harness.coordinator.decline(2, storageError())
    await harness.advance(1000)
    assert.deepEqual(harness.triggered, [2, 3])
  })
})
