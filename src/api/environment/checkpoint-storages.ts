import { CheckpointingOptions } from '../../core/config/checkpointing-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { checkedInteger } from '../types/checked-number.js'
import { checkedText } from '../types/checked-text.js'

/** As `execution.checkpointing.data-inline-threshold` allows. */
const MOST_INLINE_BYTES = 1_048_576

/** Where a call is at fault; state backends that hold a storage are meant as well. */
const MEMORY = 'checkpoints in the memory of the JobManager'
const FILES = 'checkpoints in files'

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
    this.#maxStateSizeBytes =
      maxStateSize === undefined ? undefined : checkedInteger(MEMORY, 'the max state size', maxStateSize, { min: 1 })
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
    this.#directory = checkedDirectory(checkpointDirectory)
    this.#thresholdBytes =
      fileStateSizeThreshold === undefined
        ? undefined
        : checkedInteger(FILES, 'the threshold', fileStateSizeThreshold, { min: 0, max: MOST_INLINE_BYTES })
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

function checkedDirectory(directory: string): string {
  const given = checkedText(FILES, 'the directory', directory)
  if (given.trim() !== '') return given
  throw new FlinkError('GRAPH_INVALID', { operator: FILES, reason: 'the directory is empty' })
}
