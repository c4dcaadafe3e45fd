import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { grownFloat64, grownInt32 } from '../../../../../src/runtime/taskmanager/state/growing-numbers.js'

const LARGE = 1 << 18

describe('Numbers that grow', () => {
  test('keep what was there, with zeros after it, when they become large and when they grow on', () => {
    let integers: Int32Array = Int32Array.of(7, 8, 9)
    let floats: Float64Array = Float64Array.of(0.5, 1.5, 2.5)
    for (const capacity of [6, 2000, LARGE, 2 * LARGE, 8 * LARGE]) {
      integers = grownInt32(integers, capacity)
      floats = grownFloat64(floats, capacity)
      assert.deepEqual([integers.length, floats.length], [capacity, capacity])
      assert.deepEqual([...integers.subarray(0, 4)], [7, 8, 9, 0])
      assert.deepEqual([...floats.subarray(0, 4)], [0.5, 1.5, 2.5, 0])
      assert.deepEqual([integers.at(-2), floats.at(-2)], [0, 0])
      integers[capacity - 1] = capacity
      floats[capacity - 1] = capacity
      assert.deepEqual([integers.at(-1), floats.at(-1)], [capacity, capacity])
      integers[capacity - 1] = 0
      floats[capacity - 1] = 0
    }
  })

  test('stay where they are once they are large: nothing is copied', () => {
    const large = grownInt32(Int32Array.of(1), LARGE)
    const larger = grownInt32(large, 4 * LARGE)
    assert.equal(larger.buffer, large.buffer)
    larger[0] = 2
    assert.equal(large[0], 2)
  })

  test('are copied while they are small: there may be many of them', () => {
    const small = grownInt32(Int32Array.of(1), 100)
    assert.equal(small.buffer instanceof SharedArrayBuffer, false)
    assert.notEqual(grownInt32(small, 200).buffer, small.buffer)
  })
})
