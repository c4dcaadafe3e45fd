import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import type { RecordWriter } from '../../../../../src/runtime/taskmanager/network/record-writer.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import { TaskControl } from '../../../../../src/runtime/taskmanager/task/task-control.js'
import { TaskEnding } from '../../../../../src/runtime/taskmanager/task/task-ending.js'
import { TaskLife } from '../../../../../src/runtime/taskmanager/task/task-life.js'
import { TaskOutputs } from '../../../../../src/runtime/taskmanager/task/task-outputs.js'
import { StreamTask, type StreamTaskParts } from '../../../../../src/runtime/taskmanager/task/stream-task.js'
import { turn } from '../../../../operators/operator-harness.js'

/** A task of one played operator that emits its rest in two goes, with an output that has room when the test says so. */
function taskThatEmitsAtItsEnd() {
  const room = { isThere: true }
  const calls: string[] = []
  const nothing = (): void => undefined
  const writer = {
    bufferTimeoutMs: -1,
    isAvailable: () => room.isThere,
    hasPending: () => false,
    flush: () => room.isThere,
    broadcastEndOfData: () => calls.push('end of data'),
    broadcastEndOfPartition: () => calls.push('end of partition'),
  } as unknown as RecordWriter
  const operator = {
    initializeState: () => Promise.resolve(),
    open: () => Promise.resolve(),
    finish: () => {
      calls.push('finish')
      return Promise.resolve(room.isThere)
    },
    accumulators: () => ({}),
    close: () => Promise.resolve(),
  }
  const outputs = new TaskOutputs([writer])
  const life = new TaskLife('e', nothing)
  const control = new TaskControl({
    life,
    outputs,
    interrupt: new InputInterrupt(),
    wake: nothing,
    clock: new ManualClock(),
  })
  const input = {
    process: () => 'end',
    hasData: () => false,
    isExhausted: true,
    advanceToEndOfTime: nothing,
    awaken: nothing,
    close: nothing,
  }
  const parts = {
    control,
    outputs,
    input,
    chain: { operators: [operator], head: operator, accumulators: { parts: () => ({}) } },
    checkpoints: { isWriting: false, stepped: nothing, close: () => Promise.resolve() },
    ending: new TaskEnding(false),
    metrics: { markTaskStart: nothing, times: { stepped: nothing } },
  }
  const environment = { send: nothing, clock: { monotonicMs: () => 0 }, standardOutput: { flush: nothing } }
  const task = new StreamTask(
    { executionId: 'e', restore: undefined } as unknown as StreamTask['descriptor'],
    environment as unknown as ConstructorParameters<typeof StreamTask>[1],
    parts as unknown as StreamTaskParts,
  )
  return { task, room, calls, life }
}

describe('A task whose operators wait for room at the end', () => {
  it('has no work until there is room, though nobody rings for it, and then goes on where it was', async () => {
    const { task, room, calls, life } = taskThatEmitsAtItsEnd()
    task.start()
    task.step(1)
    await turn()
    task.step(1)
    room.isThere = false
    task.step(1)
    await turn()
    assert.equal(life.phase, 'finishing')
    assert.deepEqual(calls, ['finish'])
    task.step(1)
    assert.equal(task.hasWork(), false)
    room.isThere = true
    assert.equal(task.hasWork(), true)
    for (let steps = 0; steps < 5; steps += 1) {
      task.step(1)
      await turn()
    }
    assert.deepEqual(calls, ['finish', 'finish', 'end of data', 'end of partition'])
    assert.equal(life.phase, 'finished')
  })
})
