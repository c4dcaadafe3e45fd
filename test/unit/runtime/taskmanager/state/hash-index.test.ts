import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HashIndex, homeOf } from '../../../../../src/runtime/taskmanager/state/hash-index.js'

/** Each position once, and no free slot between it and its home place. */
function contentsOf({ slots, shift }: HashIndex): Map<number, number> {
  const contents = new Map<number, number>()
  const mask = slots.length - 1
  for (let at = 0; at < slots.length; at += 2) {
    const position = (slots[at + 1] as number) - 1
    if (position < 0) continue
    assert.ok(!contents.has(position), `position ${String(position)} is there twice`)
    const hash = slots[at] as number
    contents.set(position, hash)
    for (let slot = homeOf(hash, shift); slot !== at; slot = (slot + 2) & mask) assert.notEqual(slots[slot + 1], 0)
  }
  return contents
}

test('a HashIndex has what was inserted and not removed, each once, in every step of a move', () => {
  const step = fc.record({ hash: fc.nat(60), remove: fc.integer({ min: 0, max: 4 }), which: fc.nat() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const index = new HashIndex({ initialCapacity: 4, leastSlicedSlots: 8, slotsASlice: 4 })
      const oracle = new Map<number, number>()
      const insert = (hash: number): void => {
        const position = oracle.size === 0 ? 0 : Math.max(...oracle.keys()) + 1
        oracle.set(position, hash)
        index.insert(hash, position, oracle.size)
      }
      for (const { hash, remove, which } of steps) {
        const position = [...oracle.keys()][which % Math.max(1, oracle.size)]
        // The same mixed hashes lie close together, and round the end.
        if (remove > 0 || position === undefined) insert(Math.imul(hash - 2, 0x144cbc89))
        else {
          index.remove(oracle.get(position) ?? 0, position)
          oracle.delete(position)
        }
        assert.deepEqual(contentsOf(index), oracle)
      }
      while (index.isMoving) insert(7)
      assert.deepEqual(contentsOf(index), oracle)
    }),
    { numRuns: 200 },
  )
})
