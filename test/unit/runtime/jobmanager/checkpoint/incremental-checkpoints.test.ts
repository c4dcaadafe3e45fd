import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { computeCheckpointPlan } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-plan.js'
import { CheckpointRepository } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { disposeOfSnapshot } from '../../../../../src/runtime/jobmanager/checkpoint/snapshot-disposal.js'
import { PendingCheckpoint } from '../../../../../src/runtime/jobmanager/checkpoint/pending-checkpoint.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import type { CheckpointLocation } from '../../../../../src/storage/checkpoint-stream-factory.js'
import { checkpointStreams } from '../../../../../src/storage/file-checkpoint-streams.js'
import { EMPTY_SUBTASK_STATE, type KeyedStateHandle } from '../../../../../src/storage/state-handles.js'
import { streamHandlesOf } from '../../../../../src/storage/checkpoint-metadata.js'
import { openSnapshot } from '../../../../../src/storage/snapshot-locator.js'
import { readStateHandle } from '../../../../../src/storage/state-reader.js'
import { sampleGraph } from '../sample-graphs.js'

const JOB = 'a'.repeat(32)
const COUNT = '1'.repeat(32)
const SHARED = `/cp/${JOB}/shared`

let disk: InMemoryFileSystem
let fileSystems: FileSystems
let random: SeededRandom

beforeEach(() => {
  disk = new InMemoryFileSystem()
  fileSystems = new FileSystems().register('file', disk)
  random = new SeededRandom(1)
})

/** A JobMaster's repository with the one task that writes into its checkpoints. */
class Run {
  readonly repository: CheckpointRepository
  /** By checkpoint. */
  readonly #chains = new Map<number, readonly KeyedStateHandle[]>()

  constructor(configuration: Readonly<Record<string, string>> = {}, restore?: string, jobId = JOB) {
    const environment = {
      jobId,
      jobGraph: sampleGraph([{ id: COUNT }], []),
      configuration: Configuration.fromMap({
        'execution.checkpointing.dir': 'file:///cp',
        'execution.checkpointing.incremental': 'true',
        'execution.checkpointing.data-inline-threshold': '0 b',
        ...configuration,
      }),
      fileSystems,
      random,
      logger: SILENT_LOGGER,
      clock: new ManualClock(),
    }
    this.repository = new CheckpointRepository(environment, {
      restore: restore === undefined ? undefined : { path: restore, allowNonRestoredState: false },
      isJobRunning: () => Promise.resolve(false),
      version: '1',
    })
  }

