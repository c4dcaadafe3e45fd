import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { InputInterrupt } from '../../../../../src/runtime/taskmanager/network/input-interrupt.js'
import { ExclusiveActions } from '../../../../../src/runtime/taskmanager/task/exclusive-actions.js'
import { ProcessingTimeTimers } from '../../../../../src/runtime/taskmanager/task/processing-time-timers.js'
import { turn } from '../../../../operators/operator-harness.js'

const START = 1000

function timersOf() {
  const clock = new ManualClock(START)
  const errors: unknown[] = []
  const actions = new ExclusiveActions(
    (error) => errors.push(error),
    () => undefined,
    new InputInterrupt(),
  )
  const waiters: (() => void)[] = []
  const whenOutputAvailable = (): Promise<void> => new Promise((resolve) => waiters.push(resolve))
  const timers = new ProcessingTimeTimers({ clock, actions, whenOutputAvailable })
  const called: number[] = []
  return {
    clock,
    actions,
    timers,
    errors,
    called,
    call: (timestamp: number): boolean => called.push(timestamp) > 0,
    makeRoom: (): void => {
      for (const resolve of waiters.splice(0)) resolve()
    },
    /** Steps of the task, until no action can begin. */
    step: async (): Promise<void> => {
      do {
        actions.runNext()
        await turn()
      } while (actions.isReady)
    },
  }
}

describe('Processing-time timers', () => {
  it('call back once the clock has passed their time, in the order of it, and only in a step of the task', async () => {
    const { clock, timers, called, call, step } = timersOf()
    timers.registerTimer(START + 20, call)
    timers.registerTimer(START + 10, call)
    clock.advance(10)
    await step()
    assert.deepEqual(called, [])
    clock.advance(11)
    assert.deepEqual(called, [])
    await step()
    await step()
    assert.deepEqual(called, [START + 10, START + 20])
  })

  it('call back soon for a time that is over', async () => {
    const { clock, timers, called, call, step } = timersOf()
    timers.registerTimer(START - 500, call)
    clock.advance(0)
    await step()
    assert.deepEqual(called, [START - 500])
  })

  it('do nothing after they were cancelled, also when they were due already', async () => {
    const { clock, timers, called, call, step } = timersOf()
    timers.registerTimer(START + 1, call).cancel()
    assert.equal(clock.pendingTimers, 0)
    const due = timers.registerTimer(START + 2, call)
    clock.advance(5)
    due.cancel()
    await step()
    assert.deepEqual(called, [])
  })

  it('wait while an action of the task runs, a checkpoint say', async () => {
    const { clock, actions, timers, called, call, step } = timersOf()
    let finish: () => void = () => undefined
    actions.enqueue(() => new Promise((resolve) => (finish = resolve)))
    actions.runNext()
    timers.registerTimer(START + 1, call)
    clock.advance(5)
    await step()
    assert.deepEqual(called, [])
    finish()
    await turn()
    await step()
    assert.deepEqual(called, [START + 1])
  })

  it('are called again until they are done, whenever there is room, with nothing in between', async () => {
    const { clock, actions, timers, called, call, makeRoom, step } = timersOf()
    let slices = 3
    timers.registerTimer(START + 1, (timestamp) => call(timestamp) && (slices -= 1) === 0)
    timers.registerTimer(START + 2, call)
    clock.advance(5)
    await step()
    for (const expected of [1, 2]) {
      assert.deepEqual(called, new Array<number>(expected).fill(START + 1))
      assert.equal(actions.isFree, false)
      makeRoom()
      await step()
    }
    assert.deepEqual(called, [START + 1, START + 1, START + 1, START + 2])
  })

  it('wait while they are held, and come in order afterwards', async () => {
    const { clock, timers, called, call, step } = timersOf()
    for (const timestamp of [START + 1, START + 2]) timers.registerTimer(timestamp, call)
    timers.registerTimer(START + 3, call).cancel()
    timers.hold()
    clock.advance(5)
    await step()
    assert.deepEqual(called, [])
    timers.resume()
    await step()
    assert.deepEqual(called, [START + 1, START + 2])
  })

  it('do nothing any more after they were closed, and none can be set', async () => {
    const { clock, timers, called, call, makeRoom, step } = timersOf()
    timers.registerTimer(START + 1, (timestamp) => {
      call(timestamp)
      return false
    })
    timers.registerTimer(START + 10, call)
    clock.advance(2)
    await step()
    timers.close()
    makeRoom()
    await step()
    timers.registerTimer(START + 11, call)
    assert.equal(clock.pendingTimers, 0)
    clock.advance(100)
    await step()
    assert.deepEqual(called, [START + 1])
    timers.close()
  })

  it('give what they throw to the task', async () => {
    const { clock, timers, errors, step } = timersOf()
    const failure = new Error('at a timer')
    timers.registerTimer(START, () => {
      throw failure
    })
    clock.advance(1)
    await step()
    assert.deepEqual(errors, [failure])
  })
})
