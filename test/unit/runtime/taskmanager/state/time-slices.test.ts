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
    const slices = new TimeSlices({ clock, yieldToTask, maxSteps: 100 })
    const stepsOfSlice = async (): Promise<number> => {
      let steps = 1
      while (!slices.step()) steps += 1
      await slices.next()
      return steps
    }
    assert.equal(await stepsOfSlice(), 100)
    clock.advance(1)
    assert.ok((await stepsOfSlice()) < 100, 'the time was up')
    assert.equal(await stepsOfSlice(), 100, 'a slice has its own time')
    assert.equal(yields, 3)
  })

  interface MeasuredSlices {
    readonly slices: TimeSlices
    readonly clock: ManualClock
    readonly lengthAfter: (pauseMs: number) => Promise<number>
  }

  function measuredSlices(): MeasuredSlices {
    const clock = new ManualClock()
    let pauseMs = 0
    const yieldToTask = (): Promise<void> => {
      clock.advance(pauseMs)
      return Promise.resolve()
    }
    const slices = new TimeSlices({ clock, yieldToTask, maxSteps: 100_000 })
    const lengthAfter = async (pause: number): Promise<number> => {
      pauseMs = pause
      await slices.next()
      const start = clock.monotonicMs()
      while (!slices.step()) clock.advance(0.001)
      return clock.monotonicMs() - start
    }
    return { slices, clock, lengthAfter }
  }

  const roughly = (actual: number, expected: number): boolean => Math.abs(actual - expected) < 0.02

  it('takes a share of the time that the task had, within bounds, and a larger one from 300 ms on', async () => {
    const { clock, lengthAfter } = measuredSlices()
    assert.ok(roughly(await lengthAfter(0), 0.016))
    assert.ok(roughly(await lengthAfter(1), 0.07))
    assert.ok(roughly(await lengthAfter(20), 0.1))
    clock.advance(300)
    assert.ok(roughly(await lengthAfter(0), 0.03))
    assert.ok(roughly(await lengthAfter(1), 0.25))
    assert.ok(roughly(await lengthAfter(20), 0.4))
  })

  it('takes a quarter of the time of a task that has had none to spare for 50 ms, until it has some again', async () => {
    const { lengthAfter } = measuredSlices()
    for (let pause = 0; pause < 24; pause += 1) assert.ok((await lengthAfter(2)) < 0.12)
    await lengthAfter(2)
    assert.ok(roughly(await lengthAfter(1), 0.35))
    assert.ok(roughly(await lengthAfter(20), 1))
    assert.ok((await lengthAfter(0.2)) < 0.12, 'it has come back soon')
    await lengthAfter(0.2)
    assert.ok((await lengthAfter(20)) < 0.12, 'one long step says little')
  })

  it('takes half of the time of such a task where it is asked to', async () => {
    const { slices, lengthAfter } = measuredSlices()
    slices.takeHalf()
    for (let pause = 0; pause < 24; pause += 1) assert.ok((await lengthAfter(2)) < 0.12)
    await lengthAfter(2)
    assert.ok(roughly(await lengthAfter(0.9), 0.9))
    assert.ok(roughly(await lengthAfter(20), 1))
  })

  it('ends a wait that the task never comes back from when it is cancelled', async () => {
    const slices = new TimeSlices({ clock: new ManualClock(), yieldToTask: () => new Promise(() => undefined) })
    const waiting = slices.next()
    slices.cancel(new Error('cancelled'))
    await assert.rejects(waiting, /cancelled/)
    assert.throws(() => slices.step(), /cancelled/)
  })
})
