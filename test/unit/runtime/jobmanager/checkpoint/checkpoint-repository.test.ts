import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { Configuration } from '../../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import type { Logger } from '../../../../../src/core/logging/logger.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { crc32c } from '../../../../../src/core/memory/crc32c.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import type { JobGraph } from '../../../../../src/graph/job-graph.js'
import { computeCheckpointPlan } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-plan.js'
import { CheckpointRepository } from '../../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { disposeOfSnapshot } from '../../../../../src/runtime/jobmanager/checkpoint/snapshot-disposal.js'
import { PendingCheckpoint } from '../../../../../src/runtime/jobmanager/checkpoint/pending-checkpoint.js'
import { ExecutionGraph } from '../../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import { EMPTY_SUBTASK_STATE, type OperatorSubtaskState } from '../../../../../src/storage/state-handles.js'
import { sampleGraph, type SampleVertex } from '../sample-graphs.js'

const JOB = 'a'.repeat(32)
const SOURCE = '1'.repeat(32)
const SUM = '2'.repeat(32)
const SINK = '3'.repeat(32)

let disk: InMemoryFileSystem
let fileSystems: FileSystems

beforeEach(() => {
  disk = new InMemoryFileSystem()
  fileSystems = new FileSystems().register('file', disk)
})

function graphOf(sum: Partial<SampleVertex> = {}): JobGraph {
  const vertices = [{ id: SOURCE }, { id: SUM, operators: [SUM, SINK], ...sum }]
  return sampleGraph(vertices, [[SOURCE, SUM, 'hash']])
}

interface Settings {
  readonly graph?: JobGraph
  readonly configuration?: Readonly<Record<string, string>>
  readonly restore?: string
  readonly allowNonRestoredState?: boolean
  readonly logger?: Logger
}

function repositoryOf({ graph = graphOf(), configuration = {}, ...settings }: Settings = {}): CheckpointRepository {
  const { restore, allowNonRestoredState = false, logger = SILENT_LOGGER } = settings
  const environment = {
    jobId: JOB,
    jobGraph: graph,
    configuration: Configuration.fromMap({ 'execution.checkpointing.dir': 'file:///cp', ...configuration }),
    fileSystems,
    random: new SeededRandom(1),
    logger,
    clock: new ManualClock(),
  }
  return new CheckpointRepository(environment, {
    restore: restore === undefined ? undefined : { path: restore, allowNonRestoredState },
    isJobRunning: () => Promise.resolve(false),
    version: '1',
  })
}

