/** What waits of a key, and when it is taken away: the cases of Flink's IntervalJoinOperatorTest. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { JoinBuffers } from '../../../../../src/runtime/taskmanager/joins/join-buffers.js'
import { TimeBuffer } from '../../../../../src/runtime/taskmanager/joins/time-buffer.js'

function timesOf(buffer: TimeBuffer): number[] {
  return Array.from({ length: buffer.end - buffer.start }, (_, index) => buffer.timeAt(buffer.start + index))
}

/** Times from 1 to 5 in both buffers. */
function filled(waiting: { leftMs: number; rightMs: number }): JoinBuffers {
  const buffers = new JoinBuffers(0)
  for (const time of [1, 2, 3, 4, 5]) {
    buffers.addLeft(time, time, time + waiting.leftMs)
    buffers.addRight(time, time, time + waiting.rightMs)
  }
  return buffers
}

describe('what waits of a key', () => {
  const ALL = [1, 2, 3, 4, 5]
  const rows = [
    ['bounds from -1 to 0', { leftMs: 0, rightMs: 1 }, [[2, 3, 4, 5], ALL], [[5], [4, 5]]],
    ['bounds from 0 to 1', { leftMs: 1, rightMs: 0 }, [ALL, [2, 3, 4, 5]], [[4, 5], [5]]],
  ] as const
  for (const [title, waiting, atOne, atFour] of rows) {
    it(`is taken away in time: ${title}`, () => {
      const buffers = filled(waiting)
      const advanced = (watermark: number, number: number): number[][] => {
        buffers.advance({ watermark, number }, waiting)
        return [timesOf(buffers.left), timesOf(buffers.right)]
      }
      assert.deepEqual(advanced(1, 1), atOne)
      assert.deepEqual(advanced(4, 2), atFour)
      assert.deepEqual(advanced(6, 3), [[], []])
      assert.equal(buffers.lastCleanup, 6)
    })
  }

  it('stays for the watermark that it came after', () => {
    const waiting = { leftMs: 0, rightMs: 0 }
    const buffers = new JoinBuffers(0)
    buffers.advance({ watermark: 4, number: 1 }, waiting)
    buffers.addLeft(4, 'late', 4)
    buffers.advance({ watermark: 4, number: 1 }, waiting)
    assert.deepEqual(timesOf(buffers.left), [4])
    buffers.advance({ watermark: 5, number: 2 }, waiting)
    assert.deepEqual(timesOf(buffers.left), [])
  })

  it('is a value of its own as a copy', () => {
    const buffers = filled({ leftMs: 1, rightMs: 1 })
    const copy = buffers.copy(String, String)
    buffers.advance({ watermark: 9, number: 1 }, { leftMs: 1, rightMs: 1 })
    assert.deepEqual(timesOf(copy.left), ALL)
    assert.equal(copy.right.valueAt(copy.right.start), '1')
    assert.equal(copy.hasTimer, buffers.hasTimer)
  })
})

describe('a TimeBuffer', () => {
  it('is a sorted list: added to, looked through and cut off in any order', () => {
    const step = fc.oneof(
      fc.tuple(fc.constant('add' as const), fc.integer({ min: 0, max: 30 })),
      fc.tuple(fc.constant('remove' as const), fc.integer({ min: 0, max: 30 })),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const buffer = new TimeBuffer()
        let list: { time: number; value: number }[] = []
        for (const [value, [action, time]] of steps.entries()) {
          if (action === 'add') {
            buffer.add(time, value)
            const position = list.findIndex((each) => each.time > time)
            list.splice(position === -1 ? list.length : position, 0, { time, value })
          } else {
            buffer.removeUpTo(time)
            list = list.filter((each) => each.time > time)
          }
          const held = timesOf(buffer).map((each, index) => ({
            time: each,
            value: buffer.valueAt(buffer.start + index),
          }))
          assert.deepEqual(held, list)
          assert.equal(buffer.firstFrom(time) - buffer.start, list.filter((each) => each.time < time).length)
          assert.equal(buffer.firstAfter(time) - buffer.start, list.filter((each) => each.time <= time).length)
          assert.equal(buffer.newestTime(), list.at(-1)?.time ?? Number.NEGATIVE_INFINITY)
          assert.equal(buffer.isEmpty, list.length === 0)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
