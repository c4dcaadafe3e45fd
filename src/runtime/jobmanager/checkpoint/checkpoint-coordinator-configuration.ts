// Duty: what the coordinator is told about when and how to take checkpoints; read from the job's configuration once.
// Invariants: all times in ms; `intervalMs` undefined means that no periodic checkpoints are taken.
// Thread: main thread.
import type { Configuration } from '../../../core/config/configuration.js'
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import type { UnalignedCheckpoints } from '../../../core/config/unaligned-checkpoint-choice.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { JobGraph } from '../../../graph/job-graph.js'
import { unalignedCheckpointsOf } from '../../../graph/unaligned-checkpoints.js'

export interface CheckpointCoordinatorConfiguration {
  readonly intervalMs: number | undefined
  /** While a source processes a backlog; 0: none are taken. */
  readonly intervalDuringBacklogMs: number | undefined
  readonly timeoutMs: number
  readonly minPauseMs: number
  readonly maxConcurrent: number
  /** Failures in a row that are survived; one more fails the job. */
  readonly tolerableFailures: number
  /** False: once a task has finished no checkpoint is taken any more. */
  readonly afterTasksFinish: boolean
  /** Undefined where all checkpoints are aligned. */
  readonly unaligned: UnalignedCheckpoints | undefined
}

export function readCheckpointCoordinatorConfiguration(
  configuration: Configuration,
  jobGraph: JobGraph,
): CheckpointCoordinatorConfiguration {
  const minPauseMs = configuration.get(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS)
  const maxConcurrent = configuration.get(CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS)
  return {
    intervalMs: configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL),
    intervalDuringBacklogMs: intervalDuringBacklogOf(configuration),
    timeoutMs: configuration.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT),
    minPauseMs,
    maxConcurrent: minPauseMs > 0 ? 1 : maxConcurrent,
    tolerableFailures: configuration.get(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER),
    afterTasksFinish: configuration.get(CheckpointingOptions.CHECKPOINTS_AFTER_TASKS_FINISH),
    unaligned: unalignedCheckpointsOf(jobGraph, configuration),
  }
}

/** As in Flink: 0, or not less than the interval. */
function intervalDuringBacklogOf(configuration: Configuration): number | undefined {
  const intervalMs = configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL)
  const duringBacklogMs = configuration.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG)
  if (intervalMs === undefined || duringBacklogMs === undefined || duringBacklogMs === 0) return duringBacklogMs
  if (duringBacklogMs >= intervalMs) return duringBacklogMs
  const { CHECKPOINTING_INTERVAL: interval, CHECKPOINTING_INTERVAL_DURING_BACKLOG: duringBacklog } =
    CheckpointingOptions
  const { key, where } = configuration.placeOf(duringBacklog) ?? { key: duringBacklog.key, where: 'its default' }
  const reason = `It cannot be shorter than ${interval.key}: ${durationText(intervalMs)}. 0 takes no checkpoints during a backlog.`
  throw new FlinkError('CONFIG_VALUE_INVALID', { key, value: durationText(duringBacklogMs), reason, where })
}
