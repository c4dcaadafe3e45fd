/** What a backend keeps of its checkpoints beside the task, and what it does where that is missing or was changed. */
import assert from 'node:assert/strict'
import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
  closeSync,
  existsSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { ValueStateDescriptor } from '../../../src/api/state/value-state-descriptor.js'
import type { ValueState } from '../../../src/api/state/value-state.js'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../src/core/fs/file-systems.js'
import { LocalFileSystem } from '../../../src/core/fs/local-file-system.js'
import { hashKey } from '../../../src/core/keygroups/canonical-key.js'
import type { KeyGroupRange } from '../../../src/core/keygroups/key-group-range.js'
import type { KeyedStateBackend, KeyedStateReader } from '../../../src/runtime/taskmanager/state/keyed-state-backend.js'
import type { LocalRecoveryConfig } from '../../../src/runtime/taskmanager/state/local-recovery-config.js'
import { RocksDBKeyedStateBackend } from '../../../src/runtime/taskmanager/state/rocksdb/rocksdb-keyed-state-backend.js'
import type { KeyedStateHandle } from '../../../src/storage/state-handles.js'
import { readStateHandle, readStatePieces } from '../../../src/storage/state-reader.js'
import type { KvDriver } from '../../../src/runtime/taskmanager/state/rocksdb/kv-store.js'
import { cleanUpAfterEach, createDisk, rocksdbResources } from './rocksdb-under-test.js'
import { DEFAULT_PARAMETERS, snapshotOf } from './state-backend.contract.js'
import { INLINE_READER } from './state-backend-streams.js'

const KEYS = 1200
const SUBTASK = { operatorId: '0123456789abcdef0123456789abcdef', subtaskIndex: 1 }

const places = mkdtempSync(path.join(tmpdir(), 'flink-ts-local-recovery-'))
after(() => {
  rmSync(places, { recursive: true, force: true })
})

/** One subtask over its attempts, each with a new backend. */
class Subtask {
  readonly root = mkdtempSync(path.join(places, 'root-'))
  readonly lines: string[] = []
  roots: readonly string[] = [this.root]
  fileSystem = new LocalFileSystem()
  /** Files of the checkpoint that were read. */
  remoteReads = 0
  /** Of the newest attempt: files that were put in their place by their bytes, and by a link. */
  readonly placed: string[] = []
  readonly linked: string[] = []
  isRecoveredFrom = true

  async open(keyGroups: KeyGroupRange = DEFAULT_PARAMETERS.keyGroups): Promise<KeyedStateBackend> {
    const resources = rocksdbResources({ driver: 'rocksdb' })
    const loadDriver = async (): Promise<KvDriver> => {
      const driver = await resources.loadDriver()
      return {
        ...driver,
        placeFile: async (directory, name, pieces) => {
          this.placed.push(name)
          await driver.placeFile?.(directory, name, pieces)
        },
        linkFile: async (directory, name, existing) => {
          this.linked.push(name)
          await driver.linkFile?.(directory, name, existing)
        },
      }
    }
    const parameters = { ...DEFAULT_PARAMETERS, keyGroups, localRecovery: this.#config() }
    const backend = createDisk(new RocksDBKeyedStateBackend(parameters, { ...resources, loadDriver }))
    await backend.open()
    return backend
  }

  async restored(
    handles: readonly KeyedStateHandle[],
    checkpointId: number,
    keyGroups?: KeyGroupRange,
  ): Promise<KeyedStateBackend> {
    this.remoteReads = 0
    for (const list of [this.lines, this.placed, this.linked]) list.length = 0
    const backend = await this.open(keyGroups)
    await backend.restore(handles, this.#reader(), checkpointId)
    return backend
  }

  keptIn(checkpointId: number): string {
    return path.join(this.root, `chk-${String(checkpointId)}`, `${SUBTASK.operatorId}-${String(SUBTASK.subtaskIndex)}`)
  }

  kept(checkpointId: number, end: string): string {
    const directory = this.keptIn(checkpointId)
    const name = readdirSync(directory).find((each) => each.endsWith(end))
    assert.ok(name !== undefined, `${end} is among ${readdirSync(directory).join(' ')}`)
    return path.join(directory, name)
  }

  #config(): LocalRecoveryConfig {
    const say = (text: string, fields: object = {}): void => {
      this.lines.push(`${text} ${JSON.stringify(fields)}`)
    }
    const fileSystems = new FileSystems().register('file', this.fileSystem)
    const logger = { debug: say, info: say, warn: say, error: say }
    return { subtask: SUBTASK, roots: this.roots, isRecoveredFrom: this.isRecoveredFrom, fileSystems, logger }
  }

  #reader(): KeyedStateReader {
    const fileSystems = new FileSystems().register('file', new LocalFileSystem())
    return {
      ...INLINE_READER,
      bytes: (handle) => readStateHandle(handle, fileSystems),
      pieces: (handle) => {
        if (handle.kind === 'inline' && handle.bytes.length > 100) this.remoteReads += 1
        return readStatePieces(handle, fileSystems)
      },
    }
  }
}

