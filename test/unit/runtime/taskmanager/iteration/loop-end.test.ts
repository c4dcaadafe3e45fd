import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LoopEnd } from '../../../../../src/runtime/taskmanager/iteration/loop-end.js'

/** A clock whose timers a test lets fire. */
class Clock {
  now = 1000
  readonly timers: { readonly at: number; readonly fire: () => boolean }[] = []

  currentProcessingTime(): number {
    return this.now
  }

  registerTimer(at: number, callback: (timestamp: number) => boolean) {
    this.timers.push({ at, fire: () => callback(at) })
    return { cancel: () => undefined }
  }
}

function loopEnd(maxWaitMs: number) {
  const clock = new Clock()
  const emitted: number[] = []
  const end = new LoopEnd({
    loops: 1,
    maxWaitMs,
    processingTime: clock,
    emitMarker: (quietRounds) => emitted.push(quietRounds),
  })
  end.begin()
  return { clock, emitted, end }
}

describe('the end of a loop', () => {
  it('comes after enough rounds in which nothing happened, and not before', () => {
    const { emitted, end } = loopEnd(0)
    for (const quietRounds of [0, 1, 2, 0, 1, 2, 3]) {
      end.returned(quietRounds)
      assert.equal(end.isOver, false)
    }
    assert.deepEqual(emitted, [1, 1, 2, 3, 1, 2, 3, 4])
    end.returned(4)
    assert.equal(end.isOver, true)
  })

  it('waits for the longest wait, and begins it anew when something has happened meanwhile', () => {
    const { clock, emitted, end } = loopEnd(500)
    end.returned(4)
    assert.equal(end.isOver, false)
    assert.deepEqual(
      clock.timers.map(({ at }) => at),
      [1500],
    )
    clock.now = 1500
    clock.timers[0]?.fire()
    assert.deepEqual(emitted, [1, 5])
    end.returned(0)
    for (const quietRounds of [1, 2, 3, 4]) end.returned(quietRounds)
    assert.equal(end.isOver, false)
    assert.deepEqual(
      clock.timers.map(({ at }) => at),
      [1500, 2000],
    )
    clock.now = 2000
    clock.timers[1]?.fire()
    end.returned(5)
    assert.equal(end.isOver, true)
  })
})
