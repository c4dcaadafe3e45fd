import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import type { KvCursor, KvDriver, KvStore, KvView } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { bytesOf, readAll, StoresOfTest, valueOf } from './kv-store.contract.js'

const ROUNDS = 60

type Content = ReadonlyMap<string, string>

type Step =
  | { readonly kind: 'write'; readonly changes: readonly (readonly [string, string | null])[] }
  | { readonly kind: 'get' | 'range' | 'cursor' | 'viewRange'; readonly key: string }
  | { readonly kind: 'getMany'; readonly keys: readonly string[] }
  | { readonly kind: 'readCursor'; readonly which: number; readonly count: number }
  | { readonly kind: 'view' }
  | { readonly kind: 'closeView' | 'closeCursor'; readonly which: number }

/** Few different bytes, so that keys meet; now and then a key longer than LMDB takes. */
const part = fc.string({ unit: fc.constantFrom('\x00', '\x01', 'a', '\xfe', '\xff'), maxLength: 4 })
const long = fc.constantFrom('', '', '', '', '', '', 'k'.repeat(1940), 'k'.repeat(1977), 'k'.repeat(3000))
const prefix = fc.tuple(long, part).map((parts) => parts.join(''))
const key = prefix.filter((text) => text.length > 0)
const value = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.nat(40_000).map((length) => 'v'.repeat(length)),
)
const changes = fc.array(fc.tuple(key, fc.option(value)), { maxLength: 6 })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('write' as const), changes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('get' as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('range', 'cursor', 'viewRange'), key: prefix }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('getMany' as const), keys: fc.array(key, { maxLength: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('readCursor' as const), which: fc.nat(9), count: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('view' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('closeView', 'closeCursor'), which: fc.nat(9) }) },
)

export function kvStoreModel(driver: KvDriver): void {
  describe(`a KvStore of ${driver.name} and a sorted map`, () => {
    const stores = new StoresOfTest(driver)
    after(() => stores.end())

    it('are the same after any writes, through any cursors and views', async () => {
      const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const store = await stores.open()
        const run = new ModelRun(store)
        for (const one of steps) run.do(one)
        run.checkAll()
        await store.close()
      })
      await fc.assert(property, { numRuns: ROUNDS })
    })
  })
}

interface OpenCursor {
  readonly cursor: KvCursor
  /** What it has still to give. */
  readonly left: Map<string, string>
}

interface OpenView {
  readonly view: KvView
  readonly content: Content
}

class ModelRun {
  readonly #store: KvStore
  readonly #content = new Map<string, string>()
  readonly #cursors: OpenCursor[] = []
  readonly #views: OpenView[] = []

  constructor(store: KvStore) {
    this.#store = store
  }

  do(step: Step): void {
    switch (step.kind) {
      case 'write':
        return this.#write(step.changes)
      case 'get':
        return assert.equal(valueOf(this.#store, step.key), this.#content.get(step.key))
      case 'getMany':
        return this.#getMany(step.keys)
      case 'range':
        return checkRange(readAll(this.#store.range(bytesOf(step.key))), this.#content, step.key)
      case 'cursor':
        return this.#open(this.#store.range(bytesOf(step.key)), this.#content, step.key)
      case 'view':
        return void this.#views.push({ view: this.#store.view(), content: new Map(this.#content) })
      case 'viewRange':
        return this.#openInView(step.key)
      case 'readCursor':
        return this.#readCursor(step.which, step.count)
      case 'closeView':
        return this.#views.splice(step.which, 1)[0]?.view.close()
      case 'closeCursor':
        return this.#cursors.splice(step.which, 1)[0]?.cursor.close()
    }
  }

  checkAll(): void {
    checkRange(readAll(this.#store.range(bytesOf(''))), this.#content, '')
    for (let which = 0; which < this.#cursors.length; which++) this.#readCursor(which, 1000)
    for (const { left } of this.#cursors) assert.deepEqual([...left], [])
  }

  #write(changes: readonly (readonly [string, string | null])[]): void {
    const batch = this.#store.newBatch()
    for (const [key, value] of changes) {
      if (value === null) batch.delete(bytesOf(key))
      else batch.put(bytesOf(key), bytesOf(value))
      if (value === null) this.#content.delete(key)
      else this.#content.set(key, latin1(value))
    }
    this.#store.write(batch)
  }

  #getMany(keys: readonly string[]): void {
    const found = this.#store.getMany(keys.map(bytesOf))
    const texts = found.map((value) => (value === undefined ? undefined : Buffer.from(value).toString('latin1')))
    assert.deepEqual(
      texts,
      keys.map((key) => this.#content.get(key)),
    )
  }

  #open(cursor: KvCursor, content: Content, prefix: string): void {
    this.#cursors.push({ cursor, left: new Map(entriesOf(content, prefix)) })
  }

  #openInView(prefix: string): void {
    const newest = this.#views.at(-1)
    if (newest === undefined) return
    checkRange(readAll(newest.view.range(bytesOf(prefix))), newest.content, prefix)
  }

  #readCursor(which: number, count: number): void {
    const open = this.#cursors[which]
    if (open === undefined) return
    const read = open.cursor.next(count)
    assert.equal(read.length, Math.min(count, open.left.size))
    for (const { key, value } of read) {
      const text = Buffer.from(key).toString('latin1')
      assert.equal(Buffer.from(value).toString('latin1'), open.left.get(text))
      open.left.delete(text)
    }
  }
}

function latin1(text: string): string {
  return Buffer.from(bytesOf(text)).toString('latin1')
}

function entriesOf(content: Content, prefix: string): [string, string][] {
  return [...content].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** In order; only keys that are longer than LMDB takes, and agree in what it takes, are in none. */
function checkRange(found: readonly (readonly [string, string])[], content: Content, prefix: string): void {
  const expected = entriesOf(content, prefix)
  const inOrder = found.every(([key]) => key.length < 1978) ? found : [...found].sort(([a], [b]) => (a < b ? -1 : 1))
  assert.deepEqual(inOrder, expected)
}
