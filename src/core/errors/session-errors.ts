/** Errors of a session cluster. See error-table.ts for the columns. */
export const SESSION_ERRORS = {
  SESSION_ALREADY_RUNS: {
    message:
      'A session cluster runs already: process {pid}, {where}. End it with: flink-ts stop-cluster; or give another one a run directory of its own (cluster.run-directory).',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 409,
  },
  SESSION_START_FAILED: {
    message: 'The session cluster did not start: {reason}',
    fault: 'external',
    recovery: 'fail',
  },
  SESSION_STOP_UNFINISHED: {
    message:
      'The session cluster (process {pid}) has not ended within {timeout}: {reason}. It was told to end and may still do so; another stop-cluster has it end without them, and they go on. Its log is {log}.',
    fault: 'external',
    recovery: 'fail',
  },
  SESSION_ENDS: {
    message: 'The session cluster is about to end and takes no more jobs.',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 503,
  },
  SESSION_JOB_RESTARTS: {
    message: 'The process of job {jobId} has died and is started again: ask again in a moment.',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 503,
  },
  SESSION_JOB_DIED: {
    message:
      'The process of job {jobId} has died without a word (killed, out of memory, a power loss). Its session cluster has started it again.',
    fault: 'external',
    recovery: 'restart',
    exitCode: 1,
  },
  JAVA_JOB_REFUSED: {
    message:
      'This cluster is one of flink-ts and runs programs of JavaScript and TypeScript: a job of Java, Scala, Python or SQL needs a cluster of Apache Flink. A job file of this cluster is submitted with: flink-ts run -m <host>:<port> <job.js>',
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
} as const
