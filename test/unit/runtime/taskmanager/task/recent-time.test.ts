import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { RecentTime } from '../../../../../src/runtime/taskmanager/task/recent-time.js'

/** Goes on as the machine's clock does, and counts how often it is read. */
class CountingClock extends ManualClock {
  readonly goesOnByItself = true
  readings = 0

  override now(): number {
    this.readings += 1
    return super.now()
  }
}

function timeOf(clock = new CountingClock(1000)) {
  const time = new RecentTime(clock)
  const read = (count: number): number[] => Array.from({ length: count }, () => time.now())
  return { clock, time, read }
}

describe('The time for records', () => {
  it('is read once for some of them, while input is processed', () => {
    const { clock, time, read } = timeOf()
    time.inputBegins()
    assert.deepEqual(new Set(read(1600)), new Set([1000]))
    assert.ok(clock.readings < 120, String(clock.readings))
  })

  it('is read anew with each call of the input, and each time outside of it', () => {
    const { clock, time, read } = timeOf()
    time.inputBegins()
    read(100)
    clock.advance(5)
    time.inputBegins()
    assert.deepEqual(read(1), [1005])
    time.inputEnds()
    clock.advance(5)
    assert.deepEqual(read(1), [1010])
    clock.advance(5)
    assert.deepEqual(read(1), [1015])
  })

  it('is read for each record where they take their time', () => {
    const { clock, time } = timeOf()
    time.inputBegins()
    for (let at = 1; at <= 50; at += 1) {
      clock.advance(3)
      assert.equal(time.now(), 1000 + 3 * at)
    }
  })

  it('is read each time where somebody turns the hands', () => {
    const clock = new ManualClock(1000)
    const time = new RecentTime(clock)
    time.inputBegins()
    for (let at = 0; at < 50; at += 1) {
      assert.equal(time.now(), 1000 + at)
      clock.advance(1)
    }
  })
})
