import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import { TaskControl } from '../../../../../src/runtime/taskmanager/task/task-control.js'
import { TaskLife } from '../../../../../src/runtime/taskmanager/task/task-life.js'
import { TaskOutputs } from '../../../../../src/runtime/taskmanager/task/task-outputs.js'
import { turn } from '../../../../operators/operator-harness.js'

function running(): TaskControl {
  const life = new TaskLife('e', () => undefined)
  const control = new TaskControl({
    life,
    outputs: new TaskOutputs([]),
    interrupt: new InputInterrupt(),
    wake: () => undefined,
    clock: new ManualClock(),
  })
  assert.equal(control.mayTakeInput, false)
  control.enter('restoring')
  assert.equal(control.mayTakeInput, false)
  control.enter('running')
  return control
}

describe('TaskControl', () => {
  it('lets no input in while an action or a promise is pending, nor after the end', async () => {
    const control = running()
    assert.equal(control.mayTakeInput, true)
    let finish: () => void = () => undefined
    control.actions.suspendUntil(new Promise((resolve) => (finish = resolve)))
    assert.equal(control.mayTakeInput, false)
    finish()
    await turn()
    assert.equal(control.mayTakeInput, true)
    control.actions.enqueue(() => new Promise((resolve) => (finish = resolve)))
    assert.equal(control.mayTakeInput, false)
    control.actions.runNext()
    assert.equal(control.mayTakeInput, false)
    finish()
    await turn()
    assert.equal(control.mayTakeInput, true)
    control.enter('canceling')
    assert.equal(control.mayTakeInput, false)
  })

  it('lets barriers in after the end of the data, and nothing while operators are finished', () => {
    const control = running()
    control.enter('finishing')
    assert.equal(control.mayTakeInput, false)
    control.enter('awaitingFinalCheckpoint')
    assert.equal(control.mayTakeInput, true)
    control.enter('draining')
    assert.equal(control.mayTakeInput, false)
  })

  it('lets no input in while an operator holds it, but lets the end in of a task that stops with a savepoint', () => {
    const control = running()
    control.emissions.holdInput({})
    assert.equal(control.mayTakeInput, false)
    control.processingTime.hold()
    assert.equal(control.mayTakeInput, true)
  })

  it('brings the error of an action as mail, before anything else begins', async () => {
    const control = running()
    const begun: string[] = []
    control.actions.enqueue(() => Promise.reject(new Error('boom')))
    control.actions.enqueue(async () => {
      begun.push('the next')
    })
    control.actions.runNext()
    await turn()
    assert.throws(() => control.mailbox.drain(), /boom/)
    assert.deepEqual(begun, [])
  })
})
