/** Errors about checkpoint. See error-table.ts for the columns. */
export const CHECKPOINT_ERRORS = {
  CHECKPOINT_DECLINED: {
    message: 'Checkpoint {checkpointId} was declined: {reason}',
    fault: 'external',
    recovery: 'ignore',
  },
  CHECKPOINT_EXPIRED: {
    message: 'Checkpoint {checkpointId} expired before completing: it took longer than {timeout}.',
    fault: 'external',
    recovery: 'ignore',
  },
  CHECKPOINT_FAILURES_EXCEEDED: {
    message: 'Exceeded checkpoint tolerable failure threshold: {count} checkpoints in a row failed.',
    fault: 'external',
    recovery: 'restart',
  },
  CHECKPOINT_STATISTICS_NOT_FOUND: {
    message: 'Could not find checkpointing statistics for checkpoint {checkpointId}.',
    fault: 'user',
    recovery: 'ignore',
    httpStatus: 404,
  },
  TASK_CHECKPOINT_STATISTICS_NOT_FOUND: {
    message: 'There is no checkpoint statistics for task {vertexId}.',
    fault: 'user',
    recovery: 'ignore',
    httpStatus: 404,
  },
  INCREMENTAL_CHECKPOINT_UNSUPPORTED: {
    message: 'Flink does not support triggering incremental checkpoint explicitly. See FLINK-33723.',
    fault: 'user',
    recovery: 'ignore',
    httpStatus: 500,
  },
  DRAIN_FAILED: {
    message:
      'Savepoint {checkpointId} of a draining stop failed after the operators had been finished. The job cannot go on from there: it restarts from its last checkpoint.',
    fault: 'external',
    recovery: 'restart',
  },
  CHECKPOINT_STORAGE_FAILED: {
    message: 'The snapshot could not be written to {path}: {reason}',
    fault: 'external',
    recovery: 'restart',
  },
  CHECKPOINT_DIRECTORY_MISSING: {
    message:
      'Cannot create the file system checkpoint storage: {key} is filesystem (set in {where}), and the configuration does not specify a directory for checkpoints. Set execution.checkpointing.dir (state.checkpoints.dir), or {key} to jobmanager, which keeps them in memory, as long as the process of the job lives.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  SAVEPOINT_DIRECTORY_MISSING: {
    message:
      'Config key [execution.checkpointing.savepoint-dir] is not set. Property [{property}] must be provided. Name a directory: `flink-ts savepoint <Job ID> <directory>`, `stop -p <directory> <Job ID>`, `cancel -s <directory> <Job ID>`, `upgrade --savepointPath <directory> <Job ID> <job-file>`; or run the job with that key (or state.savepoints.dir) set.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  SAVEPOINT_DIRECTORY_FAILED: {
    message: 'Failed to create savepoint directory at {path}: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  SNAPSHOT_NOT_FOUND: {
    message: "Cannot find checkpoint or savepoint file/directory '{path}' on file system '{scheme}'.",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  SNAPSHOT_METADATA_MISSING: {
    message:
      "Cannot find meta data file '_metadata' in directory '{path}'. Please try to load the checkpoint/savepoint directly from the metadata file instead of the directory.{found}",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  SNAPSHOT_MAGIC_INVALID: {
    message:
      'Unexpected magic number. This can have multiple reasons: (1) {path} is not a checkpoint or savepoint of flink-ts, (2) the file was damaged, (3) it was written by Apache Flink, whose format is another one.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  SNAPSHOT_VERSION_UNSUPPORTED: {
    message:
      'The snapshot {path} has format version {version}, was written by flink-ts {engineVersion}, and this flink-ts reads versions up to {supported}. Start it with that flink-ts or a newer one.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  SNAPSHOT_NOT_A_FILE: {
    message:
      'The metadata of a snapshot cannot be read from {path}: it is no plain file. Name the directory of a snapshot, or the _metadata file in it.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  SNAPSHOTS_UNUSABLE: {
    message:
      'The job was to go on from the newest checkpoint in {directory}, which cannot be used, and starting at zero is not done unasked. {reasons} {advice}',
    fault: 'external',
    recovery: 'fail',
  },
  CHECKPOINTS_LOST: {
    message:
      'Checkpoints were complete in {directory} since {since}, and none is left: no _metadata lies in its chk-<n> directories any more. Put them back if they were moved or removed by mistake.',
    fault: 'external',
    recovery: 'fail',
  },
  NEWEST_CHECKPOINT_LOST: {
    message:
      'The checkpoint {checkpoint} of {time} was complete in {directory}, and its _metadata is not there any more. Put it back if it was moved or removed by mistake.',
    fault: 'external',
    recovery: 'fail',
  },
  SNAPSHOT_IN_USE: {
    message:
      'The snapshot {path} belongs to job {jobId}, which lives and may need it: it can be neither disposed of nor claimed. Cancel the job first, or take a savepoint of it, which is yours.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  END_MARK_INVALID: {
    message:
      'The file {path}, which says when a job came to its end, is damaged: {reason}. Remove it to go on from the newest checkpoint beside it, or start afresh with -D execution.state-recovery.from-latest=false.',
    fault: 'external',
    recovery: 'fail',
  },
  SNAPSHOT_CORRUPT: {
    message: 'The snapshot file {file} is damaged at {block}: {reason}. Restore from another checkpoint or savepoint.',
    fault: 'external',
    recovery: 'fail',
  },
  CHANNEL_STATE_UNMATCHED: {
    message:
      'Failed to rollback to checkpoint/savepoint {path}. It holds {records} records that were in flight from {source} to operator {operator}, and cannot put them back: {reason}. Go on with the program that wrote it and take a savepoint, which has no records in flight. If you want to allow to skip them, you can set the --allowNonRestoredState option on the CLI.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  STATE_UNMATCHED: {
    message:
      'Failed to rollback to checkpoint/savepoint {path}. Cannot map checkpoint/savepoint state for operator {operators} to the new program, because the operator is not available in the new program. If you want to allow to skip this, you can set the --allowNonRestoredState option on the CLI.{advice}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  COORDINATOR_STATE_UNMATCHED: {
    message:
      'Failed to rollback to checkpoint/savepoint {path}. It holds state of the coordinator of {operators}, which has no coordinator in the new program. If you want to allow to skip this, you can set the --allowNonRestoredState option on the CLI.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  FINISHED_OPERATOR_FED: {
    message:
      'Failed to rollback to checkpoint/savepoint {path}. Operator {operator} had finished there and does not run again, but in the new program it reads from {source}, which is not in the snapshot: its records would be lost. Give {operator} another uid: it starts anew then, without state.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  LATEST_CHECKPOINT_UNFIT: {
    message:
      "The job was to go on from {path}, which was not named but found: it is the newest checkpoint in {directory} that a job of the name '{jobName}' left. It does not fit this program. {reason} {advice}",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  MAX_PARALLELISM_MISMATCH: {
    message:
      'Failed to rollback to checkpoint/savepoint {path}. Max parallelism mismatch between checkpoint/savepoint state and new program. Cannot map operator {operator} with max parallelism {restored} to new program with max parallelism {requested}. This indicates that the program has been changed in a non-compatible way after the checkpoint/savepoint. Set its max parallelism to {restored} again, or write the snapshot anew: flink-ts savepoint rescale {path} --max-parallelism {requested} -o <new>',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  RESTORED_MAX_PARALLELISM_EXCEEDED: {
    message:
      'The state for {operator} in {path} can not be restored. The maximum parallelism ({maxParallelism}) of the restored state is lower than the configured parallelism ({parallelism}). Please reduce the parallelism of the operator to be lower or equal to the maximum parallelism, or write the snapshot anew: flink-ts savepoint rescale {path} --max-parallelism {requested} -o <new>',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  MEMORY_STATE_TOO_LARGE: {
    message:
      'The size of the state is larger than the maximum permitted memory-backed state. Size={sizeBytes}, maxSize={limitBytes}. Consider using a different checkpoint storage, like the FileSystemCheckpointStorage (state.checkpoints.dir), or raise execution.checkpointing.memory-state-limit.',
    fault: 'user',
    recovery: 'restart',
  },
  TASKS_NOT_RUNNING: {
    message:
      'Checkpoint triggering task {task} of job {jobId} is not being executed at the moment. Aborting checkpoint. Failure reason: Not all required tasks are currently running.',
    fault: 'user',
    recovery: 'ignore',
    httpStatus: 409,
  },
} as const
