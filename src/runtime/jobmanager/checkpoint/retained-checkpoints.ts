// Duty: the completed checkpoints of one run: which of them a restart may use, which go when, what a later run finds of them.
// Invariants: the snapshot that the run was started with is removed only where the run claims it. A savepoint is never
// removed, and restarted from only when the job was to end with it: its sinks may have committed what it holds, so nothing
// older will do. That a run has ended is on the disk before its last checkpoint goes.
// Thread: main thread.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import type { Configuration } from '../../../core/config/configuration.js'
import { SavepointOptions } from '../../../core/config/savepoint-options.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import {
  deleteForeignSnapshot,
  deleteSnapshot,
  FileCheckpointStorage,
  type CheckpointStorage,
} from '../../../storage/checkpoint-storage.js'
import {
  CompletedCheckpointStore,
  type CheckpointRetention,
  type EndStatus,
} from '../../../storage/completed-checkpoint-store.js'
import type { JobEnvironment } from '../job-environment.js'
import type { IncrementalCheckpoints } from './incremental-checkpoints.js'
import type { RecoveredCheckpoints } from './recovered-checkpoints.js'
import { RunMarks } from './run-marks.js'
import type { TaskLocalStateStores } from './task-local-state-stores.js'
import { UsableCheckpoints } from './usable-checkpoints.js'

/** STOPPED: it is to go on later. */
export type RunEnd = EndStatus | 'STOPPED'

export class RetainedCheckpoints {
  /** What a later run learns of this one. */
  readonly marks: RunMarks
  readonly #environment: JobEnvironment
  readonly #storage: CheckpointStorage
  readonly #incremental: IncrementalCheckpoints
  readonly #store: CompletedCheckpointStore
  readonly #usable: UsableCheckpoints

  constructor(
    environment: JobEnvironment,
    storage: CheckpointStorage,
    incremental: IncrementalCheckpoints,
    localStates: TaskLocalStateStores,
  ) {
    this.#environment = environment
    this.#storage = storage
    this.#incremental = incremental
    this.marks = new RunMarks(environment, storage)
    const { configuration, logger } = environment
    const maxRetained = configuration.get(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS)
    this.#store = new CompletedCheckpointStore(maxRetained, {
      remove: (checkpoint) => this.#remove(checkpoint),
      onRemovalFailed: ({ externalPath }, error) => {
        const reason = messageOf(error)
        logger.warn(`could not remove the checkpoint ${externalPath}, which is tried again`, { reason })
      },
      onLeftBehind: ({ externalPath }) => {
        logger.warn(`the checkpoint ${externalPath} could not be removed and stays`)
      },
    })
    this.#usable = new UsableCheckpoints(this.#store, environment, localStates)
  }

  /** The run starts from this one, which was read just now; under CLAIM it is the run's own from now on. */
  startFrom(checkpoint: CompletedCheckpoint): void {
    if (this.claimsRestored) this.#store.claim(checkpoint)
    else this.#store.setExternal(checkpoint)
    this.#usable.verified(checkpoint)
  }

  /** Another process ran the job until now: what it completed is the job's own, but for a savepoint. Oldest first. */
  goOnWith({ own, savepoint }: RecoveredCheckpoints): void {
    for (const checkpoint of own) {
      this.#store.recover(checkpoint)
      this.#incremental.recover(checkpoint)
    }
    if (savepoint !== undefined) this.#store.setExternal(savepoint)
  }

  get claimsRestored(): boolean {
    return this.#environment.configuration.get(SavepointOptions.RESTORE_MODE) === 'CLAIM'
  }

  /** A durable checkpoint of this run, whose predecessors go as far as too many are kept. */
  async add(completed: CompletedCheckpoint): Promise<void> {
    await this.#incremental.completed(completed)
    await this.marks.completed(completed.metadata)
    await this.#store.add(completed)
    this.#usable.completed()
  }

  /** The savepoint that the job was to end with. */
  addLast(savepoint: CompletedCheckpoint): void {
    this.#store.setExternal(savepoint)
  }

  latest(): CompletedCheckpoint | undefined {
    return this.#store.latest()
  }

  /** Makes `latest` one that can be restored; what the user should know of it, a line each. See UsableCheckpoints. */
  findNewest(): Promise<readonly string[]> {
    return this.#usable.findNewest()
  }

  /** True when checkpoints lie in files and stay there after a stop. */
  get retainsOnStop(): boolean {
    return (
      this.#storage instanceof FileCheckpointStorage &&
      retentionAt('STOPPED', this.#environment.configuration) === 'RETAIN_ON_CANCELLATION'
    )
  }

  /** The job has ended: removes checkpoints that are not to be kept. */
  async shutdown(end: RunEnd): Promise<void> {
    const status = end === 'STOPPED' ? 'CANCELED' : end
    const retention = retentionAt(end, this.#environment.configuration)
    const isDropped = this.#store.removesOnEnd(status, retention)
    // First: a crash in between must not leave the next run with nothing newer than its predecessors' checkpoints. What drops
    // nothing, as a failure before the first checkpoint of its own, is gone on from.
    if (status === 'FINISHED' || isDropped) await this.marks.ended(status)
    await this.#store.shutdown(status, retention)
  }

  async #remove(checkpoint: CompletedCheckpoint): Promise<void> {
    const { jobId, fileSystems } = this.#environment
    if (checkpoint.metadata.jobId !== jobId) {
      await deleteForeignSnapshot(checkpoint, fileSystems)
      return
    }
    await deleteSnapshot(checkpoint, fileSystems)
    await this.#incremental.removed(checkpoint)
  }
}

/**
 * What becomes of the checkpoints of a run that ends so. Whoever wants to go on from the latest one wants it kept when the job fails
 * or is stopped: that a terminal was lost or a container ended is nobody's decision to begin at zero.
 */
export function retentionAt(end: RunEnd, configuration: Configuration): CheckpointRetention {
  const isDecided = configuration.getOptional(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION) !== undefined
  if (!isDecided && configuration.get(SavepointOptions.RECOVER_FROM_LATEST)) {
    return end === 'STOPPED' ? 'RETAIN_ON_CANCELLATION' : 'DELETE_ON_CANCELLATION'
  }
  return configuration.get(CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION)
}
