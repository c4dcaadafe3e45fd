import { CheckpointingOptions } from '../../core/config/checkpointing-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'

/**
 * Where checkpoints go; writes itself into the configuration of a job.
 *
 * @example
 * ```ts
 * import { FileSystemCheckpointStorage, JobManagerCheckpointStorage, type CheckpointStorage } from 'flink-ts'
 *
 * const storageFor = (directory: string | null): CheckpointStorage =>
 *   directory === null ? new JobManagerCheckpointStorage() : new FileSystemCheckpointStorage(directory)
 * ```
 */
export interface CheckpointStorage {
  applyTo(configuration: Configuration): void
}

/**
 * Checkpoints in the memory of the JobManager: they survive failures of tasks, not of the job's process. `maxStateSize` in
 * bytes (5 MB by default) bounds the state of one operator subtask; a larger one fails the checkpoint.
 *
 * @example
 * ```ts
 * import { HashMapStateBackend, JobManagerCheckpointStorage, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.setStateBackend(new HashMapStateBackend())
 * env.getCheckpointConfig().setCheckpointStorage(new JobManagerCheckpointStorage())
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpoints/#the-jobmanagercheckpointstorage
 */
export class JobManagerCheckpointStorage implements CheckpointStorage {
  readonly #maxStateSizeBytes: number | undefined

  constructor(maxStateSize?: number) {
    this.#maxStateSizeBytes = maxStateSize
  }

  applyTo(configuration: Configuration): void {
    configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, 'jobmanager')
    if (this.#maxStateSizeBytes === undefined) return
    configuration.set(CheckpointingOptions.MAX_MEMORY_STATE_SIZE, this.#maxStateSizeBytes)
  }
}

/**
 * Checkpoints in files below a directory, given as path or `file:` URI: `<directory>/<job id>/chk-<n>/_metadata`. State up
 * to `fileStateSizeThreshold` bytes (20 kB by default) is kept in `_metadata` itself.
 *
 * @example
 * ```ts
 * import { FileSystemCheckpointStorage, StreamExecutionEnvironment } from 'flink-ts'
 *
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.getCheckpointConfig().setCheckpointStorage(new FileSystemCheckpointStorage('file:///tmp/flink/checkpoints'))
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpoints/#the-filesystemcheckpointstorage
 */
export class FileSystemCheckpointStorage implements CheckpointStorage {
  readonly #directory: string
  readonly #thresholdBytes: number | undefined

  constructor(checkpointDirectory: string, fileStateSizeThreshold?: number) {
    this.#directory = checkpointDirectory
    this.#thresholdBytes = fileStateSizeThreshold
  }

  applyTo(configuration: Configuration): void {
    configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, 'filesystem')
    configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, this.#directory)
    // Whoever names the directory in the program finds its state again at the next start, without a word on the line, also
    // after a failure: the retention follows from this (checkpoint-repository.ts).
    const isDecided = configuration.getOptional(SavepointOptions.RECOVER_FROM_LATEST) !== undefined
    if (!isDecided) configuration.set(SavepointOptions.RECOVER_FROM_LATEST, true)
    if (this.#thresholdBytes === undefined) return
    configuration.set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, this.#thresholdBytes)
  }
}
