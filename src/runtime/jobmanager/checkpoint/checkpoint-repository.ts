// Duty: everything about snapshots that outlives an attempt: where they go, what completed ones say, what a restart gets.
// Invariants: `newestAssignment` is computed from the newest completed checkpoint of this run, else from the snapshot that
// the run was started with, which is removed only where the run claims it. A savepoint is never removed, and restarted from
// only when the job was to end with it: its sinks may have committed what it holds, so nothing older will do.
// Thread: main thread.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { SavepointOptions } from '../../../core/config/savepoint-options.js'
import { StateBackendOptions } from '../../../core/config/state-backend-options.js'
import type { JobGraph, JobVertex } from '../../../graph/job-graph.js'
import type { CompletedCheckpoint, OperatorState } from '../../../storage/checkpoint-metadata.js'
import {
  deleteForeignSnapshot,
  deleteSnapshot,
  discardLocation,
  FileCheckpointStorage,
  makeSavepointLocation,
  MemoryCheckpointStorage,
  publishSnapshot,
  type CheckpointStorage,
} from '../../../storage/checkpoint-storage.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import {
  CompletedCheckpointStore,
  type CheckpointRetention,
  type EndStatus,
} from '../../../storage/completed-checkpoint-store.js'
import { writeEndMark } from '../../../storage/end-mark.js'
import { expectedKeyShapes } from '../../../storage/expected-keys.js'
import { EMPTY_SUBTASK_STATE, type OperatorSubtaskState } from '../../../storage/state-handles.js'
import { assignState, type PlannedOperator } from '../../../storage/state-assignment.js'
import type { JobEnvironment } from '../job-environment.js'
import type { RestoreAssignment } from '../scheduler/deployment-plan.js'
import type { PendingCheckpoint } from './pending-checkpoint.js'
import { IncrementalCheckpoints } from './incremental-checkpoints.js'
import { findRestorePoint, refusalOfUnfit, type RestorePoint } from './restore-point.js'
import { refuseOfLivingJob } from './snapshot-disposal.js'
import { UsableCheckpoints } from './usable-checkpoints.js'

export interface CheckpointRepositorySettings {
  /** Snapshot that the run starts from; a program's first job only. */
  readonly restore: { readonly path: string | undefined; readonly allowNonRestoredState: boolean } | undefined
  readonly isJobRunning: (jobId: string) => Promise<boolean>
  readonly version: string
}

/** What an attempt starts from. */
export interface Restorable {
  readonly assignment: RestoreAssignment | undefined
  /** What the user should know about the choice, a line each. */
  readonly notes: readonly string[]
}

export class CheckpointRepository {
  readonly #environment: JobEnvironment
  readonly #settings: CheckpointRepositorySettings
  readonly #storage: CheckpointStorage
  readonly #store: CompletedCheckpointStore
  readonly #usable: UsableCheckpoints
  readonly #incremental: IncrementalCheckpoints
  #initialised: Promise<void> | undefined
  /** By vertex, where a restored snapshot's value replaced a derived one. */
  readonly #maxParallelism = new Map<string, number>()
  /** By operator, after the snapshot that the run started from: it holds over all restarts. */
  #expectedKeys: ReadonlyMap<string, readonly string[]> = new Map()
  #nextId = 1
  /** That a checkpoint of this run has been complete is on the disk. */
  #isMarked = false

