import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import { settledWithin } from '../../../../src/core/time/settled-within.js'

describe('What is given some time to settle', () => {
  it('is waited for as long as it takes, and leaves no timer', async () => {
    const clock = new ManualClock()
    await settledWithin(Promise.resolve(), 10, clock)
    await assert.rejects(settledWithin(Promise.reject(new TypeError('no')), 10, clock), /no/)
    assert.equal(clock.pendingTimers, 0)
  })

  it('is not waited for any longer', async () => {
    const clock = new ManualClock()
    let isOver = false
    const waiting = settledWithin(new Promise(() => undefined), 10, clock).then(() => (isOver = true))
    clock.advance(9)
    await Promise.resolve()
    assert.equal(isOver, false)
    clock.advance(1)
    await waiting
  })
})