function held(backend: KeyedStateBackend, key: number): ValueState<string> {
  const state = backend.getOrCreateKeyedState(new ValueStateDescriptor<string>('held')) as ValueState<string>
  backend.setCurrentKey(key, hashKey(key, 'auto'))
  return state
}

function update(backend: KeyedStateBackend, round: number, keys = KEYS): void {
  for (let key = 0; key < keys; key += 1) held(backend, key).update(`${String(round)} ${String(key)}`.padEnd(2500, '.'))
}

function roundOf(backend: KeyedStateBackend, key: number): number {
  return Number.parseInt(held(backend, key).value() ?? '', 10)
}

function assertRounds(backend: KeyedStateBackend, round: number, changed = { keys: 0, round: 0 }): void {
  for (let key = 0; key < KEYS; key += 1)
    assert.equal(roundOf(backend, key), key < changed.keys ? changed.round : round)
}

/** Two checkpoints, of which the second is to be restored. */
async function checkpointed(subtask: Subtask): Promise<readonly KeyedStateHandle[]> {
  const backend = await subtask.open()
  update(backend, 1)
  await snapshotOf(backend, { checkpointId: 1, baseCheckpointId: undefined })
  update(backend, 2, 100)
  const handles = await snapshotOf(backend, { checkpointId: 2, baseCheckpointId: 1 })
  update(backend, 3)
  await backend.dispose()
  return handles
}

const CHANGED = { keys: 100, round: 2 }

