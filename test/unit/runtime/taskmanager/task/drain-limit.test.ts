import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DrainLimit } from '../../../../../src/runtime/taskmanager/task/drain-limit.js'

/** How many records a drain takes of which each takes so long. */
function recordsOf(eachMs: number): number {
  let ms = 0
  const limit = new DrainLimit({ monotonicMs: () => ms })
  limit.begin()
  let records = 0
  while (records < 10_000 && !limit.isOver()) {
    records += 1
    ms += eachMs
  }
  return records
}

describe('A drain of a channel in which barriers may overtake', () => {
  it('is over soon where records take long, with some of them done', () => {
    assert.equal(recordsOf(10), 7)
    assert.equal(recordsOf(1000), 7)
    assert.equal(recordsOf(1), 15)
  })

  it('goes on where they do not', () => {
    assert.equal(recordsOf(0), 10_000)
  })

  it('has its time anew each time that it begins', () => {
    let ms = 0
    const limit = new DrainLimit({ monotonicMs: () => ms })
    for (let drain = 0; drain < 3; drain += 1) {
      limit.begin()
      for (let record = 0; record < 100; record += 1) assert.equal(limit.isOver(), false)
      ms += 100
    }
  })
})