  /** Triggers it, and writes a delta on its base, or whole state. */
  async begin(checkpointId: number, form: 'delta' | 'whole' = 'delta'): Promise<PendingCheckpoint> {
    const location = await this.repository.prepareCheckpoint(checkpointId)
    const baseId = location.kind === 'file' ? location.incremental?.baseCheckpointId : undefined
    const base = (form === 'delta' && baseId !== undefined ? this.#chains.get(baseId) : undefined) ?? []
    const chain = [...base, await keyedState(location, base.length > 0, `of ${String(checkpointId)}`)]
    this.#chains.set(checkpointId, chain)
    return pendingOf(checkpointId, location, chain)
  }

  async take(checkpointId: number, form: 'delta' | 'whole' = 'delta'): Promise<string> {
    const { externalPath } = await this.repository.complete(await this.begin(checkpointId, form))
    return externalPath
  }

  /** Texts of the state that a restart would get. */
  async restored(): Promise<string[]> {
    const state = this.repository.newestAssignment()?.stateOf(COUNT, 0).operators[COUNT]
    const handles = (state?.managedKeyed ?? []).map(({ handle }) => readStateHandle(handle, fileSystems))
    return (await Promise.all(handles)).map((bytes) => new TextDecoder().decode(bytes))
  }
}

async function keyedState(location: CheckpointLocation, isDelta: boolean, text: string): Promise<KeyedStateHandle> {
  const stream = await checkpointStreams(location, fileSystems, random).createStream('SHARED')
  await stream.write(new TextEncoder().encode(text))
  const handle = await stream.closeAndGetHandle()
  assert.ok(handle)
  const offsets = Array.from({ length: 129 }, (_, index) => Math.min(index, 1) * text.length)
  const states = [{ name: 'k', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 1 }] as const
  return { isDelta, keyGroups: { start: 0, end: 127 }, offsets, states, keyShapes: ['string'], handle }
}

function pendingOf(
  checkpointId: number,
  location: CheckpointLocation,
  managedKeyed: readonly KeyedStateHandle[],
): PendingCheckpoint {
  const executions = new ExecutionGraph(sampleGraph([{ id: COUNT }], []), () => ({ worker: 0, slot: 0 }), 0)
  for (const execution of executions.all()) {
    for (const state of ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const) execution.tryMove(state, 0)
  }
  const planned = computeCheckpointPlan(executions)
  assert.ok('plan' in planned)
  const properties = { isSavepoint: false, thenStop: undefined }
  const pending = new PendingCheckpoint({ checkpointId, timestamp: 5, plan: planned.plan, properties, location })
  const metrics = { alignmentMs: 0, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 1, checkpointedSizeBytes: 1 }
  for (const { id } of planned.plan.toAcknowledge) {
    pending.acknowledge(id, { snapshot: { operators: { [COUNT]: { ...EMPTY_SUBTASK_STATE, managedKeyed } } }, metrics })
  }
  return pending
}

/** What the files in `shared/` say. */
async function sharedTexts(directory = SHARED): Promise<string[]> {
  const texts: string[] = []
  for (const { path } of await disk.list(directory)) texts.push(new TextDecoder().decode(await disk.readFile(path)))
  return texts.sort()
}

/** The operation of the disk with this number, and all after it, fail while it completes. True: there are not so many. */
async function completeUntil(crashAt: number, run: Run, pending: PendingCheckpoint): Promise<boolean> {
  let count = 0
  disk.fault = (operation) => {
    count += 1
    if (count >= crashAt) throw new Error(`crash at ${operation}`)
  }
  await run.repository.complete(pending).catch(() => undefined)
  disk.fault = () => undefined
  return count < crashAt
}

async function verifySnapshot(directory: string): Promise<void> {
  const { metadata } = await openSnapshot(directory, fileSystems)
  for (const handle of streamHandlesOf(metadata)) await readStateHandle(handle, fileSystems)
}

async function checkpointsOnDisk(): Promise<string[]> {
  return (await disk.list(`/cp/${JOB}`)).map(({ name }) => name).filter((name) => name.startsWith('chk-'))
}

describe('Incremental checkpoints of a run', () => {
  it('are restored as a chain from shared/, from which nothing goes that the newest needs', async () => {
    const run = new Run()
    for (const id of [1, 2, 3]) await run.take(id)
    assert.deepEqual(await checkpointsOnDisk(), ['chk-3'])
    assert.deepEqual(await run.restored(), ['of 1', 'of 2', 'of 3'])
    const other = new Run({}, `file:///cp/${JOB}/chk-3/_metadata`, 'b'.repeat(32))
    await other.repository.open()
    assert.deepEqual(await other.restored(), ['of 1', 'of 2', 'of 3'])
  })

  for (const [what, remove] of [
    ['the directory of the job', (): Promise<void> => disk.delete(`/cp/${JOB}`)],
    ['the shared directory', (): Promise<void> => disk.delete(SHARED)],
    ['one shared file', async (): Promise<void> => disk.delete((await disk.list(SHARED))[0]?.path ?? '')],
  ] as const) {
    it(`begin a new chain when somebody has removed ${what}`, async () => {
      const run = new Run()
      for (const id of [1, 2]) await run.take(id)
      await remove()
      await run.take(3)
      await run.take(4)
      assert.deepEqual(await run.restored(), ['of 3', 'of 4'])
      const other = new Run({}, `file:///cp/${JOB}/chk-4`, 'b'.repeat(32))
      await other.repository.open()
    })
  }

  it('leave no chain when one was whole again, once no retained one names it', async () => {
    const run = new Run({ 'execution.checkpointing.num-retained': '2' })
    await run.take(1)
    await run.take(2)
    await run.take(3, 'whole')
    assert.deepEqual(await sharedTexts(), ['of 1', 'of 2', 'of 3'])
    await run.take(4)
    assert.deepEqual(await sharedTexts(), ['of 3', 'of 4'])
    assert.deepEqual(await run.restored(), ['of 3', 'of 4'])
  })

  it('keep what one under way builds on, also when that was removed meanwhile', async () => {
    const run = new Run()
    await run.take(1)
    const slow = await run.begin(2)
    const overtaking = await run.begin(3, 'whole')
    await run.repository.complete(overtaking)
    assert.deepEqual(await checkpointsOnDisk(), ['chk-2', 'chk-3'])
    assert.deepEqual(await sharedTexts(), ['of 1', 'of 3'])
    await run.repository.discard(slow.location)
    assert.deepEqual(await sharedTexts(), ['of 3'])
    assert.deepEqual(await checkpointsOnDisk(), ['chk-3'])
  })

  it('leave nothing of one that is aborted, and nothing is built on it', async () => {
    const run = new Run()
    await run.take(1)
    const given = await run.begin(2)
    await run.repository.discard(given.location)
    assert.deepEqual(await sharedTexts(), ['of 1'])
    await run.take(3)
    assert.deepEqual(await run.restored(), ['of 1', 'of 3'])
  })

  it('leave nothing of one whose metadata could not be written', async () => {
    for (const [operation, file] of [
      ['rename', '_metadata.part'],
      ['rename', '-'],
      ['syncDirectory', 'shared'],
    ] as const) {
      disk = new InMemoryFileSystem()
      fileSystems = new FileSystems().register('file', disk)
      const run = new Run()
      await run.take(1)
      const failing = await run.begin(2)
      disk.fault = (doing, path) => {
        if (doing === operation && path.includes(file)) throw new Error('the disk is gone')
      }
      await assert.rejects(run.repository.complete(failing), { code: 'CHECKPOINT_STORAGE_FAILED' })
      disk.fault = () => undefined
      await run.repository.discard(failing.location)
      assert.deepEqual(await sharedTexts(), ['of 1'])
      await run.take(3)
      assert.deepEqual(await run.restored(), ['of 1', 'of 3'])
    }
  })

  it('whose files cannot be removed do not make a complete one a failed one', async () => {
    const run = new Run()
    await run.take(1)
    disk.fault = (operation) => {
      if (operation === 'delete') throw new Error('busy')
    }
    await run.take(2, 'whole')
    disk.fault = () => undefined
    assert.deepEqual(await run.restored(), ['of 2'])
  })

  it('go with all their files when the job has finished, and stay restorable when it was cancelled', async () => {
    const run = new Run({ 'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION' })
    for (const id of [1, 2]) await run.take(id)
    await run.repository.shutdown('CANCELED')
    const next = new Run({}, `/cp/${JOB}/chk-2`, 'b'.repeat(32))
    await next.repository.open()
    assert.deepEqual(await next.restored(), ['of 1', 'of 2'])
    await next.take(3)
    await next.repository.shutdown('FINISHED')
    assert.deepEqual(await sharedTexts(), ['of 1', 'of 2'], 'those of the other run are not its own')
    assert.deepEqual(await sharedTexts(`/cp/${'b'.repeat(32)}/shared`), [])
  })

  it('never build on one of another run, nor in the same directory', async () => {
    const together = { 'execution.checkpointing.create-subdir': 'false' }
    const first = new Run(together)
    const path = await first.take(1)
    const second = new Run(together, path, 'b'.repeat(32))
    await second.repository.open()
    await second.take(2)
    assert.deepEqual(await second.restored(), ['of 2'])
    await second.repository.shutdown('FINISHED')
    assert.deepEqual(await sharedTexts('/cp/shared'), ['of 1'])
  })

  it('that another run has claimed stay whole until it removes them, with what no other one names', async () => {
    const first = new Run({ 'execution.checkpointing.num-retained': '2' })
    await first.take(1)
    const path = await first.take(2)
    const claiming = {
      'execution.state-recovery.claim-mode': 'CLAIM',
      'execution.checkpointing.num-retained': '2',
    }
    const second = new Run(claiming, path, 'b'.repeat(32))
    await second.repository.open()
    const pending = await second.begin(3)
    assert.ok(pending.location.kind === 'file')
    assert.deepEqual(pending.location.incremental?.baseCheckpointId, undefined)
    await second.repository.complete(pending)
    assert.deepEqual(await sharedTexts(), ['of 1', 'of 2'])
    await second.take(4)
    assert.deepEqual(await checkpointsOnDisk(), ['chk-1'])
    assert.deepEqual(await sharedTexts(), ['of 1'], 'the other one of the first run needs it')
    assert.deepEqual(await second.restored(), ['of 3', 'of 4'])
  })

  it('of a crash are cleaned when the job starts again: what metadata names stays, and all when one is damaged', async () => {
    const run = new Run()
    await run.take(1)
    await run.take(2)
    const rubbish = `${SHARED}/${random.uuid()}`
    for (const file of [rubbish, `${SHARED}/notes of the user`]) await (await disk.openForWrite(file)).close()
    await disk.mkdirs(`/cp/${JOB}/chk-9`)
    const metadata = `/cp/${JOB}/chk-9/_metadata`
    await (await disk.openForWrite(metadata)).close()
    await new Run().repository.prepareCheckpoint(10)
    assert.notEqual(await disk.status(rubbish), undefined)
    await disk.delete(metadata)
    await new Run().repository.prepareCheckpoint(11)
    assert.equal(await disk.status(rubbish), undefined)
    assert.deepEqual(await sharedTexts(), ['', 'of 1', 'of 2'])
    assert.deepEqual(await run.restored(), ['of 1', 'of 2'])
  })

  it('leave the older or the newer one readable, whenever the process dies while one completes', async () => {
    const found = new Set<string>()
    let operations = Infinity
    for (let crashAt = 1; crashAt <= operations; crashAt += 1) {
      disk = new InMemoryFileSystem()
      fileSystems = new FileSystems().register('file', disk)
      const run = new Run()
      await run.take(1)
      await run.take(2)
      // The newer one needs of the older one's chain nothing (whole) or all.
      const pending = await run.begin(3, crashAt % 2 === 0 ? 'whole' : 'delta')
      if (await completeUntil(crashAt, run, pending)) operations = Math.min(operations, crashAt)
      disk.crash()
      const next = new Run({}, `/cp/${JOB}`, 'b'.repeat(32))
      await next.repository.open()
      found.add((await next.restored()).join())
    }
    assert.ok(operations > 10, 'the scenario does something')
    assert.deepEqual([...found].sort(), ['of 1,of 2', 'of 1,of 2,of 3', 'of 3'])
  })

  it('name no file that is gone, whatever a loss of power undoes of the removal of an older one', async () => {
    let operations = Infinity
    for (let crashAt = 1; crashAt <= operations; crashAt += 1) {
      disk = new InMemoryFileSystem()
      fileSystems = new FileSystems().register('file', disk)
      const run = new Run()
      await run.take(1)
      await run.take(2)
      const pending = await run.begin(3, 'whole')
      if (await completeUntil(crashAt, run, pending)) operations = Math.min(operations, crashAt)
      // A disk may make durable what nobody has asked for.
      await disk.syncDirectory(SHARED)
      disk.crash()
      for (const name of await checkpointsOnDisk()) {
        const directory = `/cp/${JOB}/${name}`
        if ((await disk.status(`${directory}/_metadata`)) !== undefined) await verifySnapshot(directory)
      }
    }
    assert.ok(operations > 10, 'the scenario does something')
  })

  it('that the user disposes of take along what no other one names', async () => {
    const run = new Run({ 'execution.checkpointing.num-retained': '3' })
    const paths: string[] = []
    for (const [id, form] of [[1], [2], [3, 'whole']] as const) paths.push(await run.take(id, form))
    const [first = '', second = ''] = paths
    await disposeOfSnapshot(second, { fileSystems, isJobRunning: () => Promise.resolve(false) })
    assert.deepEqual(await sharedTexts(), ['of 1', 'of 3'])
    await disposeOfSnapshot(first, { fileSystems, isJobRunning: () => Promise.resolve(false) })
    assert.deepEqual(await sharedTexts(), ['of 3'])
  })

  it('with a damaged delta say which file and which bytes of it', async () => {
    const run = new Run()
    await run.take(1)
    await run.take(2)
    const [damaged] = (await disk.list(SHARED)).map(({ path }) => path)
    const { content } = await changed(damaged ?? '')
    assert.ok(content)
    await assert.rejects(run.restored(), (error) => {
      assert.ok(FlinkError.is(error, 'SNAPSHOT_CORRUPT'))
      assert.match(error.message, new RegExp(`${damaged ?? ''}.*bytes 0 to 4.*checksum`))
      return true
    })
  })

  it('are not taken where they are not asked for: then nothing lies in shared/', async () => {
    const run = new Run({ 'execution.checkpointing.incremental': 'false' })
    const { location } = await run.begin(1)
    assert.ok(location.kind === 'file' && location.incremental === undefined)
    await run.repository.complete(await run.begin(2))
    assert.deepEqual(await sharedTexts(), [])
    assert.deepEqual(await run.restored(), ['of 2'])
    const savepoint = await new Run().repository.prepareSavepoint(5, 'file:///sp')
    assert.ok(savepoint.kind === 'file' && savepoint.incremental === undefined)
  })
})

async function changed(file: string): Promise<{ content: Uint8Array }> {
  const content = await disk.readFile(file)
  const writer = await disk.openForWrite(file)
  await writer.write(content.map((byte, index) => (index === 0 ? byte ^ 1 : byte)))
  await writer.close()
  return { content }
}
