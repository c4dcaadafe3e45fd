/** Errors about sinks with writers and committers. See error-table.ts for the columns. */
export const SINK_ERRORS = {
  SINK_NOT_SERIALIZABLE: {
    message:
      '{sink}: {what} cannot be stored: {reason}. Give the sink a {serializer}; without one plain data can be stored, and instances of classes that env.getConfig().registerType(...) knows.',
    fault: 'user',
    recovery: 'fail',
  },
  SINK_STATE_UNREADABLE: {
    message: '{sink}: {what} cannot be read: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  SINK_PART_INVALID: {
    message: '{sink}: {method}() returned {returned} in place of {expected}.',
    fault: 'user',
    recovery: 'fail',
  },
  SINK_COMMITTABLES_INVALID: {
    message:
      '{sink}: {reason} (subtask {subtask}, checkpoint {checkpointId}). A topology before the committers gives of each subtask and checkpoint one summary, then as many committables as it says.',
    fault: 'user',
    recovery: 'fail',
  },
  BUCKET_INVALID: {
    message: '{assigner} gave {bucket} as the bucket of a record, below {path}: {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
  COMMIT_FAILED: {
    message: 'Committing {committable} failed: {reason}',
    fault: 'external',
    recovery: 'restart',
  },
  COMMIT_ANSWERED_LATE: {
    message:
      '{method}() of a commit request was called after the promise of commit() was kept, when {committable} counted as committed. Await in commit() all that it begins.',
    fault: 'user',
    recovery: 'restart',
  },
} as const
