// Duty: which storage the checkpoints of a job go to, after its configuration.
// Invariants: pure, but for the storage that is made: nothing is on the disk before that is initialised.
// Thread: main thread.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { checkpointsDirectory } from '../../../core/config/checkpoint-storage-choice.js'
import type { Configuration } from '../../../core/config/configuration.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import {
  FileCheckpointStorage,
  MemoryCheckpointStorage,
  type CheckpointStorage,
  type SnapshotWriterServices,
} from '../../../storage/checkpoint-storage.js'
import type { JobEnvironment } from '../job-environment.js'

/** CHECKPOINT_DIRECTORY_MISSING where a job with checkpointing says that they go into files, and not where. */
export function makeCheckpointStorage(environment: JobEnvironment): CheckpointStorage {
  const { configuration, jobId } = environment
  const directory = checkpointsDirectory(configuration)
  if (directory === undefined) {
    checkNotInFiles(configuration)
    return new MemoryCheckpointStorage(configuration.get(CheckpointingOptions.MAX_MEMORY_STATE_SIZE))
  }
  const withSubdirectory = configuration.get(CheckpointingOptions.CREATE_CHECKPOINT_SUB_DIR)
  return new FileCheckpointStorage(directory, withSubdirectory ? jobId : undefined, snapshotWriterServices(environment))
}

/** The directory of the job's checkpoints and no other's, when they go into files. */
export function checkpointDirectoryOf(environment: JobEnvironment): string | undefined {
  const directory = checkpointsDirectory(environment.configuration)
  const isOwn = environment.configuration.get(CheckpointingOptions.CREATE_CHECKPOINT_SUB_DIR)
  if (directory === undefined || !isOwn) return undefined
  return `${directory.replace(/\/+$/, '')}/${environment.jobId}`
}

function checkNotInFiles(configuration: Configuration): void {
  const place = configuration.placeOf(CheckpointingOptions.CHECKPOINT_STORAGE)
  const isInFiles = configuration.get(CheckpointingOptions.CHECKPOINT_STORAGE) === 'filesystem'
  const isEnabled = configuration.get(CheckpointingOptions.CHECKPOINTING_INTERVAL) !== undefined
  if (isEnabled && isInFiles && place !== undefined) throw new FlinkError('CHECKPOINT_DIRECTORY_MISSING', place)
}

/** What the locations of checkpoints and savepoints are made of. */
export function snapshotWriterServices({ fileSystems, random, configuration }: JobEnvironment): SnapshotWriterServices {
  const inlineThresholdBytes = configuration.get(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD)
  return { fileSystems, random, inlineThresholdBytes }
}
