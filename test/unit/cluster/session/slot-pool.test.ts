import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SlotPool } from '../../../../src/cluster/session/slot-pool.js'

describe('The slots of a session', () => {
  it('are given to those who wait, in order, as long as there are some', () => {
    const pool = new SlotPool(4)
    pool.request('a', 2)
    pool.request('b', 3)
    pool.request('c', 1)
    assert.deepEqual(pool.grant(), ['a'], 'c would fit, and comes after b')
    assert.equal(pool.available, 2)
    pool.release('a')
    assert.deepEqual(pool.grant(), ['b', 'c'])
    assert.equal(pool.available, 0)
  })

  it('are kept from nobody by a job that asks for more than there are at all', () => {
    const pool = new SlotPool(2)
    pool.request('large', 3)
    pool.request('small', 2)
    assert.deepEqual(pool.grant(), ['small'])
    assert.equal(pool.holds('large'), false)
  })

  it('stay with a job whose process asks a second time', () => {
    const pool = new SlotPool(2)
    pool.request('a', 2)
    pool.grant()
    pool.request('a', 2)
    assert.deepEqual(pool.grant(), [])
    assert.equal(pool.slotsOf('a'), 2)
    assert.equal(pool.available, 0)
  })

  it('are not asked for any more by a job that ended while it waited', () => {
    const pool = new SlotPool(1)
    pool.hold('a', 1)
    pool.request('b', 1)
    pool.release('b')
    pool.release('a')
    assert.deepEqual(pool.grant(), [])
    assert.equal(pool.slotsOf('a'), 0)
  })

  it('are never less than none, though the jobs of an earlier session have more', () => {
    const pool = new SlotPool(1)
    pool.hold('a', 4)
    assert.equal(pool.available, 0)
    pool.request('b', 1)
    assert.deepEqual(pool.grant(), [])
  })
})
