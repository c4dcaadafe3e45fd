/** Errors about jobs that outlive their process. See error-table.ts for the columns. */
export const HIGH_AVAILABILITY_ERRORS = {
  RECOVERY_STORAGE_MISSING: {
    message:
      'Configuration entry is missing: high-availability.storageDir. It names the directory in which jobs are kept for their recovery: -D high-availability.storageDir=<directory>.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  RECOVERY_SEVERAL_JOBS: {
    message:
      'Cannot have more than one execute() or executeAsync() call in a single environment: in a session cluster, and with high-availability.type: filesystem, a program has one job, which a recovery finds again by its id.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  RECOVERY_JOB_UNKNOWN: {
    message:
      'No job {jobId} can be recovered from {directory}: {reason}. Jobs are kept there that were started with high-availability.type: filesystem and this high-availability.storageDir and high-availability.cluster-id.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 404,
  },
  RECOVERY_JOB_ENDED: {
    message:
      'Job {jobId} cannot be recovered: it came to its end at {time}, {status}. To run its program once more: flink-ts run.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  RECOVERY_JOB_LIVES: {
    message: 'Job {jobId} cannot be recovered: {reason}. Only a job whose process has ended is started again.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  RECOVERY_ENTRY_DAMAGED: {
    message:
      'The file {path}, from which job {jobId} is to be recovered, is damaged: {reason}. The checkpoints of the job are not touched: its program goes on from them with flink-ts run -s <checkpoint>.',
    fault: 'external',
    recovery: 'fail',
  },
  JOB_FENCED: {
    message:
      'Job {jobId} was recovered by {successor}: this process ends. Since then it has completed no checkpoint, committed nothing and removed nothing.',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 409,
  },
} as const
