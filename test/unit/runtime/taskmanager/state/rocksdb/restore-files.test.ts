import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { defaultFileSystems } from '../../../../../../src/filesystems/default-file-systems.js'
import { crc32c } from '../../../../../../src/core/memory/crc32c.js'
import { SeededRandom } from '../../../../../../src/core/random/seeded-random.js'
import { FlinkError, type ErrorCode } from '../../../../../../src/core/errors/flink-error.js'
import { loadKvDriver } from '../../../../../../src/runtime/taskmanager/state/rocksdb/drivers/load-kv-driver.js'
import { entriesOf } from '../../../../../../src/runtime/taskmanager/state/rocksdb/cursor-entries.js'
import { decodeEntryKey } from '../../../../../../src/runtime/taskmanager/state/rocksdb/entry-key.js'
import { encodeManifest } from '../../../../../../src/runtime/taskmanager/state/rocksdb/files-manifest.js'
import { restoreStore } from '../../../../../../src/runtime/taskmanager/state/rocksdb/restore-store.js'
import { closePlaced, type StorePlace } from '../../../../../../src/runtime/taskmanager/state/rocksdb/store-place.js'
import { RocksDBKeyedStateBackend } from '../../../../../../src/runtime/taskmanager/state/rocksdb/rocksdb-keyed-state-backend.js'
import { checkpointStreams } from '../../../../../../src/storage/file-checkpoint-streams.js'
import type { BackendFile, KeyedStateHandle } from '../../../../../../src/storage/state-handles.js'
import { readerOf } from '../../../../../contract/runtime/snapshot-rounds/keyed-task.js'
import {
  cleanUpAfterEach,
  createDisk,
  diskUnderTest,
  rocksdbResources,
} from '../../../../../contract/runtime/rocksdb-under-test.js'
import {
  AllStates,
  backendOf,
  DEFAULT_PARAMETERS,
  type BackendUnderTest,
} from '../../../../../contract/runtime/state-backend.contract.js'
import { freeSlices } from '../../../../../contract/runtime/state-backend-streams.js'

const isThere = await loadKvDriver('rocksdb').then(
  () => true,
  () => false,
)
const ROCKSDB = diskUnderTest({ driver: 'rocksdb' })
const fileSystems = defaultFileSystems()

cleanUpAfterEach()

