import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import type { KvDriver, KvFile, KvFiles, KvStore } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { bytesOf, putAll, readAll, StoresOfTest, valueOf } from './kv-store.contract.js'

const KEYS = 3000
const CAPTURES = 12

/** Where snapshots lie: shared files once, the others with each of them. */
export class CheckpointedFiles {
  readonly shared = new Map<string, Buffer>()
  /** Of the capture that was taken last. */
  newSharedBytes = 0

  async take(files: KvFiles): Promise<readonly (readonly [string, Buffer])[]> {
    this.newSharedBytes = 0
    const taken: (readonly [string, Buffer])[] = []
    for (const file of files.files) taken.push([file.name, await this.#take(file)])
    await files.release()
    return taken
  }

  async #take(file: KvFile): Promise<Buffer> {
    const known = file.isShared ? this.shared.get(file.name) : undefined
    if (known !== undefined) return known
    const bytes = await bytesIn(file)
    assert.equal(bytes.length, file.sizeBytes, file.name)
    if (!file.isShared) return bytes
    this.newSharedBytes += bytes.length
    this.shared.set(file.name, bytes)
    return bytes
  }
}

async function bytesIn(file: KvFile): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file.read()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function storeOf(stores: StoresOfTest, files: readonly (readonly [string, Buffer])[]): Promise<KvStore> {
  const directory = stores.newDirectory()
  const place = async ([name, bytes]: readonly [string, Buffer]): Promise<void> => {
    await stores.driver.placeFile?.(directory, name, inPieces(bytes))
  }
  await Promise.all(files.toReversed().map(place))
  return stores.open(directory)
}

async function* inPieces(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000)
}

function capture(store: KvStore): KvFiles {
  const files = store.captureFiles?.()
  assert.ok(files !== undefined)
  return files
}

