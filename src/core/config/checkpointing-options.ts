import {
  booleanOption,
  durationOption,
  enumOption,
  intOption,
  memoryOption,
  pathOption,
  directoriesOption,
  type ConfigOption,
} from './config-option.js'

/** Options of Flink's CheckpointingOptions. */
export const CheckpointingOptions: {
  readonly CHECKPOINTING_INTERVAL: ConfigOption<number | undefined>
  readonly CHECKPOINTING_INTERVAL_DURING_BACKLOG: ConfigOption<number | undefined>
  readonly CHECKPOINTING_MODE: ConfigOption<'EXACTLY_ONCE' | 'AT_LEAST_ONCE'>
  readonly CHECKPOINTING_TIMEOUT: ConfigOption<number>
  readonly MIN_PAUSE_BETWEEN_CHECKPOINTS: ConfigOption<number>
  readonly MAX_CONCURRENT_CHECKPOINTS: ConfigOption<number>
  readonly TOLERABLE_FAILURE_NUMBER: ConfigOption<number>
  readonly EXTERNALIZED_CHECKPOINT_RETENTION: ConfigOption<
    'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION'
  >
  readonly CHECKPOINTS_DIRECTORY: ConfigOption<string | undefined>
  readonly CHECKPOINT_STORAGE: ConfigOption<'jobmanager' | 'filesystem' | undefined>
  readonly MAX_RETAINED_CHECKPOINTS: ConfigOption<number>
  readonly CREATE_CHECKPOINT_SUB_DIR: ConfigOption<boolean>
  readonly INCREMENTAL_CHECKPOINTS: ConfigOption<boolean>
  readonly FS_SMALL_FILE_THRESHOLD: ConfigOption<number>
  readonly UNALIGNED_ENABLED: ConfigOption<boolean>
  readonly UNALIGNED_FORCED: ConfigOption<boolean>
  readonly ENABLE_UNALIGNED_INTERRUPTIBLE_TIMERS: ConfigOption<boolean>
  readonly ALIGNED_CHECKPOINT_TIMEOUT: ConfigOption<number>
  readonly MAX_MEMORY_STATE_SIZE: ConfigOption<number>
  readonly LOCAL_BACKUP_ENABLED: ConfigOption<boolean>
  readonly LOCAL_BACKUP_DIRS: ConfigOption<string | undefined>
  readonly CHECKPOINTS_AFTER_TASKS_FINISH: ConfigOption<boolean>
} = {
  CHECKPOINTING_INTERVAL: durationOption('execution.checkpointing.interval', undefined, {
    minimum: 10,
    description: 'Time between two checkpoints; setting it turns checkpointing on.',
  }),
  CHECKPOINTING_INTERVAL_DURING_BACKLOG: durationOption('execution.checkpointing.interval-during-backlog', undefined, {
    description:
      'Time between two checkpoints while a source says that it processes a backlog (setIsProcessingBacklog); unset: as without one. 0 takes none meanwhile; else not less than execution.checkpointing.interval.',
  }),
  CHECKPOINTING_MODE: enumOption('execution.checkpointing.mode', 'EXACTLY_ONCE', {
    description:
      'EXACTLY_ONCE aligns barriers (or stores what they overtake: execution.checkpointing.unaligned.enabled), AT_LEAST_ONCE blocks nothing.',
    enumValues: ['EXACTLY_ONCE', 'AT_LEAST_ONCE'],
  }),
  CHECKPOINTING_TIMEOUT: durationOption('execution.checkpointing.timeout', 600_000, {
    minimum: 10,
    description:
      'A checkpoint that takes longer is discarded. Operator coordinators have as long for what they do when all tasks have finished, such as the last commit.',
  }),
  MIN_PAUSE_BETWEEN_CHECKPOINTS: durationOption('execution.checkpointing.min-pause', 0, {
    description:
      'Time that must pass between the end of a checkpoint and the next one; implies one checkpoint at a time.',
  }),
  MAX_CONCURRENT_CHECKPOINTS: intOption('execution.checkpointing.max-concurrent-checkpoints', 1, {
    minimum: 1,
    description: 'Checkpoints that may be under way at the same time.',
  }),
  TOLERABLE_FAILURE_NUMBER: intOption('execution.checkpointing.tolerable-failed-checkpoints', 0, {
    minimum: 0,
    description: 'Checkpoint failures in a row that are survived; one more fails the job.',
  }),
  EXTERNALIZED_CHECKPOINT_RETENTION: enumOption(
    'execution.checkpointing.externalized-checkpoint-retention',
    'NO_EXTERNALIZED_CHECKPOINTS',
    {
      description:
        'What becomes of checkpoints when the job is cancelled or fails; they are removed when it finishes. NO_EXTERNALIZED_CHECKPOINTS: removed. DELETE_ON_CANCELLATION: kept when it fails, removed when it is cancelled. RETAIN_ON_CANCELLATION: kept. Where it is not set and the job goes on from its latest checkpoint (execution.state-recovery.from-latest) it is DELETE_ON_CANCELLATION, except that SIGTERM and SIGHUP stop the job after a last checkpoint and keep it.',
      enumValues: ['NO_EXTERNALIZED_CHECKPOINTS', 'DELETE_ON_CANCELLATION', 'RETAIN_ON_CANCELLATION'],
    },
  ),
  CHECKPOINTS_DIRECTORY: pathOption('execution.checkpointing.dir', {
    description: 'Directory of checkpoints: <dir>/<job id>/chk-<n>/_metadata.',
    deprecatedKeys: ['state.checkpoints.dir', 'state.backend.fs.checkpointdir'],
  }),
  CHECKPOINT_STORAGE: enumOption('execution.checkpointing.storage', undefined, {
    description:
      'jobmanager (in memory) or filesystem (in execution.checkpointing.dir, which has to be set). Unset: filesystem when that is set, unless state.backend.type is jobmanager.',
    deprecatedKeys: ['state.checkpoint-storage'],
    enumValues: ['jobmanager', 'filesystem'],
  }),
  MAX_RETAINED_CHECKPOINTS: intOption('execution.checkpointing.num-retained', 1, {
    minimum: 1,
    description:
      'Completed checkpoints that are kept. With more than one a job has an older checkpoint to go back to when the newest is damaged.',
    deprecatedKeys: ['state.checkpoints.num-retained'],
  }),
  CREATE_CHECKPOINT_SUB_DIR: booleanOption('execution.checkpointing.create-subdir', true, {
    description: 'Put checkpoints under <dir>/<job id>.',
    deprecatedKeys: ['state.checkpoints.create-subdir'],
  }),
  INCREMENTAL_CHECKPOINTS: booleanOption('execution.checkpointing.incremental', false, {
    description:
      'Store only what changed since the last completed checkpoint; what several of them need lies in <dir>/<job id>/shared. Savepoints are whole.',
    deprecatedKeys: ['state.backend.incremental'],
  }),
  FS_SMALL_FILE_THRESHOLD: memoryOption('execution.checkpointing.data-inline-threshold', 20_480, {
    maximum: 1_048_576,
    description: 'State up to this size goes into _metadata instead of a file of its own.',
    deprecatedKeys: ['state.storage.fs.memory-threshold', 'state.backend.fs.memory-threshold'],
  }),
  UNALIGNED_ENABLED: booleanOption('execution.checkpointing.unaligned.enabled', false, {
    description:
      'Barriers overtake records, which become part of the checkpoint: it does not wait for a job whose channels are full, and is larger. For execution.checkpointing.mode: EXACTLY_ONCE and one checkpoint at a time. On channels from one subtask to one other (forward, rescale) or with the same records for all (broadcast), and on those beside them into the same operator, barriers stay among the records. Savepoints are always aligned.',
    deprecatedKeys: ['execution.checkpointing.unaligned'],
  }),
  UNALIGNED_FORCED: booleanOption('execution.checkpointing.unaligned.forced', false, {
    description:
      'Unaligned checkpoints also of jobs with partitioners of their own, whose records in flight may come to other subtasks when the parallelism changes, and with loops, in which barriers stay among the records.',
  }),
  ENABLE_UNALIGNED_INTERRUPTIBLE_TIMERS: booleanOption(
    'execution.checkpointing.unaligned.interruptible-timers.enabled',
    false,
    {
      description:
        'Barriers of unaligned checkpoints overtake timers that are firing, at operators which allow it: in Flink those of SQL and of CEP alone.',
    },
  ),
  ALIGNED_CHECKPOINT_TIMEOUT: durationOption('execution.checkpointing.aligned-checkpoint-timeout', 0, {
    description:
      'With unaligned checkpoints: so long a checkpoint is an aligned one, and where barriers have not come by then they begin to overtake. 0: they do from the beginning.',
    deprecatedKeys: ['execution.checkpointing.alignment-timeout'],
  }),
  CHECKPOINTS_AFTER_TASKS_FINISH: booleanOption(
    'execution.checkpointing.checkpoints-after-tasks-finish.enabled',
    true,
    {
      description:
        'Checkpoints go on after tasks have finished, and where checkpointing is on a task waits at the end of its data for one more of them, so that sinks which commit with checkpoints commit their last records; it is taken as soon as all tasks have come so far. false: no task waits, and once one has finished no checkpoint or savepoint is taken any more.',
    },
  ),
  LOCAL_BACKUP_ENABLED: booleanOption('execution.checkpointing.local-backup.enabled', false, {
    description:
      'Keep links to the files of the newest checkpoint, and of those under way, beside the stores of the rocksdb backend, for execution.state-recovery.from-local. Files that the store has no more take room on the disk as long as a link is there. Not set: as that option says.',
  }),
  LOCAL_BACKUP_DIRS: directoriesOption('execution.checkpointing.local-backup.dirs', {
    description:
      'Where these links are: on the disks of state.backend.rocksdb.localdir, as no link leads to another one; elsewhere nothing is kept, and the log says so. Unset: in the directories of the stores.',
    deprecatedKeys: ['taskmanager.state.local.root-dirs'],
  }),
  MAX_MEMORY_STATE_SIZE: memoryOption('execution.checkpointing.memory-state-limit', 5_242_880, {
    description: 'Largest state of one operator subtask that checkpoints in memory may hold.',
  }),
}
