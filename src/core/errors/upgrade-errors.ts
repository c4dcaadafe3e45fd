/** Errors of jobs that are put in the place of others. See error-table.ts for the columns. */
export const UPGRADE_ERRORS = {
  UPGRADE_UNDER_WAY: {
    message: 'Job {jobId} is being upgraded already, by process {pid}: this one has done nothing.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  UPGRADE_SEVERAL_JOBS: {
    message:
      'The program of job {jobId} has {jobs} jobs, and an upgrade puts one in the place of one. Stop each with flink-ts stop, and start the new program with flink-ts run -s.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  UPGRADE_WITHOUT_RETURN: {
    message:
      'The old program could not come back if the new one did not start: {reason}. Give the new program a file of its own; or accept it with --withoutReturn, and the job then stays stopped, with its savepoint.',
    fault: 'user',
    recovery: 'fail',
  },
  UPGRADE_DOES_NOT_FIT: {
    message: 'The new program does not go on from {snapshot} as it is; the lines above say why.',
    fault: 'user',
    recovery: 'fail',
  },
  UPGRADE_NOT_BEGUN: {
    message: 'Job {jobId} was not upgraded, and was not told to stop.',
    fault: 'user',
    recovery: 'fail',
  },
  UPGRADE_GIVEN_UP: {
    message: 'Job {jobId} has not been stopped, so the one that was to take its place does not begin.',
    fault: 'external',
    recovery: 'fail',
  },
  UPGRADE_STOP_FAILED: {
    message: 'Job {jobId} was not upgraded: it could not be stopped with a savepoint. It is {state}.',
    fault: 'external',
    recovery: 'fail',
  },
  UPGRADE_WITHOUT_JOB: {
    message: 'The program ended with exit code {exitCode} before a job of it ran.',
    fault: 'user',
    recovery: 'fail',
  },
  UPGRADE_TAKEN_BACK: {
    message:
      'Job {jobId} was not upgraded: the new program did not start. The old one runs again, as job {again}, from {savepoint}, which is kept.',
    fault: 'user',
    recovery: 'fail',
  },
  UPGRADE_LOST: {
    message:
      'The new program did not start, and the old one does not run again: {reason}. What job {jobId} had is in {savepoint}; to go on from it: flink-ts run -s {savepoint} <job-file>.',
    fault: 'user',
    recovery: 'fail',
  },
} as const
