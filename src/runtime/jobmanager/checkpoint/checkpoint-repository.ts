// Duty: the snapshots of one run over all its attempts: what it starts from, where new ones go, what a restart gets.
// Invariants: a restart gets the newest completed checkpoint of this run that can be used, else the snapshot that the run was
// started with; ids go on from those of that snapshot and over restarts.
// Thread: main thread.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { NOT_ADDRESSABLE } from '../../../core/fs/not-addressable.js'
import { markClaimed } from '../../../storage/claim-mark.js'
import {
  discardLocation,
  makeSavepointLocation,
  publishSnapshot,
  type CheckpointStorage,
} from '../../../storage/checkpoint-storage.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { Predecessors } from '../../../storage/predecessors.js'
import type { TaskStateSnapshot } from '../../../storage/state-handles.js'
import type { JobEnvironment } from '../job-environment.js'
import type { LocalStateDirectories } from '../../protocol/master-to-worker.js'
import type { RestoreAssignment } from '../scheduler/deployment-plan.js'
import type { RecoveryStore } from '../highavailability/recovery-store.js'
import { makeCheckpointStorage, snapshotWriterServices } from './checkpoint-storage-factory.js'
import { assembleCheckpointMetadata } from './completed-checkpoint-assembly.js'
import { IncrementalCheckpoints } from './incremental-checkpoints.js'
import type { PendingCheckpoint } from './pending-checkpoint.js'
import { findRecovered } from './recovered-checkpoints.js'
import { findRestorePoint, NO_RESTORE_POINT, refusalOfUnfit, type RestorePoint } from './restore-point.js'
import { RetainedCheckpoints, type RunEnd } from './retained-checkpoints.js'
import { refuseOfLivingJob } from './snapshot-disposal.js'
import type { SnapshotRepository } from './snapshot-repository.js'
import { StateAssignmentOperation } from './state-assignment-operation.js'
import { TaskLocalStateStores } from './task-local-state-stores.js'

export interface CheckpointRepositorySettings {
  /** Snapshot that the run starts from; a program's first job only. */
  readonly restore: { readonly path: string | undefined; readonly allowNonRestoredState: boolean } | undefined
  readonly isJobRunning: (jobId: string) => Promise<boolean>
  readonly version: string
  /** Of a job that outlives its process. */
  readonly recovery?: RecoveryStore | undefined
}

/** What an attempt starts from. */
export interface Restorable {
  readonly assignment: RestoreAssignment | undefined
  /** Whose state that is. */
  readonly checkpoint: CompletedCheckpoint | undefined
  /** What the user should know about the choice, a line each. */
  readonly notes: readonly string[]
  readonly localState?: LocalStateDirectories | undefined
}

export class CheckpointRepository implements SnapshotRepository {
  readonly #environment: JobEnvironment
  readonly #settings: CheckpointRepositorySettings
  readonly #storage: CheckpointStorage
  readonly #incremental: IncrementalCheckpoints
  readonly #retained: RetainedCheckpoints
  readonly #assignment: StateAssignmentOperation
  readonly #localStates: TaskLocalStateStores
  #initialised: Promise<void> | undefined
  #isOpen = false
  #isGivenUp = false
  #nextId = 1

  constructor(environment: JobEnvironment, settings: CheckpointRepositorySettings) {
    this.#environment = environment
    this.#settings = settings
    this.#storage = makeCheckpointStorage(environment)
    this.#incremental = new IncrementalCheckpoints(environment.fileSystems, environment.logger)
    this.#localStates = new TaskLocalStateStores(environment)
    this.#retained = new RetainedCheckpoints(environment, this.#storage, this.#incremental, this.#localStates)
    const allowNonRestoredState = settings.restore?.allowNonRestoredState ?? false
    this.#assignment = new StateAssignmentOperation(environment.jobGraph, allowNonRestoredState)
  }

