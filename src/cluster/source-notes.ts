import { CheckpointingOptions } from '../core/config/checkpointing-options.js'
import type { Configuration } from '../core/config/configuration.js'

/** Told at the start of a job with checkpoints: these let a user believe that nothing is lost. */
export function notesOfSources(sourcesAtMostOnce: readonly string[], configuration: Configuration): string[] {
  if (configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL) === undefined) return []
  return sourcesAtMostOnce.map(
    (name) =>
      `"${name}" is at most once: what it has read since the newest checkpoint is lost when the job fails. State and all other sources are not concerned.`,
  )
}
