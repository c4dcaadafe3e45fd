import { CheckpointingOptions } from './checkpointing-options.js'
import type { Configuration } from './configuration.js'

/** True when a task that has come to the end of its data waits for one more checkpoint before it finishes (FLIP-147). */
export function awaitsFinalCheckpoint(configuration: Configuration): boolean {
  const isCheckpointed = configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL) !== undefined
  return isCheckpointed && configuration.get(CheckpointingOptions.CHECKPOINTS_AFTER_TASKS_FINISH)
}
