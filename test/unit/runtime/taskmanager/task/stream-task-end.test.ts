import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OperatorSpec } from '../../../../../src/api/dag/operator-spec.js'
import { ListStateDescriptor, type FunctionInitializationContext, type ListState } from '../../../../../src/index.js'
import { turn } from '../../../../operators/operator-harness.js'
import { PlayedTask, sourceWith } from './played-task.js'
import { testBarrier } from '../test-barriers.js'

/** A source of one record, two consumers at rings of two slots: the first reads what there is, the other nothing. */
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

  it('takes part in checkpoints as long as records wait in its outputs, and ends when they have gone', async () => {
    // Three in each slot; the last one finds no slot.
    const records = Array.from({ length: 7 }, (_, n) => `${String(n)} ${'x'.repeat(300)}`)
    const configuration = { 'execution.checkpointing.interval': '1 h' }
    const operator = sourceWith(() => records)
    const source = await PlayedTask.started({ operator, ringSlots: 2, configuration })
    await source.steps(10)
    source.trigger(1)
    await source.steps(3)
    source.task.notifyCheckpointComplete(1)
    await source.steps(5)
    source.trigger(2)
    await source.steps(5)
    assert.deepEqual(source.answers(), ['end-of-data', 'acknowledge-checkpoint', 'acknowledge-checkpoint'])
    await source.runToEnd()
    assert.equal(source.reads[0]?.values.length, records.length)
    assert.equal(source.kinds(0).at(-1), 'end of partition')
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

describe('A task at its end where checkpoints are on', () => {
  const configuration = { 'execution.checkpointing.interval': '1 h' }

  it('tells it, takes part in checkpoints, and ends when one that was taken after it is complete', async () => {
    const notices: number[] = []
    const source = await PlayedTask.started({
      configuration,
      operator: {
        kind: 'source-function',
        function: {
          run: () => [1],
          notifyCheckpointComplete: (checkpointId: number) => void notices.push(checkpointId),
        },
      } as unknown as OperatorSpec,
    })
    source.trigger(1)
    await source.steps(8)
    assert.deepEqual(source.answers(), ['acknowledge-checkpoint', 'end-of-data'])
    source.task.notifyCheckpointComplete(1)
    await source.steps(3)
    source.trigger(2)
    await source.steps(3)
    source.drain()
    const all = ['barrier', 'record', 'watermark', 'end of data', 'barrier']
    assert.deepEqual(source.kinds(), all)
    assert.equal(source.states().at(-1), 'RUNNING')
    assert.equal(source.task.hasWork(), false)
    source.task.notifyCheckpointComplete(2)
    await source.runToEnd()
    assert.deepEqual(source.kinds(), [...all, 'end of partition'])
    assert.deepEqual(notices, [1, 2])
  })

  it('finishes its operators with the end of the data, and takes the checkpoint whose barrier comes after it', async () => {
    const calls: string[] = []
    const sink = {
      kind: 'sink',
      function: {
        invoke: () => undefined,
        finish: () => void calls.push('finish'),
        snapshotState: () => void calls.push('snapshot'),
        initializeState: () => undefined,
        notifyCheckpointComplete: (checkpointId: number) => void calls.push(`commit ${String(checkpointId)}`),
      },
    } as unknown as OperatorSpec
    const task = await PlayedTask.started({ place: 'sink', operator: sink, configuration })
    task.upstream.writeEndOfData()
    task.upstream.writeBarrier(testBarrier(1))
    await task.steps(5)
    assert.deepEqual(calls, ['finish', 'snapshot'])
    task.task.notifyCheckpointComplete(1)
    await task.steps(3)
    assert.equal(task.states().at(-1), 'RUNNING')
    task.upstream.writeEndOfPartition()
    await task.runToEnd()
    assert.deepEqual(calls, ['finish', 'snapshot', 'commit 1'])
  })

  it('takes a checkpoint for which nobody sends barriers when it has read the end of the partitions', async () => {
    const task = await PlayedTask.started({ place: 'sink', configuration })
    task.upstream.writeRecord(1, 0, 0)
    task.trigger(1)
    await task.steps(3)
    assert.deepEqual(task.answers(), [])
    task.upstream.writeEndOfData()
    task.upstream.writeEndOfPartition()
    await task.steps(5)
    assert.deepEqual(task.answers(), ['end-of-data', 'acknowledge-checkpoint'])
    task.trigger(2)
    await task.steps(3)
    task.task.notifyCheckpointComplete(2)
    await task.runToEnd()
  })

  it('goes on waiting when the savepoint is aborted for which another task was stopped', async () => {
    const source = await PlayedTask.started({ operator: sourceWith(() => []), configuration })
    await source.steps(5)
    source.trigger(1, 'drain')
    await source.steps(5)
    source.task.notifyCheckpointAborted(1)
    await source.steps(2)
    assert.equal(source.states().at(-1), 'RUNNING')
    source.trigger(2)
    await source.steps(3)
    source.task.notifyCheckpointComplete(2)
    await source.runToEnd()
  })

  it('does not wait where checkpoints after the end of tasks are off', async () => {
    const option = 'execution.checkpointing.checkpoints-after-tasks-finish.enabled'
    const source = await PlayedTask.started({
      operator: sourceWith(() => []),
      configuration: { ...configuration, [option]: 'false' },
    })
    await source.runToEnd()
    assert.deepEqual(source.answers(), [])
  })
})
