/** Wire types about checkpoints, as Flink's REST API names them. Times are epoch ms, -1 where unset; durations are ms, sizes bytes. */

/** `GET /jobs/:jobid/checkpoints` */
export interface CheckpointingStatistics {
  readonly counts: {
    readonly restored: number
    readonly total: number
    readonly in_progress: number
    readonly completed: number
    readonly failed: number
  }
  /** Over those that completed, savepoints among them: the newest 10,000. */
  readonly summary: {
    readonly checkpointed_size: StatsSummary
    readonly state_size: StatsSummary
    readonly end_to_end_duration: StatsSummary
    readonly alignment_buffered: StatsSummary
    readonly processed_data: StatsSummary
    readonly persisted_data: StatsSummary
  }
  /** Also those that the history has forgotten. */
  readonly latest: {
    /** No savepoint. */
    readonly completed: CheckpointStatistics | null
    readonly savepoint: CheckpointStatistics | null
    readonly failed: CheckpointStatistics | null
    readonly restored: RestoredCheckpointStatistics | null
  }
  /** The newest first. */
  readonly history: readonly CheckpointStatistics[]
}

/** What the tasks began with that began last. */
export interface RestoredCheckpointStatistics {
  readonly id: number
  readonly restore_timestamp: number
  readonly is_savepoint: boolean
  readonly external_path: string | null
}

export interface CheckpointStatistics {
  readonly className: 'completed' | 'failed' | 'in_progress'
  readonly id: number
  readonly status: CheckpointStatus
  readonly is_savepoint: boolean
  /** There is one form here; null of a checkpoint. */
  readonly savepointFormat: 'CANONICAL' | null
  /** Unaligned as soon as barriers overtook records at one task. */
  readonly checkpoint_type: 'CHECKPOINT' | 'UNALIGNED_CHECKPOINT' | 'SAVEPOINT' | 'SYNC_SAVEPOINT'
  readonly trigger_timestamp: number
  readonly latest_ack_timestamp: number
  readonly end_to_end_duration: number
  /** Bytes of all state that it names, and of what was written for it. */
  readonly state_size: number
  readonly checkpointed_size: number
  /** Always 0, as in Flink: a channel that waits for a barrier is not read. */
  readonly alignment_buffered: number
  /** Of what was read between the first barrier and the last; 0: not counted here. */
  readonly processed_data: 0
  /** Bytes of records in flight that are part of it. */
  readonly persisted_data: number
  readonly num_subtasks: number
  readonly num_acknowledged_subtasks: number
  /** Longest time that a subtask took no input for it; not in Flink's answer, which tells it subtask by subtask. */
  readonly synchronous_duration?: number
  readonly external_path: string | null
  readonly failure_message: string | null
  /** By vertex id; empty but in the answer about one checkpoint. */
  readonly tasks: Readonly<Record<string, TaskCheckpointStatistics>>
  /** There where it has completed: whether a newer one has taken its place. */
  readonly discarded?: boolean
  /** There where it has failed. */
  readonly failure_timestamp?: number
}

type CheckpointStatus = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'

/** `GET /jobs/:jobid/checkpoints/details/:checkpointid` */
export type CheckpointStatisticsWithTasks = CheckpointStatistics

export interface TaskCheckpointStatistics {
  readonly id: number
  /** Of the checkpoint. */
  readonly status: CheckpointStatus
  readonly latest_ack_timestamp: number
  readonly checkpointed_size: number
  readonly state_size: number
  readonly end_to_end_duration: number
  readonly alignment_buffered: 0
  readonly processed_data: 0
  readonly persisted_data: number
  readonly num_subtasks: number
  readonly num_acknowledged_subtasks: number
}

/** `GET /jobs/:jobid/checkpoints/details/:checkpointid/subtasks/:vertexid` */
export interface TaskCheckpointStatisticsWithSubtaskDetails extends TaskCheckpointStatistics {
  /** Over the subtasks that have acknowledged. */
  readonly summary: {
    readonly checkpointed_size: StatsSummary
    readonly state_size: StatsSummary
    readonly end_to_end_duration: StatsSummary
    readonly checkpoint_duration: { readonly sync: StatsSummary; readonly async: StatsSummary }
    readonly alignment: {
      readonly buffered: StatsSummary
      readonly processed: StatsSummary
      readonly persisted: StatsSummary
      readonly duration: StatsSummary
    }
    readonly start_delay: StatsSummary
  }
  readonly subtasks: readonly SubtaskCheckpointStatistics[]
}

export type SubtaskCheckpointStatistics =
  | {
      readonly className: 'completed'
      readonly index: number
      readonly status: 'completed'
      readonly ack_timestamp: number
      readonly end_to_end_duration: number
      readonly checkpointed_size: number
      readonly state_size: number
      readonly checkpoint: { readonly sync: number; readonly async: number }
      readonly alignment: {
        readonly buffered: 0
        readonly processed: 0
        readonly persisted: number
        readonly duration: number
      }
      readonly start_delay: number
      readonly unaligned_checkpoint: boolean
      /** Always false: of a subtask that declined nothing is told. */
      readonly aborted: false
    }
  | { readonly className: 'pending'; readonly index: number; readonly status: 'pending_or_failed' }

/** Quantiles of nothing are the text NaN, as Java's JSON has it. */
export interface StatsSummary {
  readonly min: number
  readonly max: number
  /** Rounded down. */
  readonly avg: number
  readonly p50: number | 'NaN'
  readonly p90: number | 'NaN'
  readonly p95: number | 'NaN'
  readonly p99: number | 'NaN'
  readonly p999: number | 'NaN'
}

/** `GET /jobs/:jobid/checkpoints/config` */
export interface CheckpointConfigInfo {
  readonly mode: 'exactly_once' | 'at_least_once'
  /** 2^63 where no checkpoints are taken by themselves, as far as JSON numbers can tell Java's largest long. */
  readonly interval: number
  readonly timeout: number
  readonly min_pause: number
  readonly max_concurrent: number
  readonly externalization: { readonly enabled: boolean; readonly delete_on_cancellation: boolean }
  readonly state_backend: 'HashMapStateBackend' | 'EmbeddedRocksDBStateBackend'
  readonly checkpoint_storage: 'JobManagerCheckpointStorage' | 'FileSystemCheckpointStorage'
  readonly unaligned_checkpoints: boolean
  readonly tolerable_failed_checkpoints: number
  readonly aligned_checkpoint_timeout: number
  readonly checkpoints_after_tasks_finish: boolean
  /** There is no changelog here. */
  readonly state_changelog_enabled: false
  readonly changelog_periodic_materialization_interval: number
  readonly changelog_storage: null
  /** Not in Flink's answer. */
  readonly incremental_checkpoints: boolean
}
