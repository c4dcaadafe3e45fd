/** What Flink's CheckpointCoordinator does with the interval while a source processes a backlog. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CheckpointingOptions } from '../../../../../src/core/config/checkpointing-options.js'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { readCheckpointCoordinatorConfiguration } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-coordinator-configuration.js'
import { sampleGraph } from '../sample-graphs.js'
import { CoordinatorHarness } from './coordinator-harness.js'

async function takeAll(harness: CoordinatorHarness, ms: number): Promise<readonly number[]> {
  const before = harness.triggered.length
  for (let passed = 0; passed < ms; passed += 500) {
    const known = harness.triggered.length
    await harness.advance(500)
    for (const id of harness.triggered.slice(known)) await harness.acknowledgeAll(id)
  }
  return harness.triggered.slice(before)
}

describe('While a source processes a backlog a CheckpointCoordinator', () => {
  it('keeps the interval where there is no other', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000 })
    harness.coordinator.start()
    harness.coordinator.setIsProcessingBacklog('source', true)
    assert.deepEqual(await takeAll(harness, 3000), [1, 2, 3])
  })

  it('takes the checkpoint that is due, and further ones at the longer interval', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, intervalDuringBacklogMs: 5000 })
    harness.coordinator.start()
    harness.coordinator.setIsProcessingBacklog('source', true)
    assert.deepEqual(await takeAll(harness, 1000), [1])
    assert.deepEqual(await takeAll(harness, 4500), [])
    assert.deepEqual(await takeAll(harness, 500), [2])
  })

  it('goes back to the interval when the last one says that it is over, and not before', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, intervalDuringBacklogMs: 60_000 })
    harness.coordinator.setIsProcessingBacklog('one', true)
    harness.coordinator.start()
    harness.coordinator.setIsProcessingBacklog('other', true)
    assert.deepEqual(await takeAll(harness, 5000), [1])
    harness.coordinator.setIsProcessingBacklog('one', false)
    assert.deepEqual(await takeAll(harness, 5000), [])
    harness.coordinator.setIsProcessingBacklog('other', false)
    assert.deepEqual(await takeAll(harness, 2000), [2, 3])
  })

  it('takes none where the interval is 0, but those that are asked for', async () => {
    const harness = new CoordinatorHarness({ intervalMs: 1000, intervalDuringBacklogMs: 0 })
    harness.coordinator.start()
    harness.coordinator.setIsProcessingBacklog('source', true)
    assert.deepEqual(await takeAll(harness, 10_000), [1])
    assert.equal(harness.clock.pendingTimers, 0)
    const asked = harness.coordinator.triggerCheckpoint()
    await harness.advance(0)
    assert.deepEqual(harness.triggered, [1, 2])
    await harness.acknowledgeAll(2)
    await asked
    harness.coordinator.setIsProcessingBacklog('source', false)
    assert.deepEqual(await takeAll(harness, 2000), [3, 4])
  })

  it('triggers nothing where it has not started, or there is no interval', () => {
    for (const harness of [new CoordinatorHarness({ intervalMs: 1000 }), new CoordinatorHarness()]) {
      harness.coordinator.setIsProcessingBacklog('source', true)
      harness.coordinator.setIsProcessingBacklog('source', false)
      assert.equal(harness.clock.pendingTimers, 0)
    }
  })

  it('refuses an interval that is shorter than the other', () => {
    const read = (during: string): unknown =>
      readCheckpointCoordinatorConfiguration(
        Configuration.fromMap({
          [CheckpointingOptions.CHECKPOINTING_INTERVAL.key]: '10 s',
          [CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG.key]: during,
        }),
        sampleGraph([]),
      )
    assert.throws(
      () => read('5 s'),
      (error) => FlinkError.is(error, 'CONFIG_VALUE_INVALID') && /cannot be shorter than/.test(error.message),
    )
    assert.doesNotThrow(() => read('0'))
    assert.doesNotThrow(() => read('10 s'))
  })
})
