import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DataInputView } from '../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../src/core/memory/data-output-view.js'
import { structuredSerializer } from '../../../src/core/types/structured-serializer.js'
import { ValueNotSerializableError } from '../../../src/core/types/value-not-serializable-error.js'
import { ListSerializer } from '../../../src/runtime/taskmanager/state/list-serializer.js'
import { DiskListState } from '../../../src/runtime/taskmanager/state/rocksdb/disk-list-state.js'
import { ListForm } from '../../../src/runtime/taskmanager/state/rocksdb/list-form.js'
import { listStateContract } from './list-state.contract.js'
import { MemoryKvStore } from './memory-kv-store.js'
import { OneValueTable, prefixOf } from './one-value-table.js'
import { assertTextIsRefused } from './refused-values.js'
import { inputOf, targetOf } from './restored-value.js'

const SERIALIZER = new ListSerializer(structuredSerializer())

class OneListTable extends OneValueTable<ListForm> {
  override readonly named = { state: 'list', operator: 'Count' }
  readonly state: DiskListState

  constructor(store = new MemoryKvStore()) {
    super(store, (buffer) => new ListForm(buffer, SERIALIZER))
    this.state = new DiskListState(this, this.form)
  }

  elements(): unknown[] {
    return [...this.state.get()]
  }
}

listStateContract('a list in a store', () => Promise.resolve(new OneListTable().state))

type Step =
  | { readonly kind: 'add' | 'addAll' | 'update' | 'merge'; readonly length: number; readonly count: number }
  | { readonly kind: 'change' | 'clear' | 'save' | 'evict' | 'check' }

/** Three of the longer ones fill a chunk. */
const length = fc.oneof(fc.nat(20), fc.nat(1500), fc.nat(9000))
const ofElements = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'addAll', 'update', 'merge'),
  length,
  count: fc.nat(12),
})
const ofAll = fc.record({ kind: fc.constantFrom('change', 'save', 'save', 'evict', 'evict', 'check', 'clear') })
const step: fc.Arbitrary<Step> = fc.oneof({ weight: 3, arbitrary: ofElements }, { weight: 2, arbitrary: ofAll })

interface Element {
  n: number
  readonly text: string
}

/** Namespaces 0, 1 and 2, of which the second is merged into the first, and the third is written as often as the first. */
class ModelRun {
  readonly #table = new OneListTable()
  #expected: (Element | string)[] = []
  #numberOfElements = 0

  do(step: Step): void {
    const { state } = this.#table
    switch (step.kind) {
      case 'add': {
        const [element] = this.#elements(step.length, 1)
        state.add(element)
        return void this.#expected.push(...structuredClone([element as Element]))
      }
      case 'addAll': {
        const added = this.#elements(step.length, step.count)
        state.addAll(added)
        return void this.#expected.push(...structuredClone(added))
      }
      case 'update': {
        const all = this.#elements(step.length, step.count)
        state.update(all)
        this.#expected = structuredClone(all)
        return
      }
      case 'merge':
        return this.#merge(this.#elements(step.length, step.count))
      case 'change':
        for (const element of state.get()) if (typeof element === 'object') (element as Element).n += 1
        for (const element of this.#expected) if (typeof element === 'object') element.n += 1
        return
      case 'clear':
        state.clear()
        this.#expected = []
        return
      case 'save':
        this.#table.saveCurrent()
        return this.#saveOther()
      case 'evict':
        return this.#table.evict()
      case 'check':
        assert.equal(state.hasInternal(), this.#expected.length > 0)
        return assert.deepEqual(this.#table.elements(), this.#expected)
    }
  }

  end(): void {
    this.do({ kind: 'evict' })
    this.do({ kind: 'check' })
    this.do({ kind: 'clear' })
    this.do({ kind: 'evict' })
    assert.equal(this.#table.stored().length, 0)
  }

  #merge(merged: readonly (Element | string)[]): void {
    const { state } = this.#table
    state.setCurrentNamespace(1)
    state.update(merged)
    state.mergeNamespaces(0, [1])
    this.#expected.push(...structuredClone(merged))
  }

  #saveOther(): void {
    const { state } = this.#table
    state.setCurrentNamespace(2)
    state.add('other')
    this.#table.saveCurrent()
    state.setCurrentNamespace(0)
  }

  #elements(length: number, count: number): (Element | string)[] {
    return Array.from({ length: count }, () => {
      this.#numberOfElements += 1
      const text = 'x'.repeat(length)
      return this.#numberOfElements % 3 === 0 ? { n: this.#numberOfElements, text } : text
    })
  }
}

describe('A list in a store', () => {
  it('is what an array would be, whatever is done and whenever it leaves memory', () => {
    const property = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const run = new ModelRun()
      for (const each of steps) run.do(each)
      run.end()
    })
    fc.assert(property, { numRuns: 200 })
  })

