/** Asynchronous operators in a task: results come between its steps, and actions of the task hold them back. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asyncSpec, AskedFunction } from '../../../../operators/async-case.js'
import { PlayedTask } from '../task/played-task.js'
import { testBarrier } from '../test-barriers.js'

interface Asked {
  readonly task: PlayedTask
  readonly fn: AskedFunction
}

/** Records that are asked about; `methods`: what the function has besides. */
async function asking(
  records: readonly unknown[],
  methods: Readonly<Record<string, () => unknown>> = {},
): Promise<Asked> {
  const fn = Object.assign(new AskedFunction(), methods)
  const task = await PlayedTask.started({ place: 'map', operator: asyncSpec(fn, { outputMode: 'unordered' }) })
  await task.steps(3)
  for (const each of records) task.upstream.writeRecord(each, 0, 0)
  task.upstream.flush()
  await task.steps(3)
  return { task, fn }
}

function held() {
  let letGo: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    letGo = resolve
  })
  return { promise, letGo }
}

async function barrier({ task }: Asked, stop?: 'suspend' | 'drain'): Promise<void> {
  task.upstream.writeBarrier(testBarrier(1, { stop }))
  task.upstream.flush()
  await task.steps(5)
  task.drain()
}

describe('A task with an asynchronous operator', () => {
  it('emits results when they come, without further input', async () => {
    const { task, fn } = await asking([1, 2])
    fn.complete(1, 'two')
    await task.steps(2)
    task.drain()
    assert.deepEqual(task.reads[0]?.values, ['two'])
    await task.task.cancel()
  })

  it('emits nothing between a barrier and the snapshot of it, and after both what has come meanwhile', async () => {
    const { promise, letGo } = held()
    const asked = await asking([1, 2], { snapshotState: () => promise, initializeState: () => undefined })
    const { task, fn } = asked
    await barrier(asked)
    assert.deepEqual(task.kinds(), ['barrier'])
    fn.complete(0, 'one')
    await task.steps(5)
    task.drain()
    assert.deepEqual(task.kinds(), ['barrier'])
    letGo()
    await task.steps(5)
    task.drain()
    assert.deepEqual(task.kinds(), ['barrier', 'record'])
    assert.deepEqual(task.answers(), ['acknowledge-checkpoint'])
    await task.task.cancel()
  })

  it('emits nothing after the savepoint that its job is suspended with', async () => {
    const asked = await asking([1, 2])
    const { task, fn } = asked
    await barrier(asked, 'suspend')
    fn.complete(0, 'one')
    await task.steps(5)
    task.task.notifyCheckpointComplete(1)
    fn.complete(1, 'two')
    task.upstream.writeEndOfData()
    task.upstream.writeEndOfPartition()
    await task.runToEnd()
    assert.deepEqual(task.kinds(), ['barrier', 'end of data', 'end of partition'])
    assert.deepEqual(task.answers(), ['acknowledge-checkpoint'])
  })

  it('goes on to emit when that savepoint is aborted', async () => {
    const asked = await asking([1])
    const { task, fn } = asked
    await barrier(asked, 'suspend')
    fn.complete(0, 'one')
    await task.steps(5)
    task.task.notifyCheckpointAborted(1)
    await task.steps(5)
    task.drain()
    assert.deepEqual(task.kinds(), ['barrier', 'record'])
    await task.task.cancel()
  })

  it('that is drained emits all results before the end of its data, and the barrier of the savepoint after it', async () => {
    const asked = await asking([1, 2])
    const { task, fn } = asked
    task.upstream.writeEndOfData()
    await barrier(asked, 'drain')
    assert.deepEqual(task.kinds(), [])
    for (const [call, result] of ['one', 'two'].entries()) {
      fn.complete(call, result)
      await task.steps(3)
    }
    await task.steps(5)
    task.drain()
    assert.deepEqual(task.kinds(), ['record', 'record', 'end of data', 'barrier'])
    task.task.notifyCheckpointComplete(1)
    task.upstream.writeEndOfPartition()
    await task.runToEnd()
    assert.equal(task.kinds().at(-1), 'end of partition')
  })

  it('that is cancelled while it waits for its last results ends at once, and emits none of them', async () => {
    const { task, fn } = await asking([1, 2])
    task.upstream.writeEndOfData()
    task.upstream.writeEndOfPartition()
    await task.steps(5)
    fn.complete(0, 'one')
    const canceled = task.task.cancel()
    fn.complete(1, 'two')
    await canceled
    await task.steps(3)
    task.drain()
    assert.deepEqual(task.states(), ['INITIALIZING', 'RUNNING', 'CANCELING', 'CANCELED'])
    assert.deepEqual(task.kinds(), [])
  })
})
