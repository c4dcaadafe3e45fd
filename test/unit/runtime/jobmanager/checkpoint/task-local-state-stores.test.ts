import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { LocalFileSystem } from '../../../../../src/core/fs/local-file-system.js'
import { crc32c } from '../../../../../src/core/memory/crc32c.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { TaskLocalStateStores } from '../../../../../src/runtime/jobmanager/checkpoint/task-local-state-stores.js'
import type { CheckpointMetadata } from '../../../../../src/storage/checkpoint-metadata.js'
import type { KeyedStateHandle, StreamStateHandle } from '../../../../../src/storage/state-handles.js'
import { taskLocalStateDirectory, writeTaskLocalState } from '../../../../../src/storage/task-local-state.js'
import { sampleGraph } from '../sample-graphs.js'

const JOB = 'a'.repeat(32)
const OPERATOR = '1'.repeat(32)
const places = mkdtempSync(path.join(tmpdir(), 'flink-ts-local-stores-'))
const fileSystems = new FileSystems().register('file', new LocalFileSystem())
let count = 0

after(() => {
  rmSync(places, { recursive: true, force: true })
})

interface Made {
  readonly stores: TaskLocalStateStores
  readonly place: string
  readonly lines: string[]
}

const ON_DISK = { 'state.backend.type': 'rocksdb', 'execution.checkpointing.incremental': 'true' }
const RECOVERY = { ...ON_DISK, 'execution.state-recovery.from-local': 'true' }

async function made(configuration: Readonly<Record<string, string>> = RECOVERY): Promise<Made> {
  count += 1
  const place = path.join(places, String(count))
  const lines: string[] = []
  const say = (text: string, fields: object = {}): void => {
    lines.push(`${text} ${JSON.stringify(fields)}`)
  }
  const stores = new TaskLocalStateStores({
    jobId: JOB,
    jobGraph: sampleGraph([{ id: OPERATOR }]),
    configuration: Configuration.fromMap({ 'state.backend.rocksdb.localdir': place, ...configuration }),
    fileSystems,
    random: new SeededRandom(count),
    logger: { debug: say, info: say, warn: say, error: say },
    clock: new ManualClock(0),
  })
  await stores.open()
  return { stores, place, lines }
}

function inline(text: string): StreamStateHandle {
  const bytes = new Uint8Array(Buffer.from(text))
  return { kind: 'inline', bytes, crc32c: crc32c(bytes) }
}

function keyed(text: string): KeyedStateHandle {
  const backendFiles = { backend: 'rocksdb', files: [{ name: 'a', handle: inline(text) }] }
  const keyGroups = { start: 0, end: 127 }
  return { isDelta: false, keyGroups, offsets: [], states: [], keyShapes: [], handle: inline('manifest'), backendFiles }
}

function metadataOf(checkpointId: number, handle: KeyedStateHandle, jobId = JOB): CheckpointMetadata {
  const operator = { operatorId: OPERATOR, uid: undefined, name: 'Count', parallelism: 1, maxParallelism: 128 }
  const subtasks = [{ managedKeyed: [handle], managedOperator: [] }]
  const header = { engineVersion: '1', jobId, jobName: 'job', checkpointId, timestamp: 0, isSavepoint: false }
  return { ...header, operators: [{ ...operator, fullyFinished: false, subtasks }] }
}

function rootOf({ stores }: Made): string {
  const root = stores.directoriesFor(undefined)?.roots[0]
  assert.ok(root !== undefined)
  return root
}

/** As a task does it. */
async function keep(of: Made, checkpointId: number, text = 'bytes'): Promise<void> {
  const directory = taskLocalStateDirectory(rootOf(of), { checkpointId, operatorId: OPERATOR, subtaskIndex: 0 })
  mkdirSync(directory, { recursive: true })
  const files = [{ name: 'a', handle: inline(text) }]
  await writeTaskLocalState(directory, { handle: inline('manifest'), files }, fileSystems)
}

/** Removals are over when it is asked what is kept. */
async function kept(of: Made): Promise<readonly string[]> {
  await of.stores.keptOf(metadataOf(0, keyed('')))
  return readdirSync(rootOf(of)).sort()
}