  /**
   * Opens the snapshot to start from, when there is one, and checks it against the plan. A job that is to take
   * checkpoints does not start without a place for them.
   */
  async open(): Promise<RestorePoint> {
    const predecessors = await this.#retained.marks.begin(this.#settings.isJobRunning)
    const point = (await this.#recoveredPoint()) ?? this.#pointOfFirst(await this.#restorePoint(predecessors))
    const isCheckpointed =
      this.#environment.configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL) !== undefined
    if (isCheckpointed) await this.#initialise()
    await this.#localStates.open()
    this.#isOpen = true
    return point
  }

  /** Undefined where the job is no recovered one, or had completed nothing: then it begins as it did first. */
  async #recoveredPoint(): Promise<RestorePoint | undefined> {
    const { recovery } = this.#settings
    if (recovery?.isRecovery !== true) return undefined
    const recovered = await findRecovered(await recovery.newest(), this.#environment)
    const { latest, newestId, notes } = recovered
    if (latest === undefined) return undefined
    this.#retained.marks.goesOnFrom(latest.metadata, 'found')
    this.#nextId = newestId + 1
    this.#assignment.checkAgainstPlan(latest)
    this.#retained.goOnWith(recovered)
    const which = latest.externalPath === NOT_ADDRESSABLE ? 'its newest checkpoint' : latest.externalPath
    return { checkpoint: latest, notes, choice: `Job ${this.#environment.jobId} is recovered from ${which}.` }
  }

  #pointOfFirst(point: RestorePoint): RestorePoint {
    if (this.#settings.recovery?.isRecovery !== true) return point
    const nothing = `No checkpoint of job ${this.#environment.jobId} was complete: it begins as it did first.`
    return { ...point, choice: point.choice === undefined ? nothing : `${nothing} ${point.choice}` }
  }

  async #restorePoint(predecessors: Predecessors): Promise<RestorePoint> {
    const { restore, isJobRunning } = this.#settings
    if (restore === undefined) return NO_RESTORE_POINT
    const { directory } = this.#retained.marks
    const place = { named: restore.path, directory, predecessors, isJobRunning }
    const point = await findRestorePoint(this.#environment, place)
    const { checkpoint } = point
    if (checkpoint === undefined) return point
    const { fileSystems } = this.#environment
    if (this.#retained.claimsRestored) await refuseOfLivingJob(checkpoint, { isJobRunning, fileSystems })
    this.#retained.marks.goesOnFrom(checkpoint.metadata, restore.path === undefined ? 'found' : 'named')
    this.#retained.startFrom(checkpoint)
    this.#nextId = checkpoint.metadata.checkpointId + 1
    try {
      const skipped = this.#assignment.checkAgainstPlan(checkpoint)
      if (this.#retained.claimsRestored) await this.#markClaimed(checkpoint)
      return skipped.length === 0 ? point : { ...point, notes: [...point.notes, this.#noteOfSkipped(skipped)] }
    } catch (error) {
      throw refusalOfUnfit(error, checkpoint, this.#environment.jobGraph.name, place)
    }
  }

  /** Where that cannot be written the run cannot remove the snapshot either: that is told when it tries. */
  async #markClaimed(checkpoint: CompletedCheckpoint): Promise<void> {
    const { fileSystems, jobId, logger } = this.#environment
    try {
      await markClaimed(checkpoint, jobId, fileSystems)
    } catch (error) {
      logger.warn(`could not mark ${checkpoint.externalPath} as claimed`, { reason: messageOf(error) })
    }
  }

  #noteOfSkipped(skipped: readonly string[]): string {
    for (const operator of skipped) {
      this.#environment.logger.warn(`Skipping savepoint state for operator ${operator}.`)
    }
    const lines = skipped.map((operator) => `  ${operator}`)
    return ['This state is left out, as --allowNonRestoredState allows:', ...lines].join('\n')
  }

  nextCheckpointId(): number {
    return this.#nextId
  }

  /** What the next attempt starts from; SNAPSHOT_CORRUPT where there was a checkpoint and none can be used. */
  async restorable(): Promise<Restorable> {
    const notes = await this.#retained.findNewest()
    return {
      assignment: this.newestAssignment(),
      checkpoint: this.#retained.latest(),
      notes,
      localState: this.#localStates.directoriesFor(this.#retained.latest()),
    }
  }

  /** What it was started from may be the reason. */
  attemptFailed(error: Error): void {
    this.#localStates.attemptFailed(error)
  }

  newestAssignment(): RestoreAssignment | undefined {
    const checkpoint = this.#retained.latest()
    return checkpoint === undefined ? undefined : this.#assignment.assign(checkpoint)
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
    return makeSavepointLocation(targetDirectory, this.#environment.jobId, snapshotWriterServices(this.#environment))
  }

  async complete(pending: PendingCheckpoint): Promise<CompletedCheckpoint> {
    const metadata = assembleCheckpointMetadata(pending, this.#environment, {
      engineVersion: this.#settings.version,
      timestamp: this.#retained.marks.stamp(pending.timestamp),
      maxParallelismOf: (vertex) => this.#assignment.maxParallelismOf(vertex),
    })
    const { isSavepoint, thenStop } = pending.properties
    const written = this.#incremental.takeIn(pending.location, metadata)
    const completed = await publishSnapshot(pending.location, metadata, this.#environment.fileSystems, written)
    // What the job goes on from after its process, before any task commits with it.
    if (!isSavepoint || thenStop !== undefined) await this.#settings.recovery?.completed(completed)
    if (!isSavepoint) {
      await this.#retained.add(completed)
      this.#localStates.confirm(pending.checkpointId)
    } else if (thenStop !== undefined) this.#retained.addLast(completed)
    if (isSavepoint && thenStop === 'suspend') this.endsWith(completed.externalPath)
    return completed
  }

  async discard(location: CheckpointLocation, acknowledged: readonly TaskStateSnapshot[] = []): Promise<void> {
    this.#localStates.abort(location)
    await discardLocation(location, this.#environment.fileSystems, acknowledged)
    await this.#incremental.discarded(location, acknowledged)
  }

  /** With this savepoint the job is to end: a later start of the same program learns of it. */
  endsWith(savepoint: string): void {
    this.#retained.marks.endsWith(savepoint)
  }

  /** What a restart would go on from, and whoever asks about state meanwhile is told of. */
  newest(): CompletedCheckpoint | undefined {
    return this.#retained.latest()
  }

  /** URI of what a restart would go on from. */
  newestPath(): string | undefined {
    return this.#retained.latest()?.externalPath
  }

  /** True when checkpoints lie in files and stay there after a stop. */
  get retainsOnStop(): boolean {
    return this.#settings.recovery !== undefined || this.#retained.retainsOnStop
  }

  /** Its user wants the job no more: nobody goes on with it, though it was told to stop before. Checkpoints stay as of one that was. */
  giveUp(): void {
    this.#isGivenUp = true
  }

  /** The job has ended: removes checkpoints that are not to be kept. */
  async shutdown(end: RunEnd): Promise<void> {
    try {
      await this.#localStates.close()
    } finally {
      const { recovery } = this.#settings
      if (recovery === undefined) await this.#retained.shutdown(end)
      else await this.#shutdownRecoverable(recovery, end)
    }
  }

  /** One that goes on in another process, or could not be begun in this one, leaves all as it is. */
  async #shutdownRecoverable(recovery: RecoveryStore, end: RunEnd): Promise<void> {
    const goesOn = this.#isOpen ? end === 'STOPPED' : recovery.isRecovery
    if (goesOn && !this.#isGivenUp) return
    if (goesOn) {
      await recovery.ended('CANCELED')
      await recovery.cleanUp()
      return
    }
    if (end !== 'STOPPED' && this.#isOpen) await recovery.ended(end)
    await this.#retained.shutdown(end)
    await (this.#isOpen ? recovery.cleanUp() : recovery.forget())
  }
}