  constructor(environment: JobEnvironment, settings: CheckpointRepositorySettings) {
    this.#environment = environment
    this.#settings = settings
    const { configuration, fileSystems, logger } = environment
    this.#storage = makeStorage(environment)
    this.#incremental = new IncrementalCheckpoints(fileSystems, logger)
    const maxRetained = configuration.get(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS)
    this.#store = new CompletedCheckpointStore(maxRetained, {
      remove: (checkpoint) => this.#remove(checkpoint),
      onRemovalFailed: ({ externalPath }, error) => {
        const reason = error instanceof Error ? error.message : String(error)
        logger.warn(`could not remove the checkpoint ${externalPath}, which is tried again`, { reason })
      },
      onLeftBehind: ({ externalPath }) => {
        logger.warn(`the checkpoint ${externalPath} could not be removed and stays`)
      },
    })
    this.#usable = new UsableCheckpoints(this.#store, fileSystems, logger)
  }

  /**
   * Opens the snapshot to start from, when there is one, and checks it against the plan. A job that is to take
   * checkpoints does not start without a place for them.
   */
  async open(): Promise<RestorePoint> {
    const point = await this.#restorePoint()
    const isCheckpointed =
      this.#environment.configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL) !== undefined
    if (isCheckpointed) await this.#initialise()
    return point
  }

  async #restorePoint(): Promise<RestorePoint> {
    const { restore, isJobRunning } = this.#settings
    const { jobGraph } = this.#environment
    if (restore === undefined) return { checkpoint: undefined, notes: [] }
    const place = { named: restore.path, directory: this.#directory, isJobRunning }
    const point = await findRestorePoint(this.#environment, place)
    if (point.checkpoint !== undefined) {
      if (this.#environment.configuration.get(SavepointOptions.RESTORE_MODE) === 'CLAIM') {
        await refuseOfLivingJob(point.checkpoint, this.#settings)
        this.#store.claim(point.checkpoint)
      } else {
        this.#store.setExternal(point.checkpoint)
      }
      this.#usable.verified(point.checkpoint)
      this.#nextId = point.checkpoint.metadata.checkpointId + 1
      try {
        this.newestAssignment()
      } catch (error) {
        throw refusalOfUnfit(error, point.checkpoint, jobGraph.name, place)
      }
      this.#expectedKeys = expectedKeyShapes(point.checkpoint.metadata, jobGraph.vertices.flatMap(plannedOperators))
    }
    return point
  }

  /** Ids go on from those of the restored snapshot and over restarts. */
  nextCheckpointId(): number {
    return this.#nextId
  }

  /** What the next attempt starts from; SNAPSHOT_CORRUPT where there was a checkpoint and none can be used. */
  async restorable(): Promise<Restorable> {
    const notes = await this.#usable.findNewest()
    return { assignment: this.newestAssignment(), notes }
  }

  newestAssignment(): RestoreAssignment | undefined {
    const checkpoint = this.#store.latest()
    if (checkpoint === undefined) return undefined
    const { jobGraph, logger } = this.#environment
    const { restore } = this.#settings
    const plan = jobGraph.vertices.flatMap(plannedOperators)
    const { operators, skipped } = assignState(checkpoint, plan, restore?.allowNonRestoredState ?? false)
    for (const vertex of jobGraph.vertices) {
      const [head = vertex.id] = operatorsOf(jobGraph, vertex.id)
      this.#maxParallelism.set(vertex.id, operators.get(head)?.maxParallelism ?? vertex.maxParallelism)
    }
    for (const operator of skipped) logger.warn(`Skipping savepoint state for operator ${operator}.`)
    return {
      checkpointId: checkpoint.metadata.checkpointId,
      stateOf: (vertexId, subtaskIndex) => ({
        operators: Object.fromEntries(
          operatorsOf(jobGraph, vertexId).map((id) => [
            id,
            {
              ...(operators.get(id)?.subtasks[subtaskIndex] ?? EMPTY_SUBTASK_STATE),
              expectedKeyShapes: this.#expectedKeys.get(id),
            },
          ]),
        ),
      }),
      isFinished: (vertexId) =>
        operatorsOf(jobGraph, vertexId).every((id) => operators.get(id)?.fullyFinished === true),
      maxParallelismOf: (vertexId) => this.#maxParallelism.get(vertexId) ?? 1,
    }
  }

  async prepareCheckpoint(checkpointId: number): Promise<CheckpointLocation> {
    this.#nextId = Math.max(this.#nextId, checkpointId + 1)
    await this.#initialise()
    const location = await this.#storage.checkpointLocation(checkpointId)
    if (!this.#environment.configuration.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)) return location
    return await this.#incremental.begin(location)
  }

  async #initialise(): Promise<void> {
    this.#initialised ??= this.#storage.initialise()
    try {
      await this.#initialised
    } catch (error) {
      // The next checkpoint tries again: the disk may be back by then.
      this.#initialised = undefined
      throw error
    }
  }

  prepareSavepoint(checkpointId: number, targetDirectory: string): Promise<CheckpointLocation> {
    this.#nextId = Math.max(this.#nextId, checkpointId + 1)
    return makeSavepointLocation(targetDirectory, this.#environment.jobId, snapshotServices(this.#environment))
  }

  async complete(pending: PendingCheckpoint): Promise<CompletedCheckpoint> {
    const { jobId, jobGraph, fileSystems } = this.#environment
    const metadata = {
      engineVersion: this.#settings.version,
      jobId,
      jobName: jobGraph.name,
      checkpointId: pending.checkpointId,
      timestamp: pending.timestamp,
      isSavepoint: pending.properties.isSavepoint,
      operators: jobGraph.vertices.flatMap((vertex) =>
        operatorStates(vertex, this.#maxParallelism.get(vertex.id) ?? vertex.maxParallelism, pending),
      ),
    }
    const written = this.#incremental.takeIn(pending.location, metadata)
    const completed = await publishSnapshot(pending.location, metadata, fileSystems, written)
    if (pending.properties.isSavepoint) {
      if (pending.properties.thenStop !== undefined) this.#store.setExternal(completed)
      return completed
    }
    await this.#incremental.completed(completed)
    await this.#markFirst(completed)
    await this.#store.add(completed)
    this.#usable.completed()
    return completed
  }

  /** A disk that does not take it costs a later run its certainty, not this one its checkpoint: the next one tries again. */
  async #markFirst({ metadata }: CompletedCheckpoint): Promise<void> {
    if (this.#isMarked) return
    try {
      await this.#storage.markCompleted(metadata)
      this.#isMarked = true
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#environment.logger.warn('could not note that a checkpoint is complete, which is tried again', { reason })
    }
  }

  async #remove(checkpoint: CompletedCheckpoint): Promise<void> {
    const { jobId, fileSystems } = this.#environment
    if (checkpoint.metadata.jobId !== jobId) {
      await deleteForeignSnapshot(checkpoint, fileSystems)
      return
    }
    await deleteSnapshot(checkpoint.externalPath, fileSystems)
    await this.#incremental.removed(checkpoint)
  }

  async discard(location: CheckpointLocation): Promise<void> {
    await discardLocation(location, this.#environment.fileSystems)
    await this.#incremental.givenUp(location)
  }

  /** True when checkpoints lie in files and stay there after a stop. */
  get retainsOnStop(): boolean {
    return this.#storage instanceof FileCheckpointStorage && this.#retentionAt('STOPPED') === 'RETAIN_ON_CANCELLATION'
  }

  /** The job has ended: removes checkpoints that are not to be kept. */
  async shutdown(end: EndStatus | 'STOPPED'): Promise<void> {
    const status = end === 'STOPPED' ? 'CANCELED' : end
    const retention = this.#retentionAt(end)
    const isDropped = this.#store.removesOnEnd(status, retention)
    // First: a crash in between must not leave the next run with nothing newer than its predecessors' checkpoints. What drops
    // nothing, as a failure before the first checkpoint of its own, is gone on from.
    if (status === 'FINISHED' || isDropped) {
      await this.#markEnd(status)
      await this.#storage.unmarkCompleted(this.#environment.jobGraph.name)
    }
    await this.#store.shutdown(status, retention)
  }

  async #markEnd(status: EndStatus): Promise<void> {
    const { configuration, jobGraph, clock, fileSystems } = this.#environment
    if (this.#directory === undefined || !configuration.get(SavepointOptions.RECOVER_FROM_LATEST)) return
    await writeEndMark(this.#directory, { jobName: jobGraph.name, timestamp: clock.now(), status }, fileSystems)
  }

  /** Where checkpoints are found again by a later run. */
  get #directory(): string | undefined {
    const isInFiles = this.#storage instanceof FileCheckpointStorage
    return isInFiles ? this.#environment.configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY) : undefined
  }

  /**
   * Whoever wants to go on from the latest checkpoint wants it kept when the job fails or is stopped: that a terminal was lost
   * or a container ended is nobody's decision to begin at zero.
   */
  #retentionAt(end: EndStatus | 'STOPPED'): CheckpointRetention {
    const { configuration } = this.#environment
    const isDecided = configuration.getOptional(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION) !== undefined
    if (!isDecided && configuration.get(SavepointOptions.RECOVER_FROM_LATEST)) {
      return end === 'STOPPED' ? 'RETAIN_ON_CANCELLATION' : 'DELETE_ON_CANCELLATION'
    }
    return configuration.get(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION)
  }
}

function snapshotServices({ fileSystems, random, configuration }: JobEnvironment) {
  const inlineThresholdBytes = configuration.get(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD)
  return { fileSystems, random, inlineThresholdBytes }
}

function makeStorage(environment: JobEnvironment): CheckpointStorage {
  const { configuration, jobId } = environment
  const directory = configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
  const backend = configuration.get(StateBackendOptions.STATE_BACKEND)
  const kind =
    configuration.get(CheckpointingOptions.CHECKPOINT_STORAGE) ??
    (directory !== undefined && backend !== 'jobmanager' ? 'filesystem' : 'jobmanager')
  if (kind === 'jobmanager' || directory === undefined) {
    return new MemoryCheckpointStorage(configuration.get(CheckpointingOptions.MAX_MEMORY_STATE_SIZE))
  }
  const withSubdirectory = configuration.get(CheckpointingOptions.CREATE_CHECKPOINT_SUB_DIR)
  return new FileCheckpointStorage(directory, withSubdirectory ? jobId : undefined, snapshotServices(environment))
}

function operatorsOf(jobGraph: JobGraph, vertexId: string): string[] {
  const vertex = jobGraph.vertices.find((candidate) => candidate.id === vertexId)
  return (vertex?.operators ?? []).map((operator) => operator.id)
}

function plannedOperators(vertex: JobVertex): PlannedOperator[] {
  const { parallelism, maxParallelism, maxParallelismDeclared } = vertex
  return vertex.operators.map(({ id, name, keyShape }) => ({
    operatorId: id,
    name,
    parallelism,
    maxParallelism,
    maxParallelismDeclared,
    keyShape,
  }))
}

function operatorStates(vertex: JobVertex, maxParallelism: number, pending: PendingCheckpoint): OperatorState[] {
  const fullyFinished = pending.plan.finishedVertices.has(vertex.id)
  const states = vertex.operators.map(({ id, uid, name }) => {
    const subtasks: (OperatorSubtaskState | undefined)[] = Array.from({ length: vertex.parallelism }, () => undefined)
    for (const execution of pending.plan.toAcknowledge) {
      if (execution.vertex.id !== vertex.id) continue
      subtasks[execution.subtaskIndex] = pending.acknowledged.get(execution.id)?.snapshot.operators[id]
    }
    const { parallelism } = vertex
    return { operatorId: id, uid, name, parallelism, maxParallelism, fullyFinished, subtasks }
  })
  // An operator without state says nothing that a restore needs.
  return states.filter((state) => state.fullyFinished || state.subtasks.some((subtask) => subtask !== undefined))
}