/** Random without a source of randomness: the same in every run. */
export function sequence(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Changes entries of the store and of the model: most are put, some deleted. */
export function changeSome(store: KvStore, model: Map<string, string>, next: (below: number) => number): void {
  const batch = store.newBatch()
  for (let change = 0; change < 100; change++) {
    const key = `key-${String(next(KEYS))}`
    if (next(5) === 0) {
      batch.delete(bytesOf(key))
      model.delete(key)
    } else {
      const value = String(next(1_000_000)).repeat(1 + next(60))
      batch.put(bytesOf(key), bytesOf(value))
      model.set(key, value)
    }
  }
  store.write(batch)
}

export function sorted(model: ReadonlyMap<string, string>): [string, string][] {
  return [...model].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** What kv-store.ts promises of `captureFiles`, where a driver has it. */
export function kvFilesContract(driver: KvDriver): void {
  describe(`files of a KvStore of ${driver.name}`, () => {
    const stores = new StoresOfTest(driver)
    after(() => stores.end())
    if (driver.placeFile === undefined) {
      it('are not handed over, and cannot be placed', async () => {
        const store = await stores.open()
        assert.equal(store.captureFiles, undefined)
      })
      return
    }
    ofOneMoment(stores)
    ofManyMoments(stores)
    released(stores)
  })
}

function ofOneMoment(stores: StoresOfTest): void {
  it('are a store of what was there at their moment, whatever is written while they are read', async () => {
    const store = await stores.open()
    putAll(store, [
      ['a', '1'],
      ['b', '2'],
    ])
    const files = capture(store)
    const model = new Map<string, string>()
    const next = sequence(7)
    for (let round = 0; round < 60; round++) changeSome(store, model, next)
    const again = await storeOf(stores, await new CheckpointedFiles().take(files))
    assert.deepEqual(readAll(again.range(bytesOf(''))), [
      ['a', '1'],
      ['b', '2'],
    ])
    putAll(again, [['c', '3']])
    assert.equal(valueOf(again, 'c'), '3')
    assert.equal(valueOf(store, 'c'), undefined)
  })

  it('of an empty store are a store that is empty', async () => {
    const store = await stores.open()
    const again = await storeOf(stores, await new CheckpointedFiles().take(capture(store)))
    assert.deepEqual(readAll(again.range(bytesOf(''))), [])
  })

  it('are taken of a store that was made of files, too', async () => {
    const model = new Map<string, string>()
    const next = sequence(99)
    let store = await stores.open()
    for (let generation = 0; generation < 4; generation++) {
      for (let round = 0; round < 20; round++) changeSome(store, model, next)
      const files = await new CheckpointedFiles().take(capture(store))
      await store.close()
      store = await storeOf(stores, files)
      assert.deepEqual(readAll(store.range(bytesOf('')), 500), sorted(model))
    }
  })
}

function ofManyMoments(stores: StoresOfTest): void {
  it('are a store of each moment while it flushes and compacts', async () => {
    const store = await stores.open()
    const checkpoints = new CheckpointedFiles()
    const model = new Map<string, string>()
    const moments: { files: readonly (readonly [string, Buffer])[]; content: [string, string][] }[] = []
    const next = sequence(1)
    for (let moment = 0; moment < CAPTURES; moment++) {
      for (let round = 0; round < 10 + next(30); round++) changeSome(store, model, next)
      const files = capture(store)
      const content = sorted(model)
      for (let round = 0; round < next(30); round++) changeSome(store, model, next)
      moments.push({ files: await checkpoints.take(files), content })
    }
    const names = [...checkpoints.shared.keys()]
    assert.ok(
      names.some((name) => name.endsWith('.sst')),
      'something was flushed',
    )
    for (const { files, content } of moments) {
      const again = await storeOf(stores, files)
      assert.deepEqual(readAll(again.range(bytesOf('')), 500), content)
      await again.close()
    }
  })

  it('that are new follow what was changed', async () => {
    const store = await stores.open()
    const checkpoints = new CheckpointedFiles()
    const entries = Array.from({ length: 20_000 }, (_, index) => [`key-${String(index)}`, 'v'.repeat(100)] as const)
    putAll(store, entries)
    await checkpoints.take(capture(store))
    const allBytes = checkpoints.newSharedBytes
    putAll(store, entries.slice(0, 200))
    await checkpoints.take(capture(store))
    assert.ok(allBytes > 2_000_000 / 4, String(allBytes))
    assert.ok(checkpoints.newSharedBytes > 0)
    assert.ok(
      checkpoints.newSharedBytes < allBytes / 10,
      `${String(checkpoints.newSharedBytes)} of ${String(allBytes)}`,
    )
    await checkpoints.take(capture(store))
    assert.equal(checkpoints.newSharedBytes, 0, 'nothing was changed')
  })

  it('are few however often they are taken', async () => {
    const store = await stores.open()
    const checkpoints = new CheckpointedFiles()
    let files: readonly (readonly [string, Buffer])[] = []
    for (let moment = 0; moment < 300; moment++) {
      putAll(store, [[`key-${String(moment)}`, 'v']])
      files = await checkpoints.take(capture(store))
    }
    assert.ok(files.length < 50, String(files.length))
    const again = await storeOf(stores, files)
    assert.equal(readAll(again.range(bytesOf(''))).length, 300)
  })
}

function released(stores: StoresOfTest): void {
  it('stay readable after the close, and are released twice without harm', async () => {
    const store = await stores.open()
    putAll(store, [['a', '1']])
    const files = capture(store)
    await store.close()
    const checkpoints = new CheckpointedFiles()
    const again = await storeOf(stores, await checkpoints.take(files))
    assert.equal(valueOf(again, 'a'), '1')
    await files.release()
  })

  it('are refused after the release, and of a store that is closed', async () => {
    const store = await stores.open()
    putAll(store, [['a', '1']])
    const files = capture(store)
    await files.release()
    const isAssertion = (error: unknown): boolean => FlinkError.is(error, 'ASSERTION_FAILED')
    for (const file of files.files) await assert.rejects(bytesIn(file), isAssertion)
    await store.close()
    assert.throws(() => store.captureFiles?.(), isAssertion)
  })
}
