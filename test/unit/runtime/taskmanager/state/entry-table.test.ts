import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { EntryTable } from '../../../../../src/runtime/taskmanager/state/entry-table.js'
import type { StateEntry } from '../../../../../src/runtime/taskmanager/state/state-entry.js'

function entryOf(key: number, hash: number): StateEntry {
  return { key, namespace: undefined, hash, keyGroup: 0, value: key, version: 1, position: 0 }
}

describe('EntryTable', () => {
  it('finds what was inserted and not removed, whatever the hashes collide in', () => {
    const operation = fc.tuple(fc.boolean(), fc.nat(60))
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 400, size: 'max' }),
        fc.integer({ min: 1, max: 7 }),
        (steps, spread) => {
          const table = new EntryTable('auto')
          const oracle = new Map<number, StateEntry>()
          // Few different hashes: long runs of neighbours, around the end of the table too.
          const hashOf = (key: number): number => -(key % spread)
          for (const [insert, key] of steps) {
            const known = oracle.get(key)
            if (known !== undefined && !insert) {
              table.remove(known)
              oracle.delete(key)
            } else if (known === undefined && insert) {
              const entry = entryOf(key, hashOf(key))
              table.insert(entry)
              oracle.set(key, entry)
            }
          }
          assert.equal(table.size, oracle.size)
          for (let key = 0; key <= 60; key += 1) {
            assert.equal(table.find(key, undefined, hashOf(key)), oracle.get(key))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps 0 and -0 apart for a key declared as double, whose hashes differ', () => {
    const table = new EntryTable('double')
    table.insert(entryOf(0, 128))
    assert.equal(table.find(-0, undefined, 0), undefined)
  })
})
