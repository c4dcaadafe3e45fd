import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { StoredKeys } from '../../../../../../src/runtime/taskmanager/state/rocksdb/stored-keys.js'

const BUDGET = 8 * 1024 * 1024

describe('What is known of the keys in a store', () => {
  it('never denies one that is there, whatever came and went, also where counts are full', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.nat(1), fc.boolean())
    fc.assert(
      fc.property(fc.array(change, { maxLength: 400, size: 'max' }), fc.nat(60), (changes, others) => {
        const keys = new StoredKeys(1)
        const states = [keys.ofState(0, false), keys.ofState(1, false)]
        // All of one state at one place, until its count is full.
        for (let other = 0; other < others; other += 1) states[0]?.changed(7, 1)
        const there = new Set<string>()
        for (const [hash, state, isAdded] of changes) {
          const name = `${String(state)} ${String(hash)}`
          if (isAdded === there.has(name)) continue
          states[state]?.changed(hash, isAdded ? 1 : -1)
          if (isAdded) there.add(name)
          else there.delete(name)
        }
        for (const name of there) {
          const [state, hash] = name.split(' ').map(Number)
          assert.equal(states[state ?? 0]?.mayHave(hash ?? 0), true)
        }
      }),
    )
  })

  it('denies nearly all others, while there are not too many', () => {
    const state = new StoredKeys(BUDGET).ofState(3, false)
    const hashOf = (index: number): number => Math.imul(index, 31)
    for (let index = 0; index < 100_000; index += 1) state.changed(hashOf(index), 1)
    const claimed = (from: number): number => {
      let count = 0
      for (let index = from; index < from + 100_000; index += 1) if (state.mayHave(hashOf(index))) count += 1
      return count
    }
    assert.equal(claimed(0), 100_000)
    assert.ok(claimed(200_000) < 5000, `${String(claimed(200_000))} of 100,000`)
    for (let index = 0; index < 100_000; index += 1) state.changed(hashOf(index), -1)
    assert.ok(claimed(0) < 100)
  })

  it('denies nothing of a state that was restored', () => {
    assert.equal(new StoredKeys(BUDGET).ofState(0, true).mayHave(5), true)
  })
})