describe('Files of a store', { skip: !isThere }, () => {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'flink-ts-restore-files-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  /** Of one checkpoint with nothing in its metadata. */
  async function written(): Promise<KeyedStateHandle> {
    const states = new AllStates(await backendOf(ROCKSDB))
    for (let key = 0; key < 500; key += 1) states.at(key).value.update('x'.repeat(100))
    const snapshot = states.backend.snapshot({ checkpointId: 1, baseCheckpointId: undefined })
    const incremental = { sharedDirectoryUri: `file://${root}`, baseCheckpointId: undefined }
    const location = { kind: 'file', directoryUri: `file://${root}`, inlineThresholdBytes: 0, incremental } as const
    const [handle] = await snapshot.write(checkpointStreams(location, fileSystems, new SeededRandom(1)), freeSlices())
    snapshot.release()
    assert.ok(handle)
    return handle
  }

  /** What the restore fails with; nothing of it stays on the disk. */
  async function failure(handle: KeyedStateHandle, code: ErrorCode, message: RegExp): Promise<void> {
    const directories = await mkdtemp(path.join(root, 'directories-'))
    let made = 0
    const resources = rocksdbResources({ driver: 'rocksdb' })
    const createDirectory = (): Promise<{ path: string; remove: () => Promise<void> }> => {
      const directory = path.join(directories, String((made += 1)))
      return Promise.resolve({ path: directory, remove: () => rm(directory, { recursive: true, force: true }) })
    }
    const kind: BackendUnderTest = {
      ...ROCKSDB,
      create: (parameters) => createDisk(new RocksDBKeyedStateBackend(parameters, { ...resources, createDirectory })),
    }
    const backend = await backendOf(kind)
    await assert.rejects(backend.restore([handle], readerOf(fileSystems)), (error) => {
      assert.ok(FlinkError.is(error, code), String(error))
      assert.match(error.message, message)
      return true
    })
    assert.deepEqual(await readdir(directories), [])
  }

  function largest(handle: KeyedStateHandle): Extract<BackendFile['handle'], { kind: 'file' }> {
    const files = (handle.backendFiles?.files ?? []).flatMap(({ handle: file }) => (file.kind === 'file' ? file : []))
    const [first] = files.sort((one, other) => other.lengthBytes - one.lengthBytes)
    assert.ok(first)
    return first
  }

  function withFiles(handle: KeyedStateHandle, change: (file: BackendFile) => BackendFile): KeyedStateHandle {
    assert.ok(handle.backendFiles)
    return { ...handle, backendFiles: { ...handle.backendFiles, files: handle.backendFiles.files.map(change) } }
  }

  it('come back as they were', async () => {
    const backend = await backendOf(ROCKSDB)
    await backend.restore([await written()], readerOf(fileSystems))
    assert.equal(new AllStates(backend).at(499).value.value(), 'x'.repeat(100))
  })

  it('bring no entries of other key groups, where a part of them is restored', async () => {
    const resources = rocksdbResources({ driver: 'rocksdb' })
    const driver = await resources.loadDriver()
    const where: StorePlace = {
      driver,
      createDirectory: () => resources.createDirectory(),
      openStore: (directory) => driver.open({ directory, memoryBytes: 1_000_000 }),
    }
    const parameters = { ...DEFAULT_PARAMETERS, keyGroups: { start: 0, end: 63 } }
    const from = { handles: [await written()], reader: readerOf(fileSystems) }
    const restored = await restoreStore(parameters, where, from)
    try {
      const entries = [...entriesOf(restored.store.range(new Uint8Array(0)))]
      assert.ok(entries.length > 100)
      assert.ok(entries.every(({ key }) => decodeEntryKey(key).keyGroup <= 63))
    } finally {
      await closePlaced(restored)
    }
  })

  it('one of which is damaged are refused with its name, and nothing stays', async () => {
    const handle = await written()
    const file = fileSystems.forUri(largest(handle).uri).path
    await writeFile(file, Buffer.alloc(largest(handle).lengthBytes + 10_000))
    await failure(handle, 'SNAPSHOT_CORRUPT', new RegExp(`${path.basename(file)} is damaged at .+checksum`))
  })

  it('one of which is missing are refused with its name, and nothing stays', async () => {
    const handle = await written()
    const file = fileSystems.forUri(largest(handle).uri).path
    await rm(file)
    await failure(handle, 'SNAPSHOT_CORRUPT', new RegExp(`${path.basename(file)} is damaged at .+the file is missing`))
  })

  it('one of which is called as no file of a store is are refused', async () => {
    const handle = await written()
    const outside = withFiles(handle, (file) => ({ ...file, name: `../${file.name}` }))
    await failure(outside, 'SNAPSHOT_CORRUPT', /a file has the name '\.\.\//)
  })

  it('of a state that has the name of another one are refused', async () => {
    const handle = await written()
    const [first] = handle.states
    assert.ok(first)
    await failure({ ...handle, states: handle.states.map(() => first) }, 'SNAPSHOT_CORRUPT', /two states have the name/)
  })

  it('are refused where what says of them cannot be read, or is of a version to come', async () => {
    const handle = await written()
    for (const [bytes, reason] of [
      [Uint8Array.of(1, 0, 99), /a list of 99 is cut off/],
      [Uint8Array.of(2), /files of the version 2 are not known/],
    ] as const) {
      const inline = { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
      await failure({ ...handle, handle: inline }, 'SNAPSHOT_CORRUPT', reason)
    }
  })

  it('of another driver are refused, and it is named', async () => {
    const handle = await written()
    const bytes = encodeManifest({ driver: 'granite', waiting: [], shared: [], keys: [] })
    const inline = { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
    const message = /lies in files of the driver 'granite', which 'rocksdb' does not read.+savepoint/
    await failure({ ...handle, handle: inline }, 'STATE_DRIVER_INCOMPATIBLE', message)
  })

  it('of another backend are refused, and it is named', async () => {
    const handle = await written()
    const files = handle.backendFiles?.files ?? []
    const other = { ...handle, backendFiles: { backend: 'sorted', files } }
    await failure(other, 'STATE_BACKEND_INCOMPATIBLE', /files of the state backend 'sorted'/)
  })
})
