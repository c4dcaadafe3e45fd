import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import fc from 'fast-check'
import { TimerHeap } from '../../../../../src/runtime/taskmanager/state/timer-heap.js'
import { TimerOrder } from '../../../../../src/runtime/taskmanager/state/timer-order.js'

type Timer = readonly [timestamp: number, hash: number, position: number]

/** Whole and near, with many ties; so far apart, or so fractional, that they cannot be sorted as a run. */
const TIMESTAMPS = {
  near: fc.integer({ min: 0, max: 40 }),
  far: fc.constantFrom(0, 1, 2 ** 33, -(2 ** 40), 5, 6),
  odd: fc.constantFrom(1.5, 2.5, -Infinity, Infinity, 3, 4),
}

const byOrder = (a: Timer, b: Timer): number => (a[0] === b[0] ? a[1] - b[1] : a[0] < b[0] ? -1 : 1)

function takeUpTo(order: TimerOrder, upTo: number, onTaken: (taken: number) => void): number[][] {
  const taken: number[][] = []
  for (;;) {
    if (order.size > 0) order.prepare(upTo)
    if (order.size === 0 || order.timestamp > upTo) return taken
    taken.push([order.timestamp, order.position])
    order.pop()
    onTaken(taken.length)
  }
}

describe('TimerOrder', () => {
  for (const [name, timestamp] of Object.entries(TIMESTAMPS)) {
    it(`gives many timers in the order of time and hash, with others that come meanwhile: ${name} ones`, () => {
      const timers = fc.array(fc.tuple(timestamp, fc.integer()), { minLength: 100, maxLength: 400, size: 'max' })
      fc.assert(
        fc.property(timers, fc.integer({ min: 0, max: 30 }), (drawn, upTo) => {
          const order = new TimerOrder()
          const left: Timer[] = []
          const add = ([time, hash]: readonly [number, number]): void => {
            left.push([time, hash, left.length])
            order.push(time, hash, left.length - 1)
          }
          drawn.slice(0, -20).forEach(add)
          const later = drawn.slice(-20)
          const taken = takeUpTo(order, upTo, (count) => {
            const next = count % 3 === 0 ? later.pop() : undefined
            if (next !== undefined && next[0] > upTo) add(next)
          })
          const withHash = ([time, position]: number[]): unknown[] => [time, left[position ?? -1]?.[1]]
          const due = left.filter(([time]) => time <= upTo).sort(byOrder)
          assert.deepEqual(
            taken.map(withHash),
            due.map(([time, hash]) => [time, hash]),
          )
          const rest = left.filter(([time]) => time > upTo)
          order.retain((position) => position % 2 === 0)
          const kept = takeUpTo(order, Infinity, () => undefined)
          const expected = rest.filter(([, , position]) => position % 2 === 0).sort(byOrder)
          assert.deepEqual(
            kept.map(withHash),
            expected.map(([time, hash]) => [time, hash]),
          )
          const positions = (all: readonly (readonly number[])[]): unknown[] => all.map((each) => each.at(-1)).sort()
          assert.deepEqual(positions(kept), positions(expected))
        }),
        { numRuns: 50 },
      )
    })
  }

  it('takes what comes in the middle of a run at its own place, and keeps what is left of a run', () => {
    const order = new TimerOrder()
    for (let time = 0; time < 200; time += 2) order.push(time, time, time)
    order.prepare(1000)
    for (let time = 1; time < 200; time += 2) order.push(time, time, time)
    for (let time = 0; time < 50; time += 1) {
      assert.equal(order.timestamp, time)
      order.pop()
    }
    assert.equal(order.size, 150)
    order.retain((position) => position >= 100)
    assert.deepEqual(
      takeUpTo(order, 1000, () => undefined).map(([time]) => time),
      Array.from({ length: 100 }, (_, index) => 100 + index),
    )
  })

  for (const [name, due, step] of [
    ['few of many, all of one time', 200, 0],
    ['of times that cannot be sorted as a run', 5000, 0.25],
  ] as const) {
    it(`looks at what is due once, not before each one that is taken: ${name}`, () => {
      const looks = [mock.method(TimerHeap.prototype, 'hasUpTo'), mock.method(TimerHeap.prototype, 'takeUpTo')]
      const order = new TimerOrder()
      for (let at = 0; at < due; at += 1) order.push(7 + step * at, at, at)
      for (let at = due; at < 5000; at += 1) order.push(1e6 + at, at, at)
      const taken = takeUpTo(order, 1e5, () => undefined)
      mock.restoreAll()
      assert.equal(taken.length, due)
      for (const { mock: calls } of looks) assert.ok(calls.callCount() <= 1)
    })
  }
})