/** Operator state with one element that is known by its number. */
function stateOf(element: number): OperatorSubtaskState {
  const bytes = Uint8Array.of(element)
  const handle = { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
  const metadata = { name: 's', kind: 'operator-list', typeFingerprint: 'GENERIC', schemaVersion: 1 } as const
  return { ...EMPTY_SUBTASK_STATE, managedOperator: [{ handle, states: [{ ...metadata, offsets: [0, 1] }] }] }
}

/** Keyed state of all 64 key groups, the first of which holds one byte. */
function keyedState(): OperatorSubtaskState {
  const bytes = Uint8Array.of(1)
  const handle = { kind: 'inline', bytes, crc32c: crc32c(bytes) } as const
  const states = [{ name: 'k', kind: 'value', typeFingerprint: 'GENERIC', schemaVersion: 1 }] as const
  const offsets = Array.from({ length: 65 }, (_, index) => Math.min(index, 1))
  return {
    ...EMPTY_SUBTASK_STATE,
    managedKeyed: [
      { isDelta: false, keyGroups: { start: 0, end: 63 }, offsets, states, keyShapes: ['string'], handle },
    ],
  }
}

interface PendingOptions {
  readonly isSavepoint?: boolean
  readonly thenStop?: 'suspend' | 'drain'
  readonly isKeyed?: boolean
  readonly finished?: readonly string[]
}

/** A checkpoint of which every running task acknowledged state of its head. */
async function pendingOf(
  repository: CheckpointRepository,
  checkpointId: number,
  options: PendingOptions = {},
): Promise<PendingCheckpoint> {
  const { isSavepoint = false, thenStop, isKeyed = false, finished = [] } = options
  const executions = new ExecutionGraph(graphOf(), () => ({ worker: 0, slot: 0 }), 0)
  for (const execution of executions.all()) {
    for (const state of ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const) execution.tryMove(state, 0)
    if (finished.includes(execution.id)) execution.tryMove('FINISHED', 0)
  }
  const planned = computeCheckpointPlan(executions)
  assert.ok('plan' in planned)
  const location = isSavepoint
    ? await repository.prepareSavepoint(checkpointId, 'file:///sp')
    : await repository.prepareCheckpoint(checkpointId)
  const properties = { isSavepoint, thenStop }
  const pending = new PendingCheckpoint({ checkpointId, timestamp: 5, plan: planned.plan, properties, location })
  const metrics = { alignmentMs: 0, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 1, checkpointedSizeBytes: 1 }
  for (const { id, vertex, subtaskIndex } of planned.plan.toAcknowledge) {
    const state = isKeyed ? keyedState() : stateOf(checkpointId * 10 + subtaskIndex)
    const snapshot = { operators: { [vertex.id]: state } }
    assert.ok(pending.acknowledge(id, { snapshot, metrics }))
  }
  return pending
}

async function checkpoint(repository: CheckpointRepository, checkpointId: number): Promise<string> {
  const { externalPath } = await repository.complete(await pendingOf(repository, checkpointId))
  return externalPath
}

async function checkpointsOnDisk(): Promise<string[]> {
  const entries = await disk.list(`/cp/${JOB}`)
  return entries.map(({ name }) => name).filter((name) => name.startsWith('chk-'))
}

/** The elements of operator state that a subtask gets. */
function elementsOf(state: OperatorSubtaskState | undefined): number[] {
  return (state?.managedOperator ?? []).flatMap(({ handle }) => (handle.kind === 'inline' ? [...handle.bytes] : []))
}

describe('A CheckpointRepository', () => {
  it('restarts from nothing, then from the newest completed checkpoint', async () => {
    const repository = repositoryOf()
    assert.equal((await repository.open()).checkpoint !== undefined, false)
    assert.equal(repository.newestAssignment(), undefined)
    await checkpoint(repository, 1)
    await checkpoint(repository, 2)
    const assignment = repository.newestAssignment()
    assert.equal(assignment?.checkpointId, 2)
    assert.deepEqual(elementsOf(assignment.stateOf(SOURCE, 0).operators[SOURCE]), [20])
    assert.deepEqual(elementsOf(assignment.stateOf(SUM, 0).operators[SUM]), [20])
    assert.deepEqual(elementsOf(assignment.stateOf(SUM, 0).operators[SINK]), [])
    assert.equal(assignment.isFinished(SUM), false)
    assert.equal(repository.nextCheckpointId(), 3)
  })

  it('keeps as many checkpoints as are to be retained, one without a setting', async () => {
    const repository = repositoryOf()
    for (const id of [1, 2, 3]) await checkpoint(repository, id)
    assert.deepEqual(await checkpointsOnDisk(), ['chk-3'])
  })

  it('keeps num-retained checkpoints, each of which can be restored', async () => {
    const repository = repositoryOf({ configuration: { 'execution.checkpointing.num-retained': '2' } })
    for (const id of [1, 2, 3]) await checkpoint(repository, id)
    assert.deepEqual(await checkpointsOnDisk(), ['chk-2', 'chk-3'])
    for (const id of [2, 3]) {
      const next = repositoryOf({ restore: `file:///cp/${JOB}/chk-${String(id)}/_metadata` })
      assert.equal((await next.open()).checkpoint !== undefined, true)
      assert.deepEqual(elementsOf(next.newestAssignment()?.stateOf(SUM, 0).operators[SUM]), [id * 10])
      assert.equal(next.nextCheckpointId(), id + 1)
    }
  })

  it('never restarts from a savepoint and never removes one', async () => {
    const repository = repositoryOf()
    await checkpoint(repository, 1)
    const { externalPath } = await repository.complete(await pendingOf(repository, 2, { isSavepoint: true }))
    assert.match(externalPath, /^file:\/sp\/savepoint-aaaaaa-[0-9a-f]{12}$/)
    assert.equal(repository.newestAssignment()?.checkpointId, 1)
    await checkpoint(repository, 3)
    await repository.shutdown('FINISHED')
    assert.deepEqual(await checkpointsOnDisk(), [])
    const next = repositoryOf({ restore: externalPath })
    assert.equal((await next.open()).checkpoint !== undefined, true)
    assert.equal(next.newestAssignment()?.checkpointId, 2)
  })

  for (const [thenStop, warns] of [
    ['drain', true],
    ['suspend', false],
    [undefined, false],
  ] as const) {
    it(`${warns ? 'warns' : 'does not warn'} who goes on from a savepoint that was taken to ${thenStop ?? 'go on'}`, async () => {
      const options = { isSavepoint: true, ...(thenStop !== undefined && { thenStop }) }
      const first = repositoryOf()
      const { externalPath } = await first.complete(await pendingOf(first, 2, options))
      const logged: string[] = []
      const logger = { ...SILENT_LOGGER, warn: (text: string) => logged.push(text) }
      const { notes } = await repositoryOf({ restore: externalPath, logger }).open()
      assert.equal(notes.length, warns ? 1 : 0)
      assert.deepEqual(logged, notes)
      if (warns) assert.match(notes.join(), /^file:\/sp\/.* was drained .* had fired.* results may be wrong\./)
    })
  }

  it('leaves the snapshot that the run was started from where it is', async () => {
    const first = repositoryOf({ configuration: { 'execution.checkpointing.create-subdir': 'false' } })
    const path = await checkpoint(first, 7)
    const second = repositoryOf({ restore: path })
    await second.open()
    await checkpoint(second, second.nextCheckpointId())
    await second.shutdown('FINISHED')
    assert.notEqual(await disk.status('/cp/chk-7/_metadata'), undefined)
  })

  for (const [mode, isLeft] of [
    ['NO_CLAIM', true],
    ['LEGACY', true],
    ['CLAIM', false],
  ] as const) {
    it(`${isLeft ? 'leaves' : 'removes'} the snapshot that the run was started from under ${mode}, once it is subsumed`, async () => {
      const first = repositoryOf()
      const { externalPath } = await first.complete(await pendingOf(first, 2, { isSavepoint: true }))
      const configuration = { 'execution.state-recovery.claim-mode': mode }
      const second = repositoryOf({ restore: externalPath, configuration })
      assert.equal((await second.open()).checkpoint?.externalPath, externalPath)
      assert.equal((await disk.list('/sp')).length, 1)
      assert.equal(second.newestAssignment()?.checkpointId, 2)
      await checkpoint(second, second.nextCheckpointId())
      assert.equal((await disk.list('/sp')).length, isLeft ? 1 : 0)
    })
  }

  const ends = [
    ['FINISHED', 'RETAIN_ON_CANCELLATION', []],
    ['CANCELED', 'RETAIN_ON_CANCELLATION', ['chk-1']],
    ['FAILED', 'RETAIN_ON_CANCELLATION', ['chk-1']],
    ['CANCELED', 'DELETE_ON_CANCELLATION', []],
    ['FAILED', 'DELETE_ON_CANCELLATION', ['chk-1']],
    ['CANCELED', 'NO_EXTERNALIZED_CHECKPOINTS', []],
    ['FAILED', 'NO_EXTERNALIZED_CHECKPOINTS', []],
    ['STOPPED', 'RETAIN_ON_CANCELLATION', ['chk-1']],
    ['STOPPED', 'DELETE_ON_CANCELLATION', []],
    ['STOPPED', 'NO_EXTERNALIZED_CHECKPOINTS', []],
  ] as const
  for (const [status, retention, left] of ends) {
    it(`${left.length > 0 ? 'keeps' : 'removes'} checkpoints of a job that is ${status} under ${retention}`, async () => {
      const key = 'execution.checkpointing.externalized-checkpoint-retention'
      const repository = repositoryOf({ configuration: { [key]: retention } })
      await checkpoint(repository, 1)
      await repository.shutdown(status)
      assert.deepEqual(await checkpointsOnDisk(), left)
    })
  }

  for (const [status, left] of [
    ['FINISHED', []],
    ['CANCELED', []],
    ['FAILED', ['chk-1']],
    ['STOPPED', ['chk-1']],
  ] as const) {
    it(`${left.length > 0 ? 'keeps' : 'removes'} checkpoints of a job that is ${status} and goes on by itself`, async () => {
      const repository = repositoryOf({ configuration: { 'execution.state-recovery.from-latest': 'true' } })
      await checkpoint(repository, 1)
      await repository.shutdown(status)
      assert.equal(repository.retainsOnStop, true)
      const found = await checkpointsOnDisk()
      assert.deepEqual(
        found.filter((name) => name.startsWith('chk-')),
        left,
      )
    })
  }

  it('removes what was written of a checkpoint that was aborted', async () => {
    const repository = repositoryOf()
    const { location } = await pendingOf(repository, 1)
    assert.deepEqual(await checkpointsOnDisk(), ['chk-1'])
    await repository.discard(location)
    assert.deepEqual(await checkpointsOnDisk(), [])
  })

  it('a checkpoint whose metadata could not be written is not restarted from', async () => {
    const repository = repositoryOf()
    await checkpoint(repository, 1)
    const pending = await pendingOf(repository, 2)
    disk.fault = (operation) => {
      if (operation === 'rename') throw new Error('the disk is gone')
    }
    await assert.rejects(repository.complete(pending), { code: 'CHECKPOINT_STORAGE_FAILED' })
    disk.fault = () => undefined
    assert.equal(repository.newestAssignment()?.checkpointId, 1)
    assert.deepEqual(await checkpointsOnDisk(), ['chk-1', 'chk-2'])
  })

  it('tries to make its directories again after that failed', async () => {
    const repository = repositoryOf()
    disk.fault = (operation) => {
      if (operation.startsWith('mkdir')) throw new Error('read-only')
    }
    await assert.rejects(repository.prepareCheckpoint(1), { code: 'CHECKPOINT_STORAGE_FAILED' })
    disk.fault = () => undefined
    await checkpoint(repository, 2)
    assert.deepEqual(await checkpointsOnDisk(), ['chk-2'])
  })

  it('marks vertices all of whose tasks had finished', async () => {
    const repository = repositoryOf()
    const pending = await pendingOf(repository, 1, { finished: [`${SOURCE}_0_0`] })
    await repository.complete(pending)
    const assignment = repository.newestAssignment()
    assert.equal(assignment?.isFinished(SOURCE), true)
    assert.equal(assignment.isFinished(SUM), false)
  })

  it('refuses state that no operator claims, unless that is allowed', async () => {
    const path = await checkpoint(repositoryOf(), 1)
    const graph = sampleGraph([{ id: SOURCE }, { id: '9'.repeat(32) }], [[SOURCE, '9'.repeat(32), 'hash']])
    await assert.rejects(repositoryOf({ graph, restore: path }).open(), { code: 'STATE_UNMATCHED' })
    const { checkpoint: opened, notes } = await repositoryOf({
      graph,
      restore: path,
      allowNonRestoredState: true,
    }).open()
    assert.ok(opened !== undefined)
    assert.match(notes.join('\n'), /^This state is left out, as .* allows:\n {2}.*2{32}\): s, 1 B$/)
  })

  it('says once a run which state it skips, however often the job restarts', async () => {
    const path = await checkpoint(repositoryOf(), 1)
    const graph = sampleGraph([{ id: SOURCE }, { id: '9'.repeat(32) }], [[SOURCE, '9'.repeat(32), 'hash']])
    const warnings: string[] = []
    const logger = { ...SILENT_LOGGER, warn: (text: string) => warnings.push(text) }
    const repository = repositoryOf({ graph, restore: path, allowNonRestoredState: true, logger })
    await repository.open()
    for (const _ of ['first attempt', 'restart', 'restart']) {
      assert.equal((await repository.restorable()).assignment?.checkpointId, 1)
    }
    assert.deepEqual(
      warnings.map((text) => text.replace(/operator .* id (2+)\): .*/, '$1')),
      [`Skipping savepoint state for ${SUM}`],
    )
  })

  it('takes a derived max parallelism from the snapshot and refuses another declared one', async () => {
    const first = repositoryOf({ graph: graphOf({ maxParallelism: 64 }) })
    const { externalPath: path } = await first.complete(await pendingOf(first, 1, { isKeyed: true }))
    const derived = repositoryOf({ restore: path })
    await derived.open()
    assert.equal(derived.newestAssignment()?.maxParallelismOf(SUM), 64)
    const graph = graphOf({ maxParallelism: 32, maxParallelismDeclared: true })
    await assert.rejects(repositoryOf({ graph, restore: path }).open(), { code: 'MAX_PARALLELISM_MISMATCH' })
  })

  it('expects keys as the snapshot of the start had them, over all restarts, and none where the run began afresh', async () => {
    const first = repositoryOf()
    await first.open()
    const { externalPath } = await first.complete(await pendingOf(first, 1, { isKeyed: true }))
    const expected = (repository: CheckpointRepository): unknown =>
      repository.newestAssignment()?.stateOf(SUM, 0).operators[SUM]?.expectedKeyShapes
    assert.equal(expected(first), undefined)
    const second = repositoryOf({
      restore: externalPath,
      configuration: { 'execution.checkpointing.dir': 'file:///b' },
    })
    await second.open()
    assert.deepEqual(expected(second), ['string'])
    await checkpoint(second, 2)
    assert.equal(second.newestAssignment()?.checkpointId, 2)
    assert.deepEqual(expected(second), ['string'])
  })

  it('disposes of a snapshot that the user names and refuses what is none', async () => {
    const path = await checkpoint(repositoryOf(), 1)
    await disposeOfSnapshot(path, { fileSystems, isJobRunning: () => Promise.resolve(false) })
    assert.deepEqual(await checkpointsOnDisk(), [])
    await assert.rejects(
      disposeOfSnapshot(path, { fileSystems, isJobRunning: () => Promise.resolve(false) }),
      (error) => FlinkError.is(error) && error.httpStatus === 404,
    )
  })
})
