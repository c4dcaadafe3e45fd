/** Flink's GlobalCommitterOperatorTest as facts, and restores of it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import type { Committer } from '../../../../../src/index.js'
import type { OneInputStreamOperatorTestHarness } from '../../../../operators/one-input-stream-operator-test-harness.js'
import { settled } from '../../../../operators/operator-harness.js'
import { harnessOf, messages, OuterSystem } from './outer-system.js'

function specOf(system: OuterSystem, commitsOnInput = true): OperatorSpec {
  const createCommitter = (): Committer<unknown> => system.createCommitter()
  return { kind: 'global-committer', createCommitter, serializer: undefined, commitsOnInput }
}

async function give(harness: OneInputStreamOperatorTestHarness, ...given: Parameters<typeof messages>): Promise<void> {
  for (const message of messages(...given)) harness.processElement(message)
  await harness.resumed()
}

describe('GlobalCommitterOperator', () => {
  it('commits the committables of all subtasks of a checkpoint at once', async () => {
    const system = new OuterSystem()
    const harness = await harnessOf(specOf(system)).open()
    await give(harness, 1, ['a'], { subtask: 0, of: 2 })
    assert.deepEqual(system.commits, [])
    await give(harness, 1, ['b', 'c'], { subtask: 1, of: 2 })
    assert.deepEqual(system.commits, [['a', 'b', 'c']])
    await harness.close()
  })

  it('commits no checkpoint before an earlier one', async () => {
    const system = new OuterSystem()
    const harness = await harnessOf(specOf(system)).open()
    await give(harness, 1, ['a'], { subtask: 0, of: 2 })
    await give(harness, 2, ['b'], { subtask: 0, of: 2 })
    assert.deepEqual(system.commits, [])
    await give(harness, 1, ['c'], { subtask: 1, of: 2 })
    assert.deepEqual(system.commits, [['a', 'c']])
    await give(harness, 2, [], { subtask: 1, of: 2 })
    assert.deepEqual(system.commits, [['a', 'c'], ['b']])
    await harness.close()
  })

  it('does not wait for a subtask whose input has ended', async () => {
    const system = new OuterSystem()
    const harness = await harnessOf(specOf(system)).open()
    await give(harness, 1, ['a'], { subtask: 0, of: 2 })
    await give(harness, 1, ['b'], { subtask: 1, of: 2, endOfInput: true })
    await give(harness, 2, ['c'], { subtask: 0, of: 2 })
    assert.deepEqual(system.commits, [['a', 'b'], ['c']])
    await harness.close()
  })

  it('takes the summary of a later checkpoint for that of an earlier one', async () => {
    const system = new OuterSystem()
    const harness = await harnessOf(specOf(system)).open()
    await give(harness, 1, ['a'], { subtask: 0, of: 2 })
    await give(harness, 2, ['c'], { subtask: 1, of: 2 })
    assert.deepEqual(system.commits, [['a']])
    await give(harness, 2, ['b'], { subtask: 0, of: 2 })
    assert.deepEqual(system.commits, [['a'], ['c', 'b']])
    await harness.close()
  })

  it('commits at once what comes after the end of its input, where nothing is left of a retry', async () => {
    const system = new OuterSystem()
    system.answers.set('a', (request) => request.retryLater())
    const harness = await harnessOf(specOf(system)).open()
    await give(harness, 1, ['a'])
    system.answers.clear()
    await harness.finish()
    await give(harness, 2, ['b'])
    assert.deepEqual(system.commits, [['a'], ['a'], ['b']])
    await harness.close()
  })

  it('goes on after a restore with another parallelism upstream when all committers have told of it', async () => {
    const system = new OuterSystem()
    const first = await harnessOf(specOf(system)).open()
    await give(first, 1, ['a'], { subtask: 0, of: 2 })
    const state = await first.snapshot(2)
    await first.close()
    const second = await harnessOf(specOf(system)).open(state, 2)
    await give(second, 2, [], { subtask: 0, of: 3 })
    await give(second, 2, ['b'], { subtask: 2, of: 3 })
    assert.deepEqual(system.commits, [])
    await give(second, 2, [], { subtask: 1, of: 3 })
    assert.deepEqual(system.commits, [['a', 'b']])
    await second.close()
  })

  it('commits what was restored at the end of the input where all committers had finished', async () => {
    const system = new OuterSystem()
    system.answers.set('a', (request) => {
      request.retryLater()
    })
    const first = await harnessOf(specOf(system)).open()
    await give(first, 1, ['a'], { endOfInput: true })
    const state = await first.snapshot(2)
    await first.close()
    system.answers.clear()
    const second = await harnessOf(specOf(system)).open(state, 2)
    assert.deepEqual(system.committed, [])
    await second.finish()
    assert.deepEqual(system.committed, ['a'])
    await second.close()
  })

  it('commits what comes after the end of its input', async () => {
    const system = new OuterSystem()
    const harness = await harnessOf(specOf(system)).open()
    await harness.finish()
    await give(harness, 1, ['a'], { endOfInput: true })
    assert.deepEqual(system.committed, ['a'])
    await harness.close()
  })

  it('without committers upstream commits when the checkpoint is complete, and what was restored at once', async () => {
    const system = new OuterSystem()
    const first = await harnessOf(specOf(system, false)).open()
    await give(first, 1, ['a'], { subtask: 0, of: 2 })
    await give(first, 1, ['b'], { subtask: 1, of: 2 })
    assert.deepEqual(system.commits, [])
    const state = await first.snapshot(1)
    await settled(first.operator.notifyCheckpointComplete(1), first.context)
    assert.deepEqual(system.commits, [['a', 'b']])
    await first.close()
    const second = await harnessOf(specOf(system, false)).open(state, 1)
    assert.deepEqual(system.commits, [
      ['a', 'b'],
      ['a', 'b'],
    ])
    await second.close()
  })
})
