import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import { ListStateDescriptor, type FunctionInitializationContext, type ListState } from '../../../../../src/index.js'
import { turn } from '../../../../operators/operator-harness.js'
import { PlayedTask, sourceWith } from './played-task.js'

/** A source of one record, two consumers behind rings of two slots: the first reads what there is, the other nothing. */
async function drainingTask(operator: OperatorSpec = sourceWith(() => [1, 2])): Promise<PlayedTask> {
  const source = await PlayedTask.started({ operator, consumers: 2, ringSlots: 2 })
  for (let steps = 0; steps < 10; steps += 1) {
    source.step()
    source.drain(0)
    await turn()
  }
  assert.equal(source.kinds(0).at(-1), 'end of partition')
  return source
}

/** A source function with state, whose hooks wait for the test. */
function statefulSource(hooks: { readonly aborted?: () => Promise<void> } = {}) {
  let state: ListState<number> | undefined
  return {
    kind: 'source-function',
    function: {
      run: () => [1, 2],
      initializeState: (context: FunctionInitializationContext) => {
        state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('numbers'))
      },
      snapshotState: () => {
        state?.update(Array.from({ length: 5000 }, (_, index) => index))
      },
      notifyCheckpointComplete: () => undefined,
      notifyCheckpointAborted: () => hooks.aborted?.(),
    },
  } as unknown as OperatorSpec
}

describe('A task whose end waits for a slow consumer', () => {
  it('declines checkpoints, writes nothing more to those that have read the end, and ends when the consumer reads', async () => {
    const source = await drainingTask()
    for (let checkpointId = 1; checkpointId <= 20; checkpointId += 1) {
      source.trigger(checkpointId)
      source.step()
      await turn()
      source.task.notifyCheckpointAborted(checkpointId)
      await source.steps(2)
    }
    assert.deepEqual([...new Set(source.answers())], ['decline-checkpoint'])
    await source.runToEnd()
    for (const consumer of [0, 1]) assert.equal(source.kinds(consumer).at(-1), 'end of partition')
  })

  it('has no work while a function handles a notice, and goes on then', async () => {
    let letGo: () => void = () => undefined
    const aborted = (): Promise<void> => new Promise((resolve) => (letGo = resolve))
    const source = await drainingTask(statefulSource({ aborted }))
    source.task.notifyCheckpointAborted(1)
    await source.steps(2)
    source.drain()
    for (let steps = 0; steps < 5; steps += 1) {
      assert.equal(source.task.hasWork(), false)
      assert.equal(source.step(), 'idle')
      await turn()
    }
    letGo()
    await turn()
    assert.equal(source.task.hasWork(), true)
    await source.runToEnd()
  })
})

describe('A task at its end', () => {
  it('waits for the snapshot that is being written, which counts', async () => {
    let stored: () => void = () => undefined
    const storing = new Promise<void>((resolve) => (stored = resolve))
    const source = await PlayedTask.started({ operator: statefulSource(), storing })
    source.trigger(1)
    for (let steps = 0; steps < 10; steps += 1) {
      source.step()
      source.drain()
      await turn()
    }
    assert.equal(source.kinds().at(-1), 'end of partition')
    assert.equal(source.states().at(-1), 'RUNNING')
    assert.equal(source.task.hasWork(), false)
    const { wakes } = source
    stored()
    await turn()
    assert.ok(source.wakes > wakes)
    await source.runToEnd()
    const order = source.sent.map((message) => (message.type === 'task-state-changed' ? message.state : message.type))
    assert.deepEqual(order.slice(-2), ['acknowledge-checkpoint', 'FINISHED'])
  })
})