describe('what the subtasks of a job keep of its checkpoints', () => {
  it('has directories where the job asks for it and its state is on the disk, and else none', async () => {
    for (const configuration of [
      {},
      ON_DISK,
      { ...RECOVERY, 'state.backend.type': 'hashmap' },
      { ...RECOVERY, 'execution.checkpointing.incremental': 'false' },
      { ...RECOVERY, 'state.backend.rocksdb.driver': 'lmdb' },
      { ...RECOVERY, 'execution.checkpointing.local-backup.enabled': 'false' },
    ]) {
      const { stores, place } = await made(configuration)
      assert.equal(stores.directoriesFor(undefined), undefined)
      assert.equal(existsSync(place), false)
      await stores.close()
    }
    const old = await made({ ...ON_DISK, 'state.backend.local-recovery': 'true' })
    assert.equal(path.dirname(rootOf(old)), old.place)
    await old.stores.close()
    assert.deepEqual(readdirSync(old.place), [])
  })

  it('lies where the option says, under its old name, too', async () => {
    const given = ['one', 'two'].map((name) => path.join(places, name))
    const { stores, place } = await made({ ...RECOVERY, 'taskmanager.state.local.root-dirs': given.join() })
    const roots = stores.directoriesFor(undefined)?.roots ?? []
    assert.deepEqual(
      roots.map((root) => path.dirname(root)),
      given,
    )
    assert.equal(existsSync(place), false)
    await stores.close()
    for (const directory of given) assert.deepEqual(readdirSync(directory), [])
  })

  it('is recovered from by restarts from checkpoints of this run, where that is asked for', async () => {
    const from = (jobId: string) => ({ metadata: metadataOf(1, keyed(''), jobId), externalPath: 'file:/cp' })
    const { stores } = await made()
    assert.equal(stores.directoriesFor(from(JOB))?.isRecoveredFrom, true)
    assert.equal(stores.directoriesFor(from('b'.repeat(32)))?.isRecoveredFrom, false)
    assert.equal(stores.directoriesFor(undefined)?.isRecoveredFrom, false)
    await stores.close()
    const kept = await made({ ...ON_DISK, 'execution.checkpointing.local-backup.enabled': 'true' })
    assert.equal(kept.stores.directoriesFor(from(JOB))?.isRecoveredFrom, false)
    await kept.stores.close()
  })

  it('is that of the newest complete checkpoint and of those under way', async () => {
    const of = await made()
    for (const id of [1, 2, 3, 4]) await keep(of, id)
    of.stores.confirm(2)
    assert.deepEqual(await kept(of), ['chk-2', 'chk-3', 'chk-4'])
    const directoryUri = `file:/checkpoints/${JOB}`
    of.stores.abort({ kind: 'file', directoryUri: `${directoryUri}/chk-3`, inlineThresholdBytes: 0 })
    of.stores.abort({ kind: 'file', directoryUri: `${directoryUri}/savepoint-4`, inlineThresholdBytes: 0 })
    of.stores.abort({ kind: 'memory', maxStateSizeBytes: 0 })
    assert.deepEqual(await kept(of), ['chk-2', 'chk-4'])
    await of.stores.close()
    assert.deepEqual(readdirSync(of.place), [])
  })

  it('need not be read of the checkpoint, as long as it is the same', async () => {
    const of = await made()
    await keep(of, 1)
    const same = keyed('bytes')
    const all = [same.handle, same.backendFiles?.files[0]?.handle]
    assert.deepEqual(new Set(all), await of.stores.keptOf(metadataOf(1, same)))
    for (const other of [metadataOf(2, same), metadataOf(1, keyed('other')), metadataOf(1, same, 'b'.repeat(32))])
      assert.equal((await of.stores.keptOf(other)).size, 0)
    const { backendFiles: _files, ...whole } = same
    assert.equal((await of.stores.keptOf(metadataOf(1, whole))).size, 0)
    await of.stores.close()
  })

  it('goes when a store could not be used: it may be why', async () => {
    const of = await made()
    await keep(of, 1)
    of.stores.attemptFailed(new Error('planned failure'))
    assert.deepEqual(await kept(of), ['chk-1'])
    const cause = new FlinkError('STATE_STORE_FAILED', { operation: 'read', directory: '/local', reason: 'corrupted' })
    of.stores.attemptFailed(new Error('the function failed', { cause }))
    assert.deepEqual(await kept(of), [])
    await of.stores.close()
  })

  it('is not there where no directory can be made, which the log says; the job runs all the same', async () => {
    const file = path.join(places, 'file')
    writeFileSync(file, '')
    const { stores, lines } = await made({ ...RECOVERY, 'execution.checkpointing.local-backup.dirs': file })
    assert.equal(stores.directoriesFor(undefined), undefined)
    assert.match(lines.join(), /^nothing is kept of checkpoints beside the tasks .*local-backup\.dirs/)
    stores.confirm(1)
    await stores.close()
  })
})
