import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import type { DiskMapState } from '../../../src/runtime/taskmanager/state/rocksdb/disk-map-state.js'
import type { KvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { StoresOfTest } from './kv-store.contract.js'
import { OneMapTable, SERIALIZER, TINY } from './one-map-table.js'

const RUNS = 150

type Step =
  | { readonly kind: 'put' | 'get' | 'contains' | 'remove'; readonly key: unknown; readonly n: number }
  | { readonly kind: 'isEmpty' | 'clear' | 'save' | 'evict' | 'check' }
  | { readonly kind: 'walk'; readonly meanwhile: readonly (readonly Step[])[] }

const key = fc.oneof(
  fc.nat(11),
  fc.constantFrom<unknown>('a', 'b', '', '\u0000sa', '\ud800', null, true, 7n, NaN, 0.5),
  fc.tuple(fc.nat(2), fc.constantFrom('x', 'y')),
)
const ofKey = fc.record({
  kind: fc.constantFrom('put', 'put', 'put', 'get', 'contains', 'remove', 'remove'),
  key,
  n: fc.nat(),
})
const ofAll = fc.record({ kind: fc.constantFrom('isEmpty', 'save', 'evict', 'evict', 'check') })
const clear = fc.constant({ kind: 'clear' as const })
const withinWalk = fc.oneof(
  { weight: 12, arbitrary: ofKey },
  { weight: 2, arbitrary: fc.constant({ kind: 'save' as const }) },
  { weight: 1, arbitrary: clear },
)
const walk = fc.record({
  kind: fc.constant('walk' as const),
  meanwhile: fc.array(fc.array(withinWalk, { maxLength: 4 }), { maxLength: 8 }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: ofKey },
  { weight: 6, arbitrary: ofAll },
  { weight: 1, arbitrary: clear },
  { weight: 3, arbitrary: walk },
)

export function mapFormModel(driver: KvDriver): void {
  describe(`a map in a store of ${driver.name} and a Map`, () => {
    const stores = new StoresOfTest(driver)
    after(() => stores.end())

    it('are the same whatever is done, with few of its entries in memory, and when it leaves memory', async () => {
      const store = await stores.open()
      let number = 0
      const property = fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        number += 1
        const run = new ModelRun(new OneMapTable(store, TINY, number))
        for (const each of steps) run.do(each)
        run.checkStore()
      })
      fc.assert(property, { numRuns: RUNS })
    })
  })
}

interface Expected {
  readonly key: unknown
  readonly value: unknown
}

class ModelRun {
  readonly #table: OneMapTable
  readonly #state: DiskMapState
  readonly #expected = new Map<unknown, Expected>()
  /** Keys that were removed, for a walk that goes on. */
  readonly #removed = new Set<unknown>()

  constructor(table: OneMapTable) {
    this.#table = table
    this.#state = table.state
  }

  do(step: Step): void {
    switch (step.kind) {
      case 'put':
        return this.#put(step.key, step.n)
      case 'get':
        return assert.deepEqual(this.#state.get(step.key), this.#expected.get(plain(step.key))?.value ?? null)
      case 'contains':
        return assert.equal(this.#state.contains(step.key), this.#expected.has(plain(step.key)))
      case 'remove':
        this.#state.remove(step.key)
        this.#expected.delete(plain(step.key))
        return void this.#removed.add(plain(step.key))
      case 'isEmpty':
        return assert.equal(this.#state.isEmpty(), this.#expected.size === 0)
      case 'clear':
        this.#state.clear()
        for (const each of this.#expected.keys()) this.#removed.add(each)
        return this.#expected.clear()
      case 'save':
        return this.#table.saveCurrent()
      case 'evict':
        return this.#table.evict()
      case 'check':
        return this.#checkEntries(this.#state.entries())
      case 'walk':
        return this.#walk(step.meanwhile)
    }
  }

  /** What is in the store is the map's bytes in a savepoint. */
  checkStore(): void {
    this.#table.evict()
    const map = SERIALIZER.deserialize(new DataInputView(this.#table.savepointBytes()))
    this.#checkEntries(map.entries())
    assert.equal(this.#state.isEmpty(), this.#expected.size === 0)
  }

  #put(key: unknown, n: number): void {
    const value = n % 3 === 0 ? { n, text: 'x'.repeat(n % 50) } : n
    this.#state.put(key, value)
    this.#expected.set(plain(key), { key, value })
  }

  #checkEntries(entries: Iterable<[unknown, unknown]>): void {
    const found = new Map<unknown, Expected>()
    let count = 0
    for (const [key, value] of entries) {
      found.set(plain(key), { key, value })
      count += 1
    }
    assert.equal(count, found.size)
    assert.deepEqual(sorted(found), sorted(this.#expected))
  }

  /** Each entry that is there when its turn comes, once; of those that stay all. */
  #walk(meanwhile: readonly (readonly Step[])[]): void {
    const before = [...this.#expected.keys()]
    this.#removed.clear()
    const seen = new Set<unknown>()
    for (const [key, value] of this.#state.entries()) {
      assert.ok(!seen.has(plain(key)), 'no key comes twice')
      seen.add(plain(key))
      assert.deepEqual(value, this.#expected.get(plain(key))?.value)
      assert.ok(this.#expected.has(plain(key)))
      for (const each of meanwhile[seen.size - 1] ?? []) this.do(each)
    }
    for (const each of before) assert.ok(seen.has(each) || this.#removed.has(each), 'no key is left out')
  }
}

/** A key of a plain Map. */
function plain(key: unknown): unknown {
  return Array.isArray(key) ? JSON.stringify(key) : key
}

function sorted(entries: ReadonlyMap<unknown, Expected>): Expected[] {
  const nameOf = ({ key }: Expected): string => `${typeof key} ${String(plain(key))}`
  return [...entries.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}
