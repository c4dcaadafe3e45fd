/** One run of a job under its id: the JobMaster's repository of snapshots, and the subtasks that write them. */
import assert from 'node:assert/strict'
import { Configuration } from '../../../../src/core/config/configuration.js'
import type { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { keyGroupRangeForOperatorIndex } from '../../../../src/core/keygroups/key-group-assignment.js'
import { SILENT_LOGGER } from '../../../../src/core/logging/silent-logger.js'
import type { Random } from '../../../../src/core/random/random.js'
import { ManualClock } from '../../../../src/core/time/manual-clock.js'
import type { JobGraph } from '../../../../src/graph/job-graph.js'
import { computeCheckpointPlan } from '../../../../src/runtime/jobmanager/checkpoint/checkpoint-plan.js'
import { CheckpointRepository } from '../../../../src/runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { PendingCheckpoint } from '../../../../src/runtime/jobmanager/checkpoint/pending-checkpoint.js'
import { ExecutionGraph } from '../../../../src/runtime/jobmanager/executiongraph/execution-graph.js'
import type { LocalStateDirectories } from '../../../../src/runtime/protocol/master-to-worker.js'
import type { LocalRecoveryConfig } from '../../../../src/runtime/taskmanager/state/local-recovery-config.js'
import { TimeSlices } from '../../../../src/runtime/taskmanager/state/time-slices.js'
import type { CheckpointLocation } from '../../../../src/storage/checkpoint-stream-factory.js'
import { checkpointStreams } from '../../../../src/storage/file-checkpoint-streams.js'
import {
  EMPTY_SUBTASK_STATE,
  type KeyedStateHandle,
  type StreamStateHandle,
} from '../../../../src/storage/state-handles.js'
import { sampleGraph } from '../../../unit/runtime/jobmanager/sample-graphs.js'
import type { BackendUnderTest } from '../state-backend.contract.js'
import { changed, NO_CONTENTS, randomChange, type Contents, type KeyContents } from './keyed-contents.js'
import { KeyedTask, MAX_PARALLELISM } from './keyed-task.js'

const OPERATOR = '1'.repeat(32)
const STEPS_IN_A_SLICE = 5
const METRICS = { alignmentMs: 0, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 1, checkpointedSizeBytes: 1 }

export interface SnapshotRunSettings {
  readonly jobId: string
  readonly root: string
  readonly fileSystems: FileSystems
  readonly random: Random
  readonly kind: BackendUnderTest
  readonly parallelism: number
  readonly restore:
    { readonly path: string; readonly contents: Contents; readonly mode: 'CLAIM' | 'NO_CLAIM' } | undefined
}

export interface WrittenSnapshot {
  readonly checkpointId: number
  readonly location: CheckpointLocation
  readonly isSavepoint: boolean
  readonly handles: readonly (readonly KeyedStateHandle[])[]
  readonly contents: Contents
}

export class SnapshotRun {
  readonly settings: SnapshotRunSettings
  readonly repository: CheckpointRepository
  /** Written, and neither complete nor aborted. */
  readonly pending: WrittenSnapshot[] = []
  readonly #graph: JobGraph
  /** By checkpoint. */
  readonly #contentsOf = new Map<number, Contents>()
  #contents = new Map<string | number, KeyContents>()
  #tasks: KeyedTask[] = []
  #withList = true
  /** Subtasks that went on from what they had kept. */
  restoredLocally = 0
  /** As the newest attempt was given them. */
  readonly #restoredFiles = new Set<StreamStateHandle>()

  constructor(settings: SnapshotRunSettings) {
    const { jobId, root, fileSystems, random, kind, parallelism, restore } = settings
    this.settings = settings
    const vertex = { id: OPERATOR, parallelism, maxParallelism: MAX_PARALLELISM, maxParallelismDeclared: true }
    this.#graph = sampleGraph([vertex])
    const configuration = Configuration.fromMap({
      'execution.checkpointing.dir': `file://${root}/checkpoints`,
      'execution.checkpointing.incremental': 'true',
      'execution.checkpointing.num-retained': String(1 + random.nextInt(3)),
      'execution.checkpointing.data-inline-threshold': `${String([0, 2000, 20_000][random.nextInt(3)])} b`,
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      'execution.state-recovery.claim-mode': restore?.mode ?? 'NO_CLAIM',
      'execution.state-recovery.from-local': String(random.nextInt(4) > 0),
      'state.backend.type': kind.sharesFiles === true ? 'rocksdb' : 'hashmap',
      'state.backend.rocksdb.localdir': `${root}/local`,
    })
    const jobGraph = this.#graph
    const environment = {
      jobId,
      jobGraph,
      configuration,
      fileSystems,
      random,
      logger: SILENT_LOGGER,
      clock: new ManualClock(),
    }
    this.repository = new CheckpointRepository(environment, {
      restore: restore && { path: restore.path, allowNonRestoredState: false },
      isJobRunning: () => Promise.resolve(false),
      version: '1',
    })
  }

  get tasks(): readonly KeyedTask[] {
    return this.#tasks
  }

  async begin(): Promise<void> {
    await this.repository.open()
    await this.restart()
  }

  /** A new attempt, from what a restart gets. Checkpoints under way are given up before. */
  async restart(): Promise<void> {
    await this.closeTasks()
    const { assignment, localState } = await this.repository.restorable()
    this.#contents = new Map(assignment === undefined ? [] : this.#contentsAt(assignment.checkpointId))
    this.#restoredFiles.clear()
    this.#withList = this.settings.random.nextInt(3) > 0
    const { kind, parallelism, fileSystems } = this.settings
    for (let index = 0; index < parallelism; index += 1) {
      const keyGroups = keyGroupRangeForOperatorIndex(MAX_PARALLELISM, parallelism, index)
      const handles = assignment?.stateOf(OPERATOR, index).operators[OPERATOR]?.managedKeyed ?? []
      const withList = this.#withList
      const isReversed = this.settings.random.nextInt(2) === 0
      const checkpointId = assignment?.checkpointId
      const localRecovery = localState && this.#localRecovery(localState, index)
      for (const file of filesOf(handles)) this.#restoredFiles.add(file)
      const start = { kind, keyGroups, handles, checkpointId, fileSystems, withList, isReversed, localRecovery }
      this.#tasks.push(await KeyedTask.start(start))
    }
  }

  #localRecovery(localState: LocalStateDirectories, subtaskIndex: number): LocalRecoveryConfig {
    const info = (text: string): void => {
      if (text.startsWith('restored')) this.restoredLocally += 1
    }
    const { fileSystems } = this.settings
    const logger = { ...SILENT_LOGGER, info }
    return { subtask: { operatorId: OPERATOR, subtaskIndex }, ...localState, fileSystems, logger }
  }

  async closeTasks(): Promise<void> {
    for (const task of this.#tasks.splice(0)) await task.backend.dispose()
  }

  change(count: number): void {
    for (let each = 0; each < count; each += 1) {
      const change = randomChange(this.settings.random, this.#withList)
      const task = this.#tasks.find((candidate) => candidate.owns(change.key))
      assert.ok(task)
      task.change(change)
      this.#contents.set(change.key, changed(this.#contents.get(change.key) ?? NO_CONTENTS, change))
    }
  }

  /** Triggers and writes it, with records in between; `breaksAt`: so many subtasks write, and it is aborted. */
  async write(isSavepoint: boolean, breaksAt: number | undefined): Promise<WrittenSnapshot | undefined> {
    const { repository } = this
    const checkpointId = repository.nextCheckpointId()
    const location = isSavepoint
      ? await repository.prepareSavepoint(checkpointId, `file://${this.settings.root}/savepoints`)
      : await repository.prepareCheckpoint(checkpointId)
    const contents = new Map(this.#contents)
    this.#contentsOf.set(checkpointId, contents)
    const handles = await this.#writeTasks(checkpointId, location, breaksAt)
    if (breaksAt === undefined) return { checkpointId, location, isSavepoint, handles, contents }
    await repository.discard(location)
    return undefined
  }

  /** What was there when the attempt began. */
  namedAgainBy({ handles }: WrittenSnapshot): number {
    return filesOf(handles.flat()).filter((file) => this.#restoredFiles.has(file)).length
  }

  /** The path that it lies under. */
  async complete(snapshot: WrittenSnapshot): Promise<string> {
    const { checkpointId, location, isSavepoint, handles } = snapshot
    const executions = new ExecutionGraph(this.#graph, () => ({ worker: 0, slot: 0 }), 0)
    for (const execution of executions.all()) {
      for (const state of ['SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const) execution.tryMove(state, 0)
    }
    const planned = computeCheckpointPlan(executions)
    assert.ok('plan' in planned)
    const properties = { isSavepoint, thenStop: undefined }
    const pending = new PendingCheckpoint({ checkpointId, timestamp: 5, plan: planned.plan, properties, location })
    for (const { id, subtaskIndex } of planned.plan.toAcknowledge) {
      const managedKeyed = handles[subtaskIndex] ?? []
      const operators = managedKeyed.length === 0 ? {} : { [OPERATOR]: { ...EMPTY_SUBTASK_STATE, managedKeyed } }
      pending.acknowledge(id, { snapshot: { operators }, metrics: METRICS })
    }
    return (await this.repository.complete(pending)).externalPath
  }

  async #writeTasks(
    checkpointId: number,
    location: CheckpointLocation,
    breaksAt: number | undefined,
  ): Promise<(readonly KeyedStateHandle[])[]> {
    const { random, fileSystems } = this.settings
    const incremental = location.kind === 'file' ? location.incremental : undefined
    const increment = incremental && { checkpointId, baseCheckpointId: incremental.baseCheckpointId }
    const snapshots = this.#tasks.map(({ backend }) => backend.snapshot(increment))
    const handles: (readonly KeyedStateHandle[])[] = []
    const yieldToTask = async (): Promise<void> => {
      await Promise.resolve()
      if (random.nextInt(4) === 0) this.change(1)
    }
    for (const [index, snapshot] of snapshots.entries()) {
      const slices = new TimeSlices({ clock: new ManualClock(), yieldToTask, maxSteps: STEPS_IN_A_SLICE })
      if (index !== breaksAt)
        handles.push(await snapshot.write(checkpointStreams(location, fileSystems, random), slices))
      snapshot.release()
    }
    return handles
  }

  #contentsAt(checkpointId: number): Contents {
    const contents = this.#contentsOf.get(checkpointId) ?? this.settings.restore?.contents
    assert.ok(contents)
    return contents
  }
}

function filesOf(handles: readonly KeyedStateHandle[]): StreamStateHandle[] {
  return handles.flatMap(({ handle, backendFiles }) => [
    handle,
    ...(backendFiles?.files ?? []).map((file) => file.handle),
  ])
}
