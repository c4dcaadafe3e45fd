/** Errors about program. See error-table.ts for the columns. */
export const PROGRAM_ERRORS = {
  PROGRAM_FILE_NOT_FOUND: {
    message: 'Could not get job jar and dependencies from JAR file: JAR file does not exist: {path}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_NOT_A_FILE: {
    message: 'Could not get job jar and dependencies from JAR file: JAR file is not a file: {path}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_NOT_A_MODULE: {
    message:
      '{path} is not a job module: {reason}. A job is a compiled JavaScript module (.js, .mjs) or an archive (.tgz) with one.',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_SYNTAX_ERROR: {
    message: 'The job module has a syntax error: {reason}\n{location}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_EXPORT_NOT_FOUND: {
    message: 'The job module imports a name that is not there: {reason}\n{location}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_IMPORT_FAILED: {
    message: 'The job module {path} could not be imported: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_ENTRY_NOT_FOUND: {
    message:
      "The program's entry point class '{entry}' was not found in the jar file.\nThe exports of {path} are: {available}.",
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_NO_JOB: {
    message: '{path} defines no job: {reason}. {advice}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_NEVER_EXECUTES: {
    message:
      '{path} waits for something that can no longer come: it has called no execute() and nothing is left that could. Look for a promise in its main that is never settled.',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_NEVER_RETURNS: {
    message:
      '{path} waits for something that can no longer come: its jobs have ended, its main has not, and nothing is left that could wake it. Look for a promise in its main that is never settled.',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_NOT_REPEATABLE: {
    message:
      'The program cannot run a second time in its thread, which several slots of a worker need. Let it do so, or set taskmanager.numberOfTaskSlots: 1. The second time: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_EXITED: {
    message: 'The program ended its process with exit code {exitCode} before it returned.',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_MAIN_FAILED: {
    message: 'The main method caused an error: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_OUT_OF_MEMORY: {
    message:
      'The program ran out of memory in its main. Let sources read the data piece by piece instead of holding it in main, or give Node more: NODE_OPTIONS=--max-old-space-size=<MB>.',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_ARCHIVE_INVALID: {
    message: 'The job archive {path} cannot be used: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_PARAMETER_INVALID: {
    message: "Program argument '{name}': {reason}",
    fault: 'user',
    recovery: 'fail',
  },
  JOB_GRAPH_MISMATCH: {
    message:
      'The program built another graph in a worker than at submission, first at operator {operator}: {reason}. main must be deterministic: it may run again in every worker.',
    fault: 'user',
    recovery: 'fail',
  },
  ENVIRONMENT_NOT_AVAILABLE: {
    message: '{what} needs a running flink-ts: start this file with `flink-ts run <file>`.',
    fault: 'user',
    recovery: 'fail',
  },
  GRAPH_INVALID: {
    message: 'The job is not valid at {operator}: {reason}',
    fault: 'user',
    recovery: 'fail',
  },
  UID_MISSING: {
    message:
      "Auto generated UIDs have been disabled but no UID or hash has been assigned to operator {operators}. Give each a uid('...'), or set pipeline.auto-generate-uids: true.",
    fault: 'user',
    recovery: 'fail',
  },
  UNALIGNED_CHECKPOINTS_REFUSED: {
    message: 'The job cannot take unaligned checkpoints ({key}, set in {where}): {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
  TYPE_REGISTRATION_INVALID: {
    message: 'The class {type} cannot be registered: {reason}.',
    fault: 'user',
    recovery: 'fail',
  },
  FUNCTION_SHARED: {
    message:
      'One function object is used by two operators, {operatorA} and {operatorB}. Give each its own: new MyFunction() twice.',
    fault: 'user',
    recovery: 'fail',
  },
  FUNCTION_SHARED_BY_SLOTS: {
    message:
      'The function object of {operator} is made once and would be used by several slots of a worker. Make it inside of the function that builds the job, or set taskmanager.numberOfTaskSlots: 1.',
    fault: 'user',
    recovery: 'fail',
  },
  PARALLELISM_ABOVE_MAX: {
    message:
      '{operator} has parallelism {parallelism}, more than its max parallelism {maxParallelism}. Lower the one or raise the other with setMaxParallelism.',
    fault: 'user',
    recovery: 'fail',
  },
} as const
