import { CheckpointingOptions } from './checkpointing-options.js'
import type { ConfigOption } from './config-option.js'
import type { Configuration } from './configuration.js'
import { StateBackendOptions } from './state-backend-options.js'

/** The directory that the checkpoints of a job go to; undefined where they are held in the memory of the JobManager. */
export function checkpointsDirectory(configuration: Configuration): string | undefined {
  const directory = configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
  const storage = configuration.get(CheckpointingOptions.CHECKPOINT_STORAGE)
  const isInMemory = storage === undefined ? isBackendInMemory(configuration) : storage === 'jobmanager'
  return isInMemory ? undefined : directory
}

/** What is asked of checkpoints in files where they are held in memory, each with why there are none. */
export function askedOfCheckpointFiles(
  configuration: Configuration,
): readonly (readonly [option: ConfigOption<unknown>, reason: string])[] {
  if (checkpointsDirectory(configuration) !== undefined) return []
  const { CHECKPOINTS_DIRECTORY, CHECKPOINT_STORAGE, EXTERNALIZED_CHECKPOINT_RETENTION } = CheckpointingOptions
  const asked: [ConfigOption<unknown>, string][] = []
  const storage = configuration.get(CHECKPOINT_STORAGE)
  if (storage === undefined && configuration.contains(CHECKPOINTS_DIRECTORY)) {
    const reason =
      'The state backend jobmanager holds checkpoints in memory. With state.backend.type: hashmap state is on the heap as well, and checkpoints go to that directory.'
    asked.push([CHECKPOINTS_DIRECTORY, reason])
  }
  if (!configuration.contains(CheckpointingOptions.CHECKPOINTING_INTERVAL)) return asked
  const missing = 'Checkpoints are held in memory as long as no execution.checkpointing.dir is set.'
  if (storage === undefined && configuration.get(StateBackendOptions.STATE_BACKEND) === 'filesystem')
    asked.push([StateBackendOptions.STATE_BACKEND, missing])
  if (configuration.get(EXTERNALIZED_CHECKPOINT_RETENTION) !== 'NO_EXTERNALIZED_CHECKPOINTS') {
    const reason =
      'Checkpoints are held in memory and end with the process of the job: execution.checkpointing.dir is where they can be kept.'
    asked.push([EXTERNALIZED_CHECKPOINT_RETENTION, reason])
  }
  return asked
}

function isBackendInMemory(configuration: Configuration): boolean {
  return configuration.get(StateBackendOptions.STATE_BACKEND) === 'jobmanager'
}
