import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  computeDefaultMaxParallelism,
  keyGroupForHash,
  keyGroupRangeForOperatorIndex,
  operatorIndexForKeyGroup,
} from '../../../../src/core/keygroups/key-group-assignment.js'
import { intersectKeyGroups, keyGroupRangeSize } from '../../../../src/core/keygroups/key-group-range.js'
import { murmurHash } from '../../../../src/core/keygroups/murmur-hash.js'

/** Computed with Flink's MathUtils.murmurHash in Java. */
const MURMUR: readonly (readonly [code: number, hash: number])[] = [
  [0, 593689054],
  [1, 68075478],
  [-1, 1982413648],
  [2, 1085422463],
  [42, 1134849565],
  [127, 1931274395],
  [128, 132521001],
  [65535, 1986290322],
  [-559038737, 1047277220],
  [2147483647, 1653689534],
  [-2147483648, 1718298732],
  [123456789, 1088346449],
  [-987654321, 1314828554],
]

describe('the murmur hash', () => {
  for (const [code, hash] of MURMUR) {
    it(`of ${code} is Flink's`, () => assert.equal(murmurHash(code), hash))
  }

  it('is never negative', () => {
    fc.assert(fc.property(fc.integer(), (code) => murmurHash(code) >= 0))
  })
})

const shapes = fc
  .integer({ min: 1, max: 1000 })
  .chain((parallelism) => fc.tuple(fc.constant(parallelism), fc.integer({ min: parallelism, max: 32_768 })))

describe('key groups', () => {
  it('fall to exactly one subtask, the one whose range holds them', () => {
    fc.assert(
      fc.property(shapes, fc.integer(), ([parallelism, maxParallelism], hash) => {
        const keyGroup = keyGroupForHash(hash, maxParallelism)
        const owner = operatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup)
        const { start, end } = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, owner)
        assert.ok(keyGroup >= 0 && keyGroup < maxParallelism)
        assert.ok(owner >= 0 && owner < parallelism)
        assert.ok(start <= keyGroup && keyGroup <= end)
      }),
    )
  })

  it('are covered by the ranges of all subtasks without gap or overlap, and evenly', () => {
    fc.assert(
      fc.property(shapes, ([parallelism, maxParallelism]) => {
        let next = 0
        const sizes = new Set<number>()
        for (let index = 0; index < parallelism; index += 1) {
          const range = keyGroupRangeForOperatorIndex(maxParallelism, parallelism, index)
          assert.equal(range.start, next)
          next = range.end + 1
          sizes.add(keyGroupRangeSize(range))
        }
        assert.equal(next, maxParallelism)
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
      }),
      { numRuns: 50 },
    )
  })

  it('of two ranges that do not meet are none', () => {
    assert.equal(keyGroupRangeSize(intersectKeyGroups({ start: 0, end: 9 }, { start: 10, end: 19 })), 0)
    assert.deepEqual(intersectKeyGroups({ start: 0, end: 9 }, { start: 5, end: 19 }), { start: 5, end: 9 })
  })
})

describe('the default max parallelism', () => {
  it('is the power of two at or above 1.5 times the parallelism, from 128 to 32768', () => {
    for (let parallelism = 1; parallelism <= 32_768; parallelism += 1) {
      let expected = 128
      while (expected < parallelism + Math.floor(parallelism / 2) && expected < 32_768) expected *= 2
      assert.equal(computeDefaultMaxParallelism(parallelism), expected)
    }
  })
})
