import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { TimeSlices } from '../../../../../src/runtime/taskmanager/state/time-slices.js'

describe('TimeSlices', () => {
  it('ends a slice when its time is up, and after a number of steps on a clock that stands still', async () => {
    const clock = new ManualClock()
    let yields = 0
    const yieldToTask = (): Promise<void> => {
      yields += 1
      return Promise.resolve()
    }
    const slices = new TimeSlices({ clock, yieldToTask, budgetMs: 2, maxSteps: 100 })
    const stepsOfSlice = async (): Promise<number> => {
      let steps = 1
      while (!slices.step()) steps += 1
      await slices.next()
      return steps
    }
    assert.equal(await stepsOfSlice(), 100)
    clock.advance(2)
    assert.ok((await stepsOfSlice()) < 100, 'the time was up')
    assert.equal(await stepsOfSlice(), 100, 'a slice has its own time')
    assert.equal(yields, 3)
  })

  it('ends a wait that the task never comes back from when it is cancelled', async () => {
    const slices = new TimeSlices({ clock: new ManualClock(), yieldToTask: () => new Promise(() => undefined) })
    const waiting = slices.next()
    slices.cancel(new Error('cancelled'))
    await assert.rejects(waiting, /cancelled/)
    assert.throws(() => slices.step(), /cancelled/)
  })
})
