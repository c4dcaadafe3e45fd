// Duty: what checkpoints of one run share: which completed one the next may build on, and when shared files go.
// Invariants: a checkpoint under way keeps the files of its base until it has ended, also when that base was removed
// meanwhile; a retained one keeps all that it names. Files go after the metadata that named them. A removal that fails
// never makes a complete checkpoint a failed one.
// Thread: main thread.
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { CheckpointMetadata, CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { TaskStateSnapshot } from '../../../storage/state-handles.js'
import { holdsSharedFiles, sharedFilesIn, sharedFilesOf } from '../../../storage/shared-files.js'
import { SharedStateRegistry } from '../../../storage/shared-state-registry.js'
import { sharedDirectoryOf, syncRemoval } from '../../../storage/snapshot-directory.js'

export class IncrementalCheckpoints {
  readonly #registry: SharedStateRegistry
  readonly #fileSystems: FileSystems
  readonly #logger: Logger
  /** What the run was started from is not built on, also where the run has claimed it. */
  #newestOfRun: CompletedCheckpoint | undefined

  constructor(fileSystems: FileSystems, logger: Logger) {
    this.#fileSystems = fileSystems
    this.#logger = logger
    this.#registry = new SharedStateRegistry(async (uri) => {
      const { fileSystem, path } = fileSystems.forUri(uri)
      await fileSystem.delete(path)
    })
  }

  /** The location of a checkpoint that may build on the newest completed one of this run. */
  async begin(location: CheckpointLocation): Promise<CheckpointLocation> {
    if (location.kind === 'memory') return location
    const { directoryUri } = location
    const base = this.#newestOfRun
    if (base !== undefined) this.#registry.hold(directoryUri, sharedFilesOf(base.metadata, base.externalPath))
    try {
      // Whoever removed its files took nothing but a checkpoint: the state is there, and is written whole.
      const isWhole = base !== undefined && (await holdsSharedFiles(base, this.#fileSystems))
      const baseCheckpointId = isWhole ? base.metadata.checkpointId : undefined
      return { ...location, incremental: { sharedDirectoryUri: sharedDirectoryOf(directoryUri), baseCheckpointId } }
    } catch (error) {
      await this.#registry.release(directoryUri)
      throw error
    }
  }

  /** The shared files that a checkpoint itself wrote; from here on they go when it goes. */
  takeIn(location: CheckpointLocation, metadata: CheckpointMetadata): readonly string[] {
    if (location.kind === 'memory' || location.incremental === undefined) return []
    const { directoryUri } = location
    const files = [...sharedFilesOf(metadata, directoryUri)]
    const ofBase = this.#registry.filesOf(directoryUri)
    this.#registry.hold(directoryUri, files)
    return files.filter((file) => !ofBase.has(file))
  }

  /** One of the job's own that an earlier process completed: its shared files go when it goes. */
  recover({ metadata, externalPath }: CompletedCheckpoint): void {
    this.#registry.hold(externalPath, sharedFilesOf(metadata, externalPath))
  }

  /** The checkpoint is durable: what its base has beyond it is the base's alone. */
  async completed(checkpoint: CompletedCheckpoint): Promise<void> {
    const { metadata, externalPath } = checkpoint
    if (metadata.checkpointId > (this.#newestOfRun?.metadata.checkpointId ?? 0)) this.#newestOfRun = checkpoint
    try {
      await this.#registry.keepOnly(externalPath, sharedFilesOf(metadata, externalPath))
    } catch (error) {
      const reason = messageOf(error)
      this.#logger.warn(`could not remove shared state of the removed checkpoint ${externalPath}`, { reason })
    }
  }

  /**
   * Nothing is left in the location of a checkpoint that was aborted. In a store of objects what it wrote for later ones lies in
   * `shared/` by then, and goes now; what a task acknowledges later stays until the job starts again.
   */
  async discarded(location: CheckpointLocation, acknowledged: readonly TaskStateSnapshot[]): Promise<void> {
    if (location.kind === 'memory') return
    const { directoryUri } = location
    if (
      location.incremental !== undefined &&
      this.#fileSystems.forUri(directoryUri).fileSystem.isObjectStore === true
    ) {
      this.#registry.hold(directoryUri, sharedFilesIn(acknowledged, directoryUri))
    }
    await this.#registry.release(directoryUri)
  }

  /**
   * The directory of a complete one of this run is gone. For good, before files of `shared/` go: else a loss of power could leave
   * metadata that name files which are not there.
   */
  async removed({ externalPath }: CompletedCheckpoint): Promise<void> {
    if (this.#registry.filesOf(externalPath).size > 0) {
      const { fileSystem, path } = this.#fileSystems.forUri(externalPath)
      await syncRemoval(fileSystem, path)
    }
    await this.#registry.release(externalPath)
  }
}
