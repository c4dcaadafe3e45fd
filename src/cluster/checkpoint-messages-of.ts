import { CheckpointingOptions } from '../core/config/checkpointing-options.js'
import { Configuration } from '../core/config/configuration.js'
import type {
  CheckpointingStatistics,
  CheckpointStatistics,
  CheckpointStatisticsWithTasks,
  RestoredCheckpointStatistics,
  StatsSummary,
  SubtaskCheckpointStatistics,
  TaskCheckpointStatistics,
  TaskCheckpointStatisticsWithSubtaskDetails,
} from '../rest/messages/checkpoint-messages.js'
import type { CheckpointRecord } from '../runtime/jobmanager/checkpoint/checkpoint-record.js'
import type { CheckpointDetails } from '../runtime/jobmanager/checkpoint/checkpoint-statistics.js'
import type {
  CheckpointSample,
  LatestRecords,
  RestoredRecord,
} from '../runtime/jobmanager/checkpoint/latest-checkpoints.js'
import type {
  SubtaskStateStatistics,
  TaskStateStatistics,
} from '../runtime/jobmanager/checkpoint/task-state-statistics.js'
import type { JobDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import { statsSummaryOf } from './stats-summary-of.js'

/** Checkpoints as the wire types of the REST API. Pure. */
export function checkpointingStatisticsOf(details: JobDetails): CheckpointingStatistics {
  const { counts, inProgress, history, latest, samples } = details.checkpoints
  return {
    counts: {
      restored: counts.restored,
      total: counts.total,
      in_progress: inProgress,
      completed: counts.completed,
      failed: counts.failed,
    },
    summary: summaryOf(samples),
    latest: latestOf(latest),
    history: history.map((record) => checkpointStatisticsOf(record, isDiscarded(details, record))).reverse(),
  }
}

function summaryOf(samples: readonly CheckpointSample[]): CheckpointingStatistics['summary'] {
  const summary = (of: (sample: CheckpointSample) => number): StatsSummary => statsSummaryOf(samples.map(of))
  return {
    checkpointed_size: summary(({ checkpointedSizeBytes }) => checkpointedSizeBytes),
    state_size: summary(({ sizeBytes }) => sizeBytes),
    end_to_end_duration: summary(({ durationMs }) => durationMs),
    alignment_buffered: summary(() => 0),
    processed_data: summary(() => 0),
    persisted_data: summary(({ persistedSizeBytes }) => persistedSizeBytes),
  }
}

function latestOf({ completed, savepoint, failed, restored }: LatestRecords): CheckpointingStatistics['latest'] {
  const statisticsOf = (record: CheckpointRecord | undefined): CheckpointStatistics | null =>
    record === undefined ? null : checkpointStatisticsOf(record, false)
  return {
    completed: statisticsOf(completed),
    savepoint: statisticsOf(savepoint),
    failed: statisticsOf(failed),
    restored: restored === undefined ? null : restoredStatisticsOf(restored),
  }
}

function restoredStatisticsOf(restored: RestoredRecord): RestoredCheckpointStatistics {
  return {
    id: restored.checkpointId,
    restore_timestamp: restored.restoreTimestamp,
    is_savepoint: restored.isSavepoint,
    external_path: restored.externalPath,
  }
}

/** A newer one has taken its place: of checkpoints only the newest are kept. A savepoint is its user's. */
function isDiscarded(
  { checkpoints, configuration }: JobDetails,
  { checkpointId, status, isSavepoint }: CheckpointRecord,
): boolean {
  if (status !== 'COMPLETED' || isSavepoint) return false
  const kept = Configuration.fromMap(configuration).get(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS)
  const newer = checkpoints.history.filter(
    (other) => other.status === 'COMPLETED' && !other.isSavepoint && other.checkpointId > checkpointId,
  )
  return newer.length >= kept
}

export function checkpointStatisticsWithTasksOf(
  details: JobDetails,
  { record, tasks }: CheckpointDetails,
): CheckpointStatisticsWithTasks {
  return {
    ...checkpointStatisticsOf(record, isDiscarded(details, record)),
    tasks: Object.fromEntries(tasks.map((task) => [task.vertexId, taskStatisticsOf(record, task)])),
  }
}

export function taskStatisticsWithSubtasksOf(
  record: CheckpointRecord,
  task: TaskStateStatistics,
): TaskCheckpointStatisticsWithSubtaskDetails {
  const acknowledged = presentOf(task)
  const summary = (of: (subtask: SubtaskStateStatistics) => number): ReturnType<typeof statsSummaryOf> =>
    statsSummaryOf(acknowledged.map((subtask) => Math.round(of(subtask))))
  return {
    ...taskStatisticsOf(record, task),
    summary: {
      checkpointed_size: summary(({ checkpointedSizeBytes }) => checkpointedSizeBytes),
      state_size: summary(({ sizeBytes }) => sizeBytes),
      // Flink's quantiles of it are those of the times of the acknowledgements themselves.
      end_to_end_duration: summary((subtask) => durationOf(record, subtask)),
      checkpoint_duration: {
        sync: summary(({ synchronousMs }) => synchronousMs),
        async: summary(({ asynchronousMs }) => asynchronousMs),
      },
      alignment: {
        buffered: summary(() => 0),
        processed: summary(() => 0),
        persisted: summary(({ persistedSizeBytes }) => persistedSizeBytes ?? 0),
        duration: summary(({ alignmentMs }) => alignmentMs),
      },
      start_delay: summary(({ startDelayMs }) => startDelayMs ?? 0),
    },
    subtasks: task.subtasks.map((subtask, index) => subtaskStatisticsOf(record, subtask, index)),
  }
}

const CLASS_NAMES = { COMPLETED: 'completed', FAILED: 'failed', IN_PROGRESS: 'in_progress' } as const

function checkpointStatisticsOf(record: CheckpointRecord, discarded: boolean): CheckpointStatistics {
  return {
    className: CLASS_NAMES[record.status],
    id: record.checkpointId,
    status: record.status,
    is_savepoint: record.isSavepoint,
    savepointFormat: record.isSavepoint ? 'CANONICAL' : null,
    checkpoint_type: checkpointTypeOf(record),
    trigger_timestamp: record.triggerTimestamp,
    latest_ack_timestamp: record.latestAckTimestamp ?? -1,
    end_to_end_duration: record.endTimestamp === undefined ? -1 : record.endTimestamp - record.triggerTimestamp,
    state_size: record.sizeBytes,
    checkpointed_size: record.checkpointedSizeBytes,
    alignment_buffered: 0,
    processed_data: 0,
    persisted_data: record.persistedSizeBytes,
    num_subtasks: record.numSubtasks,
    num_acknowledged_subtasks: record.numAcknowledgedSubtasks,
    synchronous_duration: record.synchronousMs,
    external_path: record.externalPath ?? null,
    failure_message: record.failureMessage ?? null,
    tasks: {},
    ...(record.status === 'COMPLETED' && { discarded }),
    ...(record.status === 'FAILED' && { failure_timestamp: record.endTimestamp ?? -1 }),
  }
}

function checkpointTypeOf({
  isSavepoint,
  isLast,
  isUnaligned,
}: CheckpointRecord): CheckpointStatistics['checkpoint_type'] {
  if (isSavepoint) return isLast ? 'SYNC_SAVEPOINT' : 'SAVEPOINT'
  return isUnaligned ? 'UNALIGNED_CHECKPOINT' : 'CHECKPOINT'
}

function taskStatisticsOf(record: CheckpointRecord, task: TaskStateStatistics): TaskCheckpointStatistics {
  const acknowledged = presentOf(task)
  const sum = (of: (subtask: SubtaskStateStatistics) => number): number =>
    acknowledged.reduce((total, subtask) => total + of(subtask), 0)
  const latestAckTimestamp = Math.max(...acknowledged.map(({ ackTimestamp }) => ackTimestamp))
  const isAcknowledged = acknowledged.length > 0
  return {
    id: record.checkpointId,
    status: record.status,
    latest_ack_timestamp: isAcknowledged ? latestAckTimestamp : -1,
    checkpointed_size: sum(({ checkpointedSizeBytes }) => checkpointedSizeBytes),
    state_size: sum(({ sizeBytes }) => sizeBytes),
    end_to_end_duration: isAcknowledged ? Math.max(0, latestAckTimestamp - record.triggerTimestamp) : -1,
    alignment_buffered: 0,
    processed_data: 0,
    persisted_data: sum(({ persistedSizeBytes }) => persistedSizeBytes ?? 0),
    num_subtasks: task.subtasks.length,
    num_acknowledged_subtasks: acknowledged.length,
  }
}

function subtaskStatisticsOf(
  record: CheckpointRecord,
  subtask: SubtaskStateStatistics | undefined,
  index: number,
): SubtaskCheckpointStatistics {
  if (subtask === undefined) return { className: 'pending', index, status: 'pending_or_failed' }
  const { alignmentMs, synchronousMs, asynchronousMs, persistedSizeBytes = 0, startDelayMs = 0 } = subtask
  return {
    className: 'completed',
    index,
    status: 'completed',
    ack_timestamp: subtask.ackTimestamp,
    end_to_end_duration: durationOf(record, subtask),
    checkpointed_size: subtask.checkpointedSizeBytes,
    state_size: subtask.sizeBytes,
    // Whole numbers: Flink's clients take no other.
    checkpoint: { sync: Math.round(synchronousMs), async: Math.round(asynchronousMs) },
    alignment: { buffered: 0, processed: 0, persisted: persistedSizeBytes, duration: Math.round(alignmentMs) },
    start_delay: Math.round(startDelayMs),
    unaligned_checkpoint: subtask.unaligned === true,
    aborted: false,
  }
}

function durationOf({ triggerTimestamp }: CheckpointRecord, { ackTimestamp }: SubtaskStateStatistics): number {
  return Math.max(0, ackTimestamp - triggerTimestamp)
}

function presentOf({ subtasks }: TaskStateStatistics): SubtaskStateStatistics[] {
  return subtasks.filter((subtask) => subtask !== undefined)
}
