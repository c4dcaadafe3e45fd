import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { structuredSerializer } from '../../../../../src/core/types/structured-serializer.js'
import { hashKey } from '../../../../../src/core/keygroups/canonical-key.js'
import { KeyContext } from '../../../../../src/runtime/taskmanager/state/key-context.js'
import type { TableSnapshot } from '../../../../../src/runtime/taskmanager/state/table-snapshot.js'
import { heapTable } from './heap-table.js'

const KEYS = 12

class Bench {
  readonly context = new KeyContext()
  readonly table = heapTable(this.context, structuredSerializer())
  readonly living = new Map<string, number>()

  change(key: string, value: number | undefined): void {
    this.context.setKey(key, hashKey(key, 'auto'))
    if (value === undefined) {
      this.table.remove()
      this.living.delete(key)
    } else {
      // An object that is changed in place, as users do with what value() gave them.
      const box = this.table.get() as { n: number } | undefined
      if (box === undefined) this.table.put({ n: value })
      else box.n = value
      this.living.set(key, value)
    }
  }

  /** Takes away what is even, some places at a time. */
  removeEven(): void {
    const isEven = (value: unknown): boolean => (value as { n: number }).n % 2 === 0
    let from = 0
    do from = this.table.removeWhere(isEven, from, 5)
    while (from > 0)
    for (const [key, value] of this.living) if (value % 2 === 0) this.living.delete(key)
  }

  contents(snapshot: TableSnapshot): Map<string, number> {
    const contents = new Map<string, number>()
    for (let position = 0; position < snapshot.limit; position += 1) {
      if (!snapshot.hasEntry(position)) continue
      contents.set(this.table.keyAt(position) as string, (snapshot.valueAt(position) as { n: number }).n)
    }
    return contents
  }
}

describe('TableSnapshot', () => {
  it('holds what was there when it began, whatever happens to the table, with several at once', () => {
    const step = fc.record({
      key: fc.nat(KEYS - 1),
      action: fc.constantFrom('put', 'put', 'put', 'remove', 'remove even', 'begin', 'end'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const bench = new Bench()
        const running: { snapshot: TableSnapshot; expected: Map<string, number> }[] = []
        for (const [index, { key, action }] of steps.entries()) {
          if (action === 'put') bench.change(`k${String(key)}`, index)
          else if (action === 'remove') bench.change(`k${String(key)}`, undefined)
          else if (action === 'remove even') bench.removeEven()
          else if (action === 'begin') {
            running.push({ snapshot: bench.table.beginSnapshot(), expected: new Map(bench.living) })
          } else {
            const ended = running.shift()
            if (ended !== undefined) bench.table.endSnapshot(ended.snapshot)
          }
          for (const { snapshot, expected } of running) assert.deepEqual(bench.contents(snapshot), expected)
          assert.equal(bench.table.size, bench.living.size)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('finds nothing for the current key once it was taken away with others', () => {
    const bench = new Bench()
    bench.change('a', 2)
    bench.change('b', 4)
    bench.removeEven()
    assert.equal(bench.table.get(), undefined)
    bench.table.put({ n: 1 })
    assert.equal(bench.table.size, 1)
    assert.deepEqual(bench.table.get(), { n: 1 })
  })

  it('lets go of a value that was written: it may be changed without a copy', () => {
    const bench = new Bench()
    bench.change('a', 1)
    const before = bench.table.get()
    const snapshot = bench.table.beginSnapshot()
    snapshot.markWritten(0)
    assert.equal(bench.table.get(), before)
    bench.table.endSnapshot(snapshot)
  })

  it('gives a copy of a value that is still to be written', () => {
    const bench = new Bench()
    bench.change('a', 1)
    const before = bench.table.get()
    const snapshot = bench.table.beginSnapshot()
    assert.notEqual(bench.table.get(), before)
    assert.equal(snapshot.valueAt(0), before)
  })

  it('of changes alone needs none of the others, also when they change under it', () => {
    const bench = new Bench()
    bench.table.beginEpoch(1)
    bench.change('old', 1)
    bench.change('new', 1)
    bench.table.beginEpoch(2)
    bench.change('new', 2)
    const { snapshot } = bench.table.beginDelta(2)
    bench.table.beginEpoch(3)
    const needed = (): boolean[] => [0, 1].map((position) => snapshot.needs(position))
    assert.deepEqual(needed(), [false, true])
    bench.change('old', 3)
    assert.deepEqual(needed(), [false, true])
    bench.change('new', 3)
    assert.deepEqual(needed(), [false, false])
    assert.deepEqual(snapshot.valueAt(1), { n: 2 })
  })
})
