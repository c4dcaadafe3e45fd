import { CheckpointingOptions } from './checkpointing-options.js'
import type { ConfigOption } from './config-option.js'
import type { Configuration } from './configuration.js'

export interface UnalignedCheckpoints {
  /** So long a checkpoint is an aligned one; 0: never. */
  readonly alignedTimeoutMs: number
}

/** What a configuration asks for; undefined where checkpoints are aligned, or wait for nothing anyway. */
export function unalignedCheckpoints(configuration: Configuration): UnalignedCheckpoints | undefined {
  if (!configuration.get(CheckpointingOptions.UNALIGNED_ENABLED)) return undefined
  if (configuration.get(CheckpointingOptions.CHECKPOINTING_MODE) !== 'EXACTLY_ONCE') return undefined
  return { alignedTimeoutMs: configuration.get(CheckpointingOptions.ALIGNED_CHECKPOINT_TIMEOUT) }
}

/** What is asked of unaligned checkpoints where there are none, each with why, as in Flink: no error. */
export function askedOfUnalignedCheckpoints(
  configuration: Configuration,
): readonly (readonly [option: ConfigOption<unknown>, reason: string])[] {
  const { UNALIGNED_ENABLED, ALIGNED_CHECKPOINT_TIMEOUT } = CheckpointingOptions
  if (unalignedCheckpoints(configuration) !== undefined) return []
  if (configuration.get(UNALIGNED_ENABLED)) {
    const reason =
      'In execution.checkpointing.mode: AT_LEAST_ONCE no channel waits for a barrier, so none has to overtake; unaligned checkpoints are for EXACTLY_ONCE.'
    return [[UNALIGNED_ENABLED, reason]]
  }
  if (configuration.get(ALIGNED_CHECKPOINT_TIMEOUT) === 0) return []
  const reason = 'Checkpoints stay aligned as long as execution.checkpointing.unaligned.enabled is not true.'
  return [[ALIGNED_CHECKPOINT_TIMEOUT, reason]]
}
