/** Errors of commands that ask a session, and of programs that are sent to it. See error-table.ts for the columns. */
export const SUBMISSION_ERRORS = {
  SESSION_UNREACHABLE: {
    message:
      '{reason}: {address} (set by {where})\nNo session answers there. Start one with flink-ts start-cluster, or leave the address and the target out: the command is about the jobs of this machine then.',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  SESSION_UNRESPONSIVE: {
    message: 'What listens at {address} has given no answer within {timeout} (client.timeout).',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  SESSION_ANSWER_INVALID: {
    message: 'What answers at {address} is no session: {reason}.',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  SESSION_REQUEST_FAILED: {
    message: 'The session answered with an error: {reason}',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 500,
  },
  SESSION_ACTION_MISSING: {
    message: '{action} is about this machine alone, and {what} (set by {where}) is a session. {advice}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  JOB_OF_SESSION: {
    message: 'Job {jobId} is of a session cluster, which upgrade would take it out of. {advice}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  JAR_UPLOAD_REFUSED: {
    message: '{reason}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  JAR_UPLOAD_TOO_LARGE: {
    message: 'The file is longer than {limit} bytes. Try to raise [rest.server.max-content-length].',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 413,
  },
  JAR_NOT_FOUND: {
    message: 'File {id} does not exist in {directory}.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  JAR_RUN_FAILED: {
    message: 'Could not execute application.\nCaused by: {reason}',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  PROGRAM_WITHOUT_JOB: {
    message: 'No jobs included in application.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  PROGRAM_FAILED_AFTER_JOB: {
    message: 'Job {jobId} has finished, and its program has failed after it.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
  PROGRAM_PACKING_FAILED: {
    message: 'The job file cannot be packed for the session: {path}: {reason}.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
} as const
