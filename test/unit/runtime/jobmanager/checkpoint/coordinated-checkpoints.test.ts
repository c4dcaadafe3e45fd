import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { CoordinatorStates } from '../../../../../src/runtime/jobmanager/coordination/operator-coordinators.js'
import { CoordinatorHarness, turn } from './coordinator-harness.js'

const TRIGGERS = ['trigger-checkpoint#1 to source_0_0', 'trigger-checkpoint#1 to source_1_0']

/** Coordinators that answer when the test says so. */
class HeldCoordinators {
  readonly harness: CoordinatorHarness
  readonly answers: { readonly give: (states: CoordinatorStates) => void; readonly decline: (error: Error) => void }[] =
    []

  constructor(configuration: ConstructorParameters<typeof CoordinatorHarness>[0] = {}) {
    this.harness = new CoordinatorHarness(configuration)
    this.harness.onCoordinators = () =>
      new Promise((resolve, reject) => this.answers.push({ give: resolve, decline: reject }))
  }
}

function messageOf(result: Promise<unknown>): Promise<string> {
  return result.then(
    () => 'it completed',
    (error: unknown) => (error as Error).message,
  )
}

describe('A CheckpointCoordinator with operator coordinators', () => {
  it('triggers tasks when the coordinators have been taken, and puts their states into the checkpoint', async () => {
    const { harness, answers } = new HeldCoordinators()
    const result = harness.coordinator.triggerCheckpoint()
    await turn()
    assert.deepEqual(harness.sent, [])
    const states: CoordinatorStates = new Map([['source', { kind: 'inline', bytes: new Uint8Array(3), crc32c: 0 }]])
    answers[0]?.give(states)
    await turn()
    assert.deepEqual(harness.sent, TRIGGERS)
    await harness.acknowledgeAll(1)
    await result
    assert.deepEqual(harness.endedForCoordinators, [1])
  })

  it('aborts it where one declines, which counts as a failure, and goes on with the next one', async () => {
    const { harness, answers } = new HeldCoordinators({ tolerableFailures: 3 })
    const failed = messageOf(harness.coordinator.triggerCheckpoint())
    await turn()
    answers[0]?.decline(new FlinkError('INTERNAL_ERROR', { reason: 'no state' }))
    assert.equal(await failed, 'Internal error: no state')
    assert.deepEqual(harness.notified, ['notify-checkpoint-aborted#1'])
    assert.deepEqual(harness.endedForCoordinators, [1])
    assert.match(harness.told.join(), /^failed after none: Internal error: no state$/)
    void harness.coordinator.triggerCheckpoint()
    await turn()
    answers[1]?.give(new Map())
    await turn()
    assert.equal(harness.sent.at(-1), 'trigger-checkpoint#2 to source_1_0')
  })

  it('expires where they take too long, and triggers nothing when they answer after that', async () => {
    const { harness, answers } = new HeldCoordinators({ timeoutMs: 100, tolerableFailures: 3 })
    const expired = messageOf(harness.coordinator.triggerCheckpoint())
    await turn()
    harness.clock.advance(100)
    await turn()
    answers[0]?.give(new Map())
    assert.match(await expired, /expired before completing/)
    assert.deepEqual(harness.sent, ['notify-checkpoint-aborted#1'])
  })

  it('aborts it where a task ends meanwhile', async () => {
    const { harness, answers } = new HeldCoordinators()
    const aborted = messageOf(harness.coordinator.triggerCheckpoint())
    await turn()
    harness.end('source', 0)
    answers[0]?.give(new Map())
    assert.match(await aborted, /ended before it acknowledged/)
    assert.deepEqual(harness.sent, ['notify-checkpoint-aborted#1'])
  })

  it('asks them for one checkpoint at a time, so that triggers keep the order of their ids', async () => {
    const { harness, answers } = new HeldCoordinators({ maxConcurrent: 2 })
    void harness.coordinator.triggerCheckpoint()
    void harness.coordinator.triggerSavepoint('file:/sp')
    await turn()
    assert.equal(answers.length, 1)
    answers[0]?.give(new Map())
    await turn()
    assert.equal(answers.length, 2)
    assert.deepEqual(harness.sent, TRIGGERS)
  })

  it('shuts down while they are asked', async () => {
    const { harness, answers } = new HeldCoordinators()
    const aborted = messageOf(harness.coordinator.triggerCheckpoint())
    await turn()
    const shutdown = harness.coordinator.shutdown(new FlinkError('JOB_CANCELED', { jobId: 'j' }))
    answers[0]?.decline(new FlinkError('CHECKPOINT_DECLINED', { checkpointId: 1, reason: 'it ended' }))
    await shutdown
    assert.match(await aborted, /was cancelled/)
    assert.deepEqual(harness.sent, ['notify-checkpoint-aborted#1'])
  })
})
