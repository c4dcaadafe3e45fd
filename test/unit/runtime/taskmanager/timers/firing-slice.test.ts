import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { FiringSlice } from '../../../../../src/runtime/taskmanager/timers/firing-slice.js'

/** How many timers of 0.1 ms fire in a slice. */
function firedIn(slice: FiringSlice, clock: ManualClock): number {
  slice.begin()
  let fired = 0
  while (fired < 1000 && slice.mayContinue()) {
    clock.advance(0.1)
    fired += 1
  }
  return fired
}

describe('A slice of firing timers', () => {
  it('ends when it has taken its time, and the next one fires on', () => {
    const clock = new ManualClock(0)
    const processingTime = { currentProcessingTime: () => 0, registerTimer: () => ({ cancel: () => undefined }) }
    const slice = new FiringSlice({ clock, processingTime, isOutputAvailable: () => true })
    for (const fired of [firedIn(slice, clock), firedIn(slice, clock)]) {
      assert.ok(fired > 16 && fired < 100, `${String(fired)} timers`)
    }
  })
})
