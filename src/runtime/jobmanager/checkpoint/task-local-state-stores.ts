// Duty: what the subtasks of a job keep of its checkpoints beside them (storage/task-local-state.ts): in which directories, and
// which of it goes when. In Flink: TaskExecutorLocalStateStoresManager.
// Invariants: made for this run and gone with it. Kept is what was kept of the newest completed checkpoint and of those under
// way: a completed one takes the place of all older ones, an aborted one goes. Nothing here fails a job or a checkpoint: what
// cannot be made, read or removed is a line in the log, and restarts read the checkpoint.
// Thread: main thread.
import path from 'node:path'
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { CoreOptions } from '../../../core/config/core-options.js'
import { whyNothingIsKeptLocally } from '../../../core/config/options-without-effect.js'
import { RocksDBOptions } from '../../../core/config/rocksdb-options.js'
import { SavepointOptions } from '../../../core/config/savepoint-options.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { WorkingDirectories, type WorkingDirectory } from '../../../core/process/working-directories.js'
import type { CheckpointMetadata, CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { StreamStateHandle } from '../../../storage/state-handles.js'
import { checkpointIdOf } from '../../../storage/snapshot-directory.js'
import { findTaskLocalState, localCheckpointDirectory } from '../../../storage/task-local-state.js'
import type { LocalStateDirectories } from '../../protocol/master-to-worker.js'
import type { JobEnvironment } from '../job-environment.js'

export class TaskLocalStateStores {
  readonly #environment: JobEnvironment
  #roots: readonly WorkingDirectory[] = []
  /** One removal after the other. */
  #removals: Promise<void> = Promise.resolve()

  constructor(environment: JobEnvironment) {
    this.#environment = environment
  }

  /** Makes the directories, where the job is to keep anything. */
  async open(): Promise<void> {
    const { configuration, jobId, logger, random } = this.#environment
    if (!this.#isWanted) return
    const isGiven = configuration.getOptional(CheckpointingOptions.LOCAL_BACKUP_DIRS) !== undefined
    const ofStores =
      configuration.getOptional(RocksDBOptions.LOCAL_DIRECTORIES) ?? configuration.get(CoreOptions.TMP_DIRS)
    const directories = new WorkingDirectories({
      places: configuration.getOptional(CheckpointingOptions.LOCAL_BACKUP_DIRS) ?? ofStores,
      // That of the stores: what a killed process left goes with theirs, whether or not the next job keeps anything.
      prefix: 'flink-ts-rocksdb',
      option: isGiven ? CheckpointingOptions.LOCAL_BACKUP_DIRS.key : RocksDBOptions.LOCAL_DIRECTORIES.key,
      random,
    })
    try {
      this.#roots = await directories.createInEach(`local-${jobId}`)
    } catch (error) {
      logger.warn('nothing is kept of checkpoints beside the tasks', { reason: messageOf(error) })
    }
  }

  /** For the workers of an attempt that starts from `restored`; undefined where nothing is kept. */
  directoriesFor(restored: CompletedCheckpoint | undefined): LocalStateDirectories | undefined {
    if (this.#roots.length === 0) return undefined
    const isRecoveredFrom = restored !== undefined && this.#mayHave(restored.metadata)
    return { roots: this.#rootPaths, isRecoveredFrom }
  }

  /** What no restart has to read of a checkpoint, because the subtasks that wrote it have it beside them. */
  async keptOf(metadata: CheckpointMetadata): Promise<ReadonlySet<StreamStateHandle>> {
    const kept = new Set<StreamStateHandle>()
    await this.#removals
    if (!this.#mayHave(metadata)) return kept
    const { checkpointId } = metadata
    for (const { operatorId, subtasks } of metadata.operators) {
      for (const [subtaskIndex, subtask] of subtasks.entries()) {
        for (const handle of subtask?.managedKeyed ?? []) {
          if (handle.backendFiles === undefined) continue
          const place = { checkpointId, operatorId, subtaskIndex }
          const found = await findTaskLocalState(this.#rootPaths, place, handle, this.#environment.fileSystems)
          if ('files' in found) for (const each of found.files.keys()) kept.add(each)
        }
      }
    }
    return kept
  }

  /** It is complete. */
  confirm(checkpointId: number): void {
    this.#remove((id) => id < checkpointId)
  }

  /** A snapshot never completes; of a savepoint nothing is kept. */
  abort(location: CheckpointLocation): void {
    const aborted = location.kind === 'file' ? checkpointIdOf(path.posix.basename(location.directoryUri)) : undefined
    if (aborted !== undefined) this.#remove((id) => id === aborted)
  }

  /** Where a store could not be used, the files that it was opened from may be why: the next restart reads the checkpoint. */
  attemptFailed(error: Error): void {
    if (isOfStore(error)) this.#remove(() => true)
  }

  /** No task runs any more. */
  async close(): Promise<void> {
    const roots = this.#roots
    this.#roots = []
    await this.#removals
    for (const root of roots) await this.#tolerate(() => root.remove())
  }

  get #rootPaths(): readonly string[] {
    return this.#roots.map((root) => root.path)
  }

  /** Not of what the run was started from: that is another run's. */
  #mayHave({ jobId }: CheckpointMetadata): boolean {
    const isAsked = this.#environment.configuration.get(SavepointOptions.LOCAL_RECOVERY)
    return isAsked && this.#roots.length > 0 && jobId === this.#environment.jobId
  }

  get #isWanted(): boolean {
    const { configuration } = this.#environment
    const isAsked =
      configuration.getOptional(CheckpointingOptions.LOCAL_BACKUP_ENABLED) ??
      configuration.get(SavepointOptions.LOCAL_RECOVERY)
    return isAsked && whyNothingIsKeptLocally(configuration) === undefined
  }

  #remove(isGone: (checkpointId: number) => boolean): void {
    for (const root of this.#roots) {
      this.#removals = this.#removals.then(() => this.#tolerate(() => this.#removeIn(root.path, isGone)))
    }
  }

  async #removeIn(root: string, isGone: (checkpointId: number) => boolean): Promise<void> {
    const { fileSystem } = this.#environment.fileSystems.forUri(root)
    for (const { name } of await fileSystem.list(root)) {
      const id = checkpointIdOf(name)
      if (id !== undefined && isGone(id)) await fileSystem.delete(localCheckpointDirectory(root, id))
    }
  }

  async #tolerate(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#environment.logger.warn('could not remove what was kept of checkpoints', { reason: messageOf(error) })
    }
  }
}

function isOfStore(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return FlinkError.is(error, 'STATE_STORE_FAILED') || isOfStore(error.cause)
}
