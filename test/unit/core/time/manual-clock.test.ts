import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'

describe('ManualClock', () => {
  it('runs timers in the order of their times, each at its own time, and equal ones as they were set', () => {
    const clock = new ManualClock(1000)
    const seen: string[] = []
    clock.setTimer(20, () => seen.push(`b${clock.now()}`))
    clock.setTimer(10, () => seen.push(`a${clock.now()}`))
    clock.setTimer(20, () => seen.push(`c${clock.now()}`))
    clock.advance(19)
    assert.deepEqual(seen, ['a1010'])
    clock.advance(1)
    assert.deepEqual(seen, ['a1010', 'b1020', 'c1020'])
    assert.equal(clock.now(), 1020)
    assert.equal(clock.pendingTimers, 0)
  })

  it('runs a timer that was set by a timer within the same advance', () => {
    const clock = new ManualClock()
    const seen: number[] = []
    const again = (): void => {
      seen.push(clock.now())
      if (seen.length < 3) clock.setTimer(10, again)
    }
    clock.setTimer(10, again)
    clock.advance(35)
    assert.deepEqual(seen, [10, 20, 30])
  })

  it('runs the next timer alone when it is asked to, even one of several at the same time', () => {
    const clock = new ManualClock()
    const seen: string[] = []
    clock.setTimer(10, () => seen.push('a'))
    clock.setTimer(10, () => seen.push('b'))
    assert.equal(clock.runNext(), true)
    assert.deepEqual([seen, clock.now()], [['a'], 10])
    assert.equal(clock.runNext(), true)
    assert.deepEqual(seen, ['a', 'b'])
    assert.equal(clock.runNext(), false)
  })

  it('forgets a cancelled timer', () => {
    const clock = new ManualClock()
    const timer = clock.setTimer(5, () => assert.fail('it was cancelled'))
    assert.equal(clock.nextTimerAt(), 5)
    timer.cancel()
    assert.equal(clock.nextTimerAt(), undefined)
    clock.advance(10)
    assert.equal(clock.monotonicMs(), 10)
  })
})