describe('what a subtask keeps of a checkpoint', () => {
  cleanUpAfterEach()

  it('is what it restores, with links and without reading the checkpoint, as often as it fails', async () => {
    const subtask = new Subtask()
    const handles = await checkpointed(subtask)
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const backend = await subtask.restored(handles, 2)
      assertRounds(backend, 1, CHANGED)
      assert.equal(subtask.remoteReads, 0)
      assert.match(subtask.lines.join(), /^restored from files beside the task .*"checkpointId":2,"files":[1-9]/)
      assert.ok(subtask.linked.length > 0 && subtask.linked.every((name) => name.endsWith('.sst')))
      assert.ok(
        subtask.placed.every((name) => /^(CURRENT|MANIFEST-\d+@.*|\d+\.log@.*)$/.test(name)),
        'tables are linked',
      )
      // Whatever becomes of the store.
      update(backend, 4)
      const next = await snapshotOf(backend, { checkpointId: 3 + attempt, baseCheckpointId: 2 })
      await backend.dispose()
      assertRounds(await subtask.restored(next, 3 + attempt), 4)
      assert.equal(subtask.remoteReads, 0)
    }
  })

  it('is not taken for another checkpoint, for other key groups, or without the option', async () => {
    const subtask = new Subtask()
    const handles = await checkpointed(subtask)
    assertRounds(await subtask.restored(handles, 3), 1, CHANGED)
    assert.ok(subtask.remoteReads > 0)
    assert.match(subtask.lines.join(), /^the checkpoint is read: .*nothing is kept of it/)

    const half = await subtask.restored(handles, 2, { start: 0, end: 63 })
    assert.ok(subtask.remoteReads > 0)
    assert.match(subtask.lines.join(), /^the checkpoint is read: .*key groups alone/)
    await half.dispose()

    assertRounds(await subtask.restored(handles, 1), 1, CHANGED)
    assert.ok(subtask.remoteReads > 0)
    assert.match(subtask.lines.join(), /^the checkpoint is read: .*the checkpoint has another one/)

    subtask.isRecoveredFrom = false
    assertRounds(await subtask.restored(handles, 2), 1, CHANGED)
    assert.ok(subtask.remoteReads > 0)
    assert.deepEqual(subtask.lines, [])
  })

  for (const [what, damage, reason] of [
    ['a table is missing', (it) => rmSync(it.kept(2, '.sst')), /\.sst: it is missing/],
    ['a table is cut off', (it) => truncateSync(it.kept(2, '.sst'), 1000), /\.sst: it is cut off after 1000 bytes/],
    ['a table was written to', (it) => overwrite(it.kept(2, '.sst')), /\.sst: it was changed/],
    ['another table is in its place', (it) => replace(it.kept(2, '.sst')), /\.sst: it was changed/],
    ['a log is missing', (it) => rmSync(it.kept(2, '.log')), /\.log: it is missing/],
    ['a log is cut off', (it) => truncateSync(it.kept(2, '.log'), 5), /\.log: it is cut off after 5 bytes/],
    ['a log was written to', (it) => overwrite(it.kept(2, '.log')), /could not be opened.*\.log is damaged/],
    ['the page is missing', (it) => rmSync(it.kept(2, '_local')), /nothing is kept of it/],
    ['the page is cut off', (it) => truncateSync(it.kept(2, '_local'), 50), /_local: its checksum does not match/],
    ['the page is empty', (it) => writeFileSync(it.kept(2, '_local'), ''), /_local: its checksum does not match/],
    ['all of it is gone', (it) => rmSync(it.root, { recursive: true }), /nothing is kept of it/],
  ] as readonly (readonly [string, (subtask: Subtask) => void, RegExp])[]) {
    it(`is left aside for the checkpoint where ${what}, which a line says`, async () => {
      const subtask = new Subtask()
      const handles = await checkpointed(subtask)
      damage(subtask)
      assertRounds(await subtask.restored(handles, 2), 1, CHANGED)
      assert.ok(subtask.remoteReads > 0)
      assert.equal(subtask.lines.length, 1, subtask.lines.join('\n'))
      assert.match(subtask.lines.join(), reason)
    })
  }

  it('goes where it could not be opened: the next restart has the checkpoint verified', async () => {
    const subtask = new Subtask()
    const handles = await checkpointed(subtask)
    overwrite(subtask.kept(2, '.log'))
    await subtask.restored(handles, 2)
    assert.equal(existsSync(subtask.keptIn(2)), false)
  })

  it('is not there where the root is gone, and the checkpoint is complete all the same; one line says it', async () => {
    const subtask = new Subtask()
    rmSync(subtask.root, { recursive: true })
    const handles = await checkpointed(subtask)
    assert.equal(subtask.lines.length, 1, subtask.lines.join('\n'))
    assert.match(
      subtask.lines.join(),
      /^a checkpoint is not kept beside the task .*"checkpointId":1,"reason":".*ENOENT/,
    )
    assert.equal(existsSync(subtask.root), false, 'it does not come back')
    assertRounds(await subtask.restored(handles, 2), 1, CHANGED)
  })

  it('is not there where the disk is full, and leaves nothing', async () => {
    const subtask = new Subtask()
    subtask.fileSystem.openForWrite = (file: string) => {
      throw new FlinkError('DISK_FULL', { path: file })
    }
    const handles = await checkpointed(subtask)
    assert.match(subtask.lines.join(), /^a checkpoint is not kept beside the task .*No space is left/)
    assert.deepEqual(readdirSync(path.join(subtask.root, 'chk-2')), [])
    assertRounds(await subtask.restored(handles, 2), 1, CHANGED)
    assert.ok(subtask.remoteReads > 0)
  })

  it('is in the first root that is on the disk of the store', async (context) => {
    if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(places).dev) {
      context.skip('there is no other disk')
      return
    }
    const elsewhere = mkdtempSync('/dev/shm/flink-ts-local-recovery-')
    try {
      const subtask = new Subtask()
      subtask.roots = [elsewhere, subtask.root]
      const handles = await checkpointed(subtask)
      assert.ok(existsSync(subtask.keptIn(2)))
      await subtask.restored(handles, 2)
      assert.equal(subtask.remoteReads, 0)

      const without = new Subtask()
      without.roots = [elsewhere]
      await checkpointed(without)
      assert.match(without.lines.join(), /^a checkpoint is not kept beside the task .*EXDEV/)
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('is not kept of a savepoint', async () => {
    const subtask = new Subtask()
    const backend = await subtask.open()
    update(backend, 1)
    await snapshotOf(backend)
    assert.deepEqual(readdirSync(subtask.root), [])
  })
})

/** Of the same size. */
function overwrite(file: string): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.from([readFileSync(file).at(20) ?? 0, 255, 0, 255]), 0, 4, 20)
  closeSync(handle)
}

/** With the same bytes, at the same time. */
function replace(file: string): void {
  const { atime, mtime } = statSync(file)
  copyFileSync(file, `${file}.copy`)
  rmSync(file)
  copyFileSync(`${file}.copy`, file)
  utimesSync(file, atime, mtime)
}