  it('is one entry while it is short, with the bytes that it has in a savepoint', () => {
    const table = new OneListTable()
    table.state.addAll([1, 'two', { three: 3 }])
    table.evict()
    table.state.add('four')
    table.evict()
    const output = new DataOutputView()
    SERIALIZER.serialize([1, 'two', { three: 3 }, 'four'], output)
    assert.deepEqual(
      table.stored().map(({ value }) => [...value]),
      [[...output.toBytes()]],
    )
  })

  it('is several lists one after the other where it is long, in the order of the store', () => {
    const table = new OneListTable()
    const all = Array.from({ length: 100_000 }, (_, n) => n)
    table.state.update(all)
    table.evict()
    const stored = table.stored()
    assert.ok(stored.length > 40, `${String(stored.length)} entries`)
    assert.deepEqual(
      stored.flatMap(({ value }) => SERIALIZER.deserialize(new DataInputView(value))),
      all,
    )
    assert.deepEqual(table.elements(), all)
  })

  it('is restored from the bytes of a list, in the chunks that a list which grew has', () => {
    const table = new OneListTable()
    const all = Array.from({ length: 5000 }, (_, n) => ({ n }))
    table.form.restore(prefixOf(0), inputOf(SERIALIZER, all), targetOf(table.buffer.batch))
    table.buffer.flush()
    const grown = new OneListTable()
    for (const element of all) grown.state.add(element)
    grown.evict()
    assert.deepEqual(table.stored(), grown.stored())
    assert.deepEqual(table.elements(), all)
  })

  it('takes one more element without being read, and writes no more than its end', () => {
    const store = new MemoryKvStore()
    const table = new OneListTable(store)
    table.state.update(Array.from({ length: 100_000 }, (_, n) => `element ${String(n)}`))
    table.evict()
    table.buffer.flush()
    store.reads = 0
    let writtenBytes = 0
    for (let round = 0; round < 100; round += 1) {
      table.state.add(`round ${String(round)}`)
      table.saveCurrent()
      writtenBytes += table.buffer.batch.sizeBytes
      table.buffer.flush()
    }
    assert.ok(store.reads < 30, `${String(store.reads)} reads to find the end`)
    assert.ok(writtenBytes < 100 * 4300, `${String(writtenBytes)} bytes for a hundred times one element`)
    assert.ok(table.sizeBytes < 10_000, `${String(table.sizeBytes)} bytes in memory`)
    table.evict()
    assert.equal(table.elements().length, 100_100)
    assert.equal(table.elements().at(-1), 'round 99')
  })

  it('goes to the store by itself where much is added under one key', () => {
    const table = new OneListTable()
    let largest = 0
    for (let n = 0; n < 20_000; n += 1) {
      table.state.add(`element ${String(n)}`)
      largest = Math.max(largest, table.sizeBytes)
    }
    assert.ok(largest < 200_000, `${String(largest)} bytes in memory`)
    assert.equal(table.elements().length, 20_000)
  })

  it('is not loaded by who asks whether it holds anything', () => {
    const store = new MemoryKvStore()
    const table = new OneListTable(store)
    table.state.update(Array.from({ length: 10_000 }, (_, n) => n))
    table.evict()
    store.reads = 0
    assert.equal(table.state.hasInternal(), true)
    assert.ok(store.reads < 20)
    assert.ok(table.sizeBytes < 10_000)
  })

  it('writes elements again that a function may have changed, and no leftover of what it was', () => {
    const table = new OneListTable()
    table.state.update(Array.from({ length: 40 }, (_, n) => ({ n, text: 'x'.repeat(1000) })))
    table.evict()
    const before = table.stored().length
    for (const element of table.state.get()) (element as { text: string }).text = 'short'
    table.evict()
    assert.ok(before > 5)
    assert.equal(table.stored().length, 1)
    assert.deepEqual(table.elements()[39], { n: 39, text: 'short' })
  })

  it('says which of its elements cannot be stored, and writes nothing then', () => {
    const table = new OneListTable()
    table.state.addAll([1, 2])
    table.evict()
    table.state.addAll([3, () => 4])
    assert.throws(
      () => {
        table.saveCurrent()
      },
      (error) => error instanceof ValueNotSerializableError && error.path === '[3]',
    )
    assert.equal(table.buffer.batch.sizeBytes, 0)
  })

  it('takes no value for a list that is none', () => {
    const { form, buffer } = new OneListTable()
    assertTextIsRefused(form, prefixOf(0), buffer.batch)
  })
})
