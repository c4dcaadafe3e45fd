import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { VOID_NAMESPACES } from '../../../../../src/runtime/taskmanager/state/namespace-type.js'
import { Span, SPANS } from '../../../../contract/runtime/spans.js'
import { EntryTable, NO_ENTRY, NOT_FOUND } from '../../../../../src/runtime/taskmanager/state/entry-table.js'
import { TableSnapshot } from '../../../../../src/runtime/taskmanager/state/table-snapshot.js'

/** A chunk has 8 entries, an index of 8 slots moves, four slots at a time, and one position is reclaimed at once. */
const SMALL_PARTS = { chunkBits: 1, leastSlicedSlots: 8, slotsASlice: 4, reclaimedAtOnce: 1 }

/** A table and what a Map says of it, with at most one snapshot, as of a state. */
class Checked {
  readonly table = new EntryTable('auto', VOID_NAMESPACES, { initialCapacity: 4, parts: SMALL_PARTS })
  readonly #oracle = new Map<number, { position: number; value: number }>()
  readonly #spread: number
  #running: { snapshot: TableSnapshot; expected: Map<number, number> } | undefined

  constructor(spread: number) {
    this.#spread = spread
  }

  hashOf(key: number): number {
    // The last ones go round the end of the index.
    return Math.imul((key % this.#spread) - 2, 0x144cbc89)
  }

  put(key: number, value: number): void {
    const { table } = this
    const position = table.find(key, undefined, this.hashOf(key))
    assert.equal(position, this.#oracle.get(key)?.position ?? NOT_FOUND)
    if (position !== NOT_FOUND) {
      this.#preserve(position)
      table.setValueAt(position, value)
      this.#oracle.set(key, { position, value })
      return
    }
    const at = table.insert({ key, namespace: undefined, value }, this.hashOf(key), this.#running === undefined)
    this.#oracle.set(key, { position: at, value })
  }

  remove(key: number): void {
    const position = this.table.find(key, undefined, this.hashOf(key))
    assert.equal(position, this.#oracle.get(key)?.position ?? NOT_FOUND)
    if (position === NOT_FOUND) return
    this.#preserve(position)
    this.table.remove(position, this.#running === undefined)
    this.#oracle.delete(key)
  }

  beginOrEnd(): void {
    if (this.#running === undefined) {
      const expected = new Map([...this.#oracle].map(([key, { value }]) => [key, value]))
      this.#running = { snapshot: new TableSnapshot(this.table), expected }
      return
    }
    this.check()
    this.#running = undefined
    this.table.reclaim()
  }

  check(): void {
    const { table } = this
    assert.equal(table.size, this.#oracle.size)
    for (const [key, { position, value }] of this.#oracle) {
      assert.equal(table.find(key, undefined, this.hashOf(key)), position)
      assert.deepEqual([table.keyAt(position), table.valueAt(position)], [key, value])
      assert.equal(table.hashAt(position), this.hashOf(key))
    }
    if (this.#running === undefined) return
    const { snapshot, expected } = this.#running
    const contents = new Map<unknown, unknown>()
    for (let position = 0; position < snapshot.limit; position += 1)
      if (snapshot.hasEntry(position)) contents.set(table.keyAt(position), snapshot.valueAt(position))
    assert.deepEqual(contents, expected)
  }

  #preserve(position: number): void {
    const snapshot = this.#running?.snapshot
    if (snapshot?.needs(position) === true) snapshot.preserve(position)
  }
}

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

  test('has what a Map has, at the same positions, while it grows in slices and chunks, and with snapshots under way', () => {
    const step = fc.record({
      key: fc.nat(300),
      action: fc.constantFrom('put', 'put', 'put', 'put', 'remove', 'snapshot'),
      times: fc.integer({ min: 1, max: 20 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 400 }), (steps, spread) => {
        const checked = new Checked(spread)
        for (const [index, { key, action, times }] of steps.entries()) {
          if (action === 'snapshot') checked.beginOrEnd()
          for (let next = key; next < key + times; next += 1) {
            if (action === 'put') checked.put(next, index)
            else if (action === 'remove') checked.remove(next)
          }
          if (index % 8 === 0) checked.check()
        }
        checked.check()
      }),
      { numRuns: 150 },
    )
  })

  test('moves a large index with the insertions that follow: each of them takes a few slots', () => {
    const parts = { ...SMALL_PARTS, leastSlicedSlots: 64, slotsASlice: 8 }
    const table = new EntryTable('auto', VOID_NAMESPACES, { parts })
    const moving: number[] = []
    for (let key = 0; key < 600; key += 1) {
      table.insert({ key, namespace: undefined, value: key }, key, true)
      if (table.isMoving) moving.push(key)
    }
    // It begins when half of the slots have an entry. A slice goes on to the next free slot, so there may be fewer.
    for (const size of [32, 64, 128, 256]) {
      const insertions = moving.filter((key) => key >= size && key < 2 * size)
      assert.equal(insertions[0], size)
      assert.ok(insertions.length > 1 && insertions.length < (2 * size) / 8, `${String(insertions.length)} insertions`)
    }
  })

  test('reclaims many positions with the insertions that follow', () => {
    const table = new EntryTable('auto', VOID_NAMESPACES, { parts: { ...SMALL_PARTS, reclaimedAtOnce: 10 } })
    for (let key = 0; key < 40; key += 1) table.insert({ key, namespace: undefined, value: key }, key, true)
    for (let position = 0; position < 40; position += 1) table.remove(position, false)
    const keys = (): number => Array.from({ length: 40 }, (_, position) => table.keyAt(position)).filter(isThere).length
    table.reclaim()
    assert.equal(keys(), 30)
    const after = [100, 101, 102, 103].map((key) => {
      table.insert({ key, namespace: undefined, value: key }, key, true)
      return keys()
    })
    // Eight go, one comes.
    assert.deepEqual(after, [23, 16, 9, 4])
    assert.equal(table.limit, 40)
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

function isThere(key: unknown): boolean {
  return key !== undefined
}
