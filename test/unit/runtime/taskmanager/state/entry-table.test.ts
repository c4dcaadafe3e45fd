import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { VOID_NAMESPACES } from '../../../../../src/runtime/taskmanager/state/namespace-type.js'
import { Span, SPANS } from '../../../../contract/runtime/spans.js'
import { EntryTable, NO_ENTRY, NOT_FOUND } from '../../../../../src/runtime/taskmanager/state/entry-table.js'

describe('EntryTable', () => {
  test('finds what a Map finds, over any insertions and removals with few hashes', () => {
    const operation = fc.record({ key: fc.nat(40), hash: fc.constant(0), remove: fc.boolean() })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), fc.integer({ min: 1, max: 1000 }), (operations, spread) => {
        const table = new EntryTable('auto', VOID_NAMESPACES)
        const oracle = new Map<number, number>()
        for (const [step, { key, remove }] of operations.entries()) {
          const hash = key % spread
          const position = table.find(key, undefined, hash)
          assert.equal(position === NOT_FOUND, !oracle.has(key))
          if (remove && position !== NOT_FOUND) {
            table.remove(position, false)
            if (step % 2 === 0) table.reclaim()
            oracle.delete(key)
          } else if (position === NOT_FOUND) {
            table.insert({ key, namespace: undefined, value: step }, hash, step % 3 !== 0)
            oracle.set(key, step)
          } else {
            table.setValueAt(position, step)
            oracle.set(key, step)
          }
          assert.equal(table.size, oracle.size)
        }
        for (const [key, value] of oracle) {
          const position = table.find(key, undefined, key % spread)
          assert.equal(table.valueAt(position), value)
          assert.equal(table.keyAt(position), key)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('keeps 0 and -0 apart when the key is a double', () => {
    const table = new EntryTable('double', VOID_NAMESPACES)
    const zero = table.insert({ key: 0, namespace: undefined, value: 'zero' }, 1, true)
    const negative = table.insert({ key: -0, namespace: undefined, value: 'negative' }, 2, true)
    assert.equal(table.find(0, undefined, 1), zero)
    assert.equal(table.find(-0, undefined, 2), negative)
  })

  test('keeps the entries of one key in several namespaces apart, as their type tells them', () => {
    const table = new EntryTable('auto', SPANS)
    const first = table.insert({ key: 'k', namespace: new Span(0, 5), value: 1 }, 7, true)
    const second = table.insert({ key: 'k', namespace: new Span(0, 10), value: 2 }, 7, true)
    assert.equal(table.find('k', new Span(0, 5), 7), first)
    assert.equal(table.find('k', new Span(0, 10), 7), second)
    assert.equal(table.find('k', new Span(0, 20), 7), NOT_FOUND)
    assert.deepEqual(table.namespaceAt(second), new Span(0, 10))
  })

  test('does not use a retired position again, and keeps its key, until it is reclaimed', () => {
    const table = new EntryTable('auto', VOID_NAMESPACES)
    const first = table.insert({ key: 'a', namespace: undefined, value: 1 }, 1, true)
    table.remove(first, false)
    assert.equal(table.valueAt(first), NO_ENTRY)
    assert.equal(table.keyAt(first), 'a')
    assert.notEqual(table.insert({ key: 'b', namespace: undefined, value: 2 }, 2, true), first)
    table.reclaim()
    assert.equal(table.keyAt(first), undefined)
    assert.notEqual(table.insert({ key: 'c', namespace: undefined, value: 3 }, 3, false), first)
    assert.equal(table.insert({ key: 'd', namespace: undefined, value: 4 }, 4, true), first)
  })

  test('touches the keys of coming hashes wherever they were placed, and what is not there does no harm', () => {
    const table = new EntryTable('auto', VOID_NAMESPACES)
    const keys = Array.from({ length: 20_000 }, (_, n) => 'x'.repeat(1 + (n % 7)) + String(n))
    // Two keys a hash, so that the second is never at its home place.
    for (const [n, key] of keys.entries()) table.insert({ key, namespace: undefined, value: n }, n >>> 1, true)
    const hashes = Array.from({ length: 70 }, (_, n) => n * 100)
    table.prefetch(hashes, 3, 4)
    assert.equal(table.touched, keys[600]?.length)
    table.prefetch(hashes, 0, hashes.length)
    const last = hashes.slice(64).reduce((sum, hash) => sum + (keys[2 * hash]?.length ?? 0), 0)
    assert.equal(table.touched, last, 'of the last stage')
    table.prefetch([-5, 1_000_000], 0, 2)
    assert.equal(table.touched, 0)
    table.touch(Int32Array.of(5, 9999, 123), 1, 3)
    const atPositions = [9999, 123].map((position) => String(table.keyAt(position)).length)
    assert.equal(table.touched, (atPositions[0] ?? 0) + (atPositions[1] ?? 0))
    for (const n of [0, 1, 9999, 19_999]) assert.equal(table.valueAt(table.find(keys[n], undefined, n >>> 1)), n)
  })

  test('touches nothing while it is small', () => {
    const table = new EntryTable('auto', VOID_NAMESPACES)
    table.insert({ key: 'word', namespace: undefined, value: 1 }, 7, true)
    table.prefetch([7], 0, 1)
    table.touch(Int32Array.of(0), 0, 1)
    assert.equal(table.touched, 0)
  })
})
