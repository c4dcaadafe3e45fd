import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { KvCursor, KvDriver, KvEntry, KvStore } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'

/** Small, so that a test of some megabytes flushes and compacts. */
export const SMALL_MEMORY_BYTES: number = 2 * 1024 * 1024

export class StoresOfTest {
  readonly driver: KvDriver
  readonly directory: string
  readonly #open = new Set<KvStore>()
  #made = 0

  constructor(driver: KvDriver) {
    this.driver = driver
    this.directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-kv-'))
  }

  newDirectory(): string {
    this.#made += 1
    return path.join(this.directory, String(this.#made))
  }

  async open(directory: string = this.newDirectory()): Promise<KvStore> {
    const store = await this.driver.open({ directory, memoryBytes: SMALL_MEMORY_BYTES })
    this.#open.add(store)
    return store
  }

  async end(): Promise<void> {
    for (const store of this.#open) await store.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

export function putAll(store: KvStore, entries: Iterable<readonly [string, string]>): void {
  const batch = store.newBatch()
  for (const [key, value] of entries) batch.put(bytesOf(key), bytesOf(value))
  store.write(batch)
}

/** What a cursor gives, a few at a time; closes it. */
export function readAll(cursor: KvCursor, count = 7): [string, string][] {
  const all: [string, string][] = []
  for (let some = cursor.next(count); some.length > 0; some = cursor.next(count)) {
    assert.ok(some.length <= count)
    all.push(...some.map(textsOf))
  }
  assert.deepEqual(cursor.next(count), [])
  cursor.close()
  return all
}

function textsOf({ key, value }: KvEntry): [string, string] {
  return [Buffer.from(key).toString('latin1'), Buffer.from(value).toString('latin1')]
}

export function valueOf(store: KvStore, key: string): string | undefined {
  const value = store.get(bytesOf(key))
  return value === undefined ? undefined : Buffer.from(value).toString('latin1')
}

/** Shorter than the key, for the message of a test that fails. */
function nameOfLong(key: string): string {
  return `${String(key.length)}${key.slice(-1)}${/^k+.$/s.test(key) ? '' : ' with other bytes'}`
}

function isAssertion(error: unknown): boolean {
  assert.ok(FlinkError.is(error, 'ASSERTION_FAILED'), String(error))
  return true
}

/** What kv-store.ts promises. */
export function kvStoreContract(driver: KvDriver): void {
  describe(`a KvStore of ${driver.name}`, () => {
    const stores = new StoresOfTest(driver)
    after(() => stores.end())
    readsAndWrites(stores)
    rangesAndViews(stores)
    refusals(stores)
  })
}

function readsAndWrites(stores: StoresOfTest): void {
  it('is empty when it was opened, and makes its directory', async () => {
    const store = await stores.open(path.join(stores.newDirectory(), 'deep', 'er.dir'))
    assert.equal(valueOf(store, 'a'), undefined)
    assert.deepEqual(readAll(store.range(bytesOf(''))), [])
  })

  it('gives back what a batch put, and not what it deleted; the last change of a key counts', async () => {
    const store = await stores.open()
    putAll(store, [
      ['kept', '1'],
      ['gone', '2'],
      ['empty', ''],
      ['\x00', 'zero'],
      ['\xff\xff', 'most'],
    ])
    const batch = store.newBatch()
    batch.delete(bytesOf('gone'))
    batch.delete(bytesOf('never there'))
    batch.put(bytesOf('twice'), bytesOf('first'))
    batch.put(bytesOf('twice'), bytesOf('second'))
    batch.put(bytesOf('kept and gone'), bytesOf('x'))
    batch.delete(bytesOf('kept and gone'))
    assert.equal(valueOf(store, 'gone'), '2', 'nothing is written before write()')
    store.write(batch)
    const keys = ['kept', 'gone', 'empty', '\x00', '\xff\xff', 'twice', 'kept and gone', 'kep', 'kept\x00']
    const values = store.getMany(keys.map(bytesOf)).map((value) => value && Buffer.from(value).toString('latin1'))
    const expected = ['1', undefined, '', 'zero', 'most', 'second', undefined, undefined, undefined]
    assert.deepEqual(values, expected)
    assert.deepEqual(
      keys.map((key) => valueOf(store, key)),
      expected,
    )
    assert.deepEqual(store.getMany([]), [])
  })

  it('has a batch that counts its bytes, and is empty after the write', async () => {
    const store = await stores.open()
    const batch = store.newBatch()
    assert.equal(batch.sizeBytes, 0)
    batch.put(bytesOf('abc'), bytesOf('12345'))
    batch.delete(bytesOf('xy'))
    assert.equal(batch.sizeBytes, 10)
    store.write(batch)
    assert.equal(batch.sizeBytes, 0)
    putAll(store, [['abc', 'newer']])
    batch.put(bytesOf('second'), bytesOf('use'))
    store.write(batch)
    assert.equal(valueOf(store, 'abc'), 'newer', 'what was written before is not written again')
    assert.equal(valueOf(store, 'second'), 'use')
  })

  it('copies what goes in, and gives away what comes out', async () => {
    const store = await stores.open()
    const key = Uint8Array.of(0, 1, 2, 3).subarray(1, 3)
    const value = Uint8Array.of(9, 8, 7, 6).subarray(1, 3)
    const batch = store.newBatch()
    batch.put(key, value)
    key.fill(77)
    value.fill(77)
    store.write(batch)
    const first = store.get(Uint8Array.of(1, 2))
    assert.deepEqual([...(first ?? [])], [8, 7])
    const [entry] = store.range(Uint8Array.of(1)).next(1)
    assert.deepEqual([...(entry?.value ?? [])], [8, 7])
    first?.fill(66)
    entry?.value.fill(66)
    entry?.key.fill(66)
    assert.deepEqual([...(store.get(Uint8Array.of(1, 2)) ?? [])], [8, 7])
    assert.deepEqual([...(first ?? [])], [66, 66], 'a later read changes nothing that was given away')
  })

  it('takes values of a megabyte, and keeps those it gave while others are read', async () => {
    const store = await stores.open()
    const large = Array.from({ length: 5 }, (_, index) => String(index).repeat(1024 * 1024 + index))
    putAll(
      store,
      large.map((value, index) => [`large-${String(index)}`, value] as const),
    )
    const keys = large.map((_, index) => bytesOf(`large-${String(index)}`))
    const given = store.getMany(keys)
    const again = keys.map((key) => store.get(key))
    const inOrder = store.range(bytesOf('large-')).next(10)
    for (const [index, expected] of large.entries()) {
      const found = [given[index], again[index], inOrder[index]?.value]
      for (const value of found) assert.ok(Buffer.from(value ?? []).equals(Buffer.from(expected)), String(index))
    }
  })
}

function rangesAndViews(stores: StoresOfTest): void {
  it('finds exactly what begins with a prefix, in the order of keys', async () => {
    const store = await stores.open()
    const keys = [
      'a',
      'a\x00',
      'a\x00b',
      'ab',
      'a\xff',
      'a\xff\x00',
      'a\xff\xff',
      'a\xff\xff\x01',
      'b',
      '\xff',
      '\xff\xff',
    ]
    putAll(
      store,
      [...keys].reverse().map((key) => [key, `<${key}>`]),
    )
    for (const prefix of ['', 'a', 'a\x00', 'a\xff', 'a\xff\xff', '\xff', '\xff\xff', 'b', 'c', 'ab', 'abc']) {
      const expected = keys.filter((key) => key.startsWith(prefix)).map((key) => [key, `<${key}>`])
      assert.deepEqual(readAll(store.range(bytesOf(prefix)), 1), expected, `range of ${JSON.stringify(prefix)}`)
      const view = store.view()
      assert.deepEqual(readAll(view.range(bytesOf(prefix)), 3), expected, `view of ${JSON.stringify(prefix)}`)
      view.close()
    }
  })

  it('takes keys and prefixes of any length', async () => {
    const store = await stores.open()
    const lengths = [1, 100, 1945, 1946, 1947, 1976, 1977, 1978, 1979, 2000, 5000, 70_000]
    const keys = lengths.flatMap((length) => ['x', 'y', '\xff'].map((end) => 'k'.repeat(length - 1) + end))
    putAll(
      store,
      keys.map((key) => [key, String(key.length) + key.slice(-1)]),
    )
    for (const key of keys) assert.equal(valueOf(store, key), String(key.length) + key.slice(-1))
    assert.equal(valueOf(store, 'k'.repeat(1977) + 'z'), undefined)
    for (const length of lengths) {
      for (const prefix of ['k'.repeat(length), 'k'.repeat(length - 1) + 'x']) {
        const expected = keys
          .filter((key) => key.startsWith(prefix))
          .sort()
          .map(nameOfLong)
        const found = readAll(store.range(bytesOf(prefix))).map(([key]) => nameOfLong(key))
        assert.deepEqual(found.sort(), [...expected].sort(), `prefix of ${String(prefix.length)}`)
      }
    }
    const batch = store.newBatch()
    for (const key of keys) batch.delete(bytesOf(key))
    store.write(batch)
    assert.deepEqual(readAll(store.range(bytesOf(''))), [])
  })

  it('has cursors that later writes do not change', async () => {
    const store = await stores.open()
    putAll(store, [
      ['p1', 'a'],
      ['p2', 'b'],
      ['p3', 'c'],
      ['q', 'd'],
    ])
    const untouched = store.range(bytesOf('p'))
    const begun = store.range(bytesOf('p'))
    assert.equal(begun.next(1).length, 1)
    const batch = store.newBatch()
    batch.put(bytesOf('p1'), bytesOf('new'))
    batch.delete(bytesOf('p2'))
    batch.put(bytesOf('p4'), bytesOf('new'))
    store.write(batch)
    assert.deepEqual(readAll(untouched), [
      ['p1', 'a'],
      ['p2', 'b'],
      ['p3', 'c'],
    ])
    assert.deepEqual(readAll(begun), [
      ['p2', 'b'],
      ['p3', 'c'],
    ])
    assert.deepEqual(readAll(store.range(bytesOf('p'))), [
      ['p1', 'new'],
      ['p3', 'c'],
      ['p4', 'new'],
    ])
  })

  it('has views that later writes do not change, also where their ranges are opened later', async () => {
    const store = await stores.open()
    putAll(store, [
      ['p1', 'a'],
      ['p2', 'b'],
      ['q1', 'c'],
    ])
    assert.equal(valueOf(store, 'p1'), 'a')
    const first = store.view()
    putAll(store, [
      ['p1', 'second'],
      ['p3', 'second'],
    ])
    const second = store.view()
    await new Promise((resolve) => setTimeout(resolve, 5))
    putAll(store, [['p1', 'third']])
    assert.equal(valueOf(store, 'p1'), 'third')
    const early = first.range(bytesOf('p'))
    putAll(store, [['p2', 'fourth']])
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(readAll(early), [
      ['p1', 'a'],
      ['p2', 'b'],
    ])
    assert.deepEqual(readAll(second.range(bytesOf('p'))), [
      ['p1', 'second'],
      ['p2', 'b'],
      ['p3', 'second'],
    ])
    assert.deepEqual(readAll(first.range(bytesOf(''))), [
      ['p1', 'a'],
      ['p2', 'b'],
      ['q1', 'c'],
    ])
    first.close()
    assert.deepEqual(readAll(second.range(bytesOf('q'))), [['q1', 'c']])
    second.close()
  })

  it('has ranges of one view that are read in turn', async () => {
    const store = await stores.open()
    const entries = Array.from(
      { length: 300 },
      (_, index) => [`${String(index % 3)}/${String(1000 + index)}`, ''] as const,
    )
    putAll(store, entries)
    const view = store.view()
    const cursors = ['0/', '1/', '2/', ''].map((prefix) => view.range(bytesOf(prefix)))
    const found: string[][] = cursors.map(() => [])
    for (let round = 0; round < 400; round++) {
      for (const [index, cursor] of cursors.entries())
        found[index]?.push(...cursor.next(1 + (round % 5)).map(({ key }) => Buffer.from(key).toString()))
    }
    const keys = entries.map(([key]) => key).sort()
    const expected = ['0/', '1/', '2/', ''].map((prefix) => keys.filter((key) => key.startsWith(prefix)))
    assert.deepEqual(found, expected)
    view.close()
  })

  it('lets cursors and views be closed twice, and gives no more after it', async () => {
    const store = await stores.open()
    putAll(store, [
      ['a', '1'],
      ['b', '2'],
    ])
    const cursor = store.range(bytesOf(''))
    const view = store.view()
    const ofView = view.range(bytesOf(''))
    assert.deepEqual(ofView.next(0), [])
    for (const closable of [cursor, cursor, view, view, ofView, ofView]) closable.close()
    assert.throws(() => cursor.next(1), isAssertion)
    assert.throws(() => ofView.next(1), isAssertion)
    assert.throws(() => view.range(bytesOf('a')), isAssertion)
  })
}

function refusals(stores: StoresOfTest): void {
  it('refuses every call after its close instead of ending the process', async () => {
    const store = await stores.open()
    putAll(store, [
      ['a', '1'],
      ['b', '2'],
    ])
    const cursor = store.range(bytesOf(''))
    const begun = store.range(bytesOf(''))
    begun.next(1)
    const view = store.view()
    const ofView = view.range(bytesOf(''))
    const batch = store.newBatch()
    batch.put(bytesOf('c'), bytesOf('3'))
    const closing = store.close()
    const calls = [
      () => store.get(bytesOf('a')),
      () => store.getMany([bytesOf('a')]),
      () => store.newBatch(),
      () => store.write(batch),
      () => store.range(bytesOf('a')),
      () => store.view(),
      () => store.metrics(),
      () => cursor.next(1),
      () => begun.next(1),
      () => view.range(bytesOf('a')),
      () => ofView.next(1),
    ]
    for (const call of calls) assert.throws(call, isAssertion, String(call))
    await closing
    for (const call of calls) assert.throws(call, isAssertion, String(call))
    for (const closable of [cursor, begun, view, ofView]) closable.close()
    await store.close()
  })

  it('refuses a key without bytes', async () => {
    const store = await stores.open()
    const empty = new Uint8Array(0)
    assert.throws(() => store.get(empty), isAssertion)
    assert.throws(() => store.getMany([bytesOf('a'), empty]), isAssertion)
    const batch = store.newBatch()
    assert.throws(() => batch.put(empty, bytesOf('a')), isAssertion)
    assert.throws(() => batch.delete(empty), isAssertion)
    batch.put(bytesOf('a'), empty)
    store.write(batch)
    assert.deepEqual(readAll(store.range(empty)), [['a', '']])
  })

  it('refuses a directory that another store has, and leaves that as it was', async () => {
    const directory = stores.newDirectory()
    const store = await stores.open(directory)
    putAll(store, [['a', '1']])
    await assert.rejects(stores.open(directory), isAssertion)
    assert.equal(valueOf(store, 'a'), '1')
  })

  it('refuses a batch of another driver', async () => {
    const store = await stores.open()
    const foreign = { put: () => {}, delete: () => {}, sizeBytes: 0 }
    assert.throws(() => store.write(foreign), isAssertion)
  })

  it('says where it is when a directory cannot be made', async () => {
    const file = stores.newDirectory()
    writeFileSync(file, '')
    const directory = path.join(file, 'store')
    await assert.rejects(stores.open(directory), (error: unknown) => {
      assert.ok(FlinkError.is(error, 'FILE_ACCESS_REFUSED'), String(error))
      assert.ok(error.message.includes(file), error.message)
      return true
    })
  })
}
