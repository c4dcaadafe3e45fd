import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { extremeElementOf, extremeOf, sumOf, type FieldAggregation } from '../../../src/api/datastream/aggregations.js'
import { keySpecOf } from '../../../src/api/datastream/key-extraction.js'

/** What is said of the first record of a key, and of one that comes after a good one. */
function refused(aggregation: FieldAggregation<unknown>, record: unknown, good: unknown, message: RegExp): void {
  assert.throws(() => {
    aggregation.check(record)
  }, message)
  assert.throws(() => aggregation.reduce(good, record), message)
}

describe('A field that cannot be combined is told with the record', () => {
  it('by sum', () => {
    const words =
      /^FlinkError: sum\(1\) needs a number, .* as field 1 of each record, but it is 'x' in \[ 'a', 'x' \]\.$/
    refused(sumOf(1), ['a', 'x'], ['a', 1], words)
    refused(sumOf('zz'), { n: 1 }, { zz: 1 }, /^FlinkError: sum\('zz'\) needs .* but it is undefined in \{ n: 1 \}\.$/)
    refused(sumOf(0), 'text', [1], /but it is undefined in 'text'\.$/)
    assert.throws(() => sumOf(0).reduce([1n], [1]), /a BigInt in all of them/)
  })

  it('by min, max, minBy and maxBy', () => {
    refused(extremeOf('n', 'min'), { n: null }, { n: 1 }, /min\('n'\) needs .* but it is null in/)
    refused(extremeElementOf('n', 'max', true), {}, { n: 1 }, /maxBy\('n'\) needs .* but it is undefined in/)
  })

  it('and what can be is taken', () => {
    for (const value of [1, 1n]) sumOf<unknown>('n').check({ n: value })
    for (const value of [1, 1n, 'a']) extremeOf<unknown>('n', 'max').check({ n: value })
  })
})

describe('A record without the field of its key', () => {
  it('is shown, and a number is said to be a position of a tuple', () => {
    const select = (key: unknown, value: unknown) => keySpecOf([key], 'keyBy').select(value)
    assert.throws(() => select(1, 'some text'), {
      message:
        "the record 'some text' has no field 1: a number names a position of a tuple. " +
        'For another key write keyBy((value) => ...)',
    })
    assert.throws(() => select(2, ['a']), { message: "the record [ 'a' ] has no field 2" })
    assert.throws(() => select('user.id', { user: {} }), { message: 'the record {} has no field id' })
  })
})
