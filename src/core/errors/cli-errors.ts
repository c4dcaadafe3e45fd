/** Errors about the command line. See error-table.ts for the columns. */
export const CLI_ERRORS = {
  CLI_ARGUMENT_INVALID: {
    message: '{message}',
    fault: 'user',
    recovery: 'fail',
  },
  CLI_OPTION_WITHOUT_VALUE: {
    message: 'Missing argument for option: {option}',
    fault: 'user',
    recovery: 'fail',
    exitCode: 31,
  },
  CLI_VALUE_UNKNOWN: {
    message: 'Could not parse value for enum class {type}. Expected one of: [[{values}]]\nGiven was: {given}',
    fault: 'user',
    recovery: 'fail',
  },
  ACTION_FAILED: {
    message: '{text}',
    fault: 'external',
    recovery: 'fail',
    httpStatus: 500,
  },
  COMMAND_INTERRUPTED: {
    message: 'The command was interrupted. Nothing of what it was writing is left.',
    fault: 'user',
    recovery: 'fail',
    exitCode: 130,
  },
  TARGET_UNSUPPORTED: {
    message:
      "'{target}' cannot be the target of this command (set by {where}): flink-ts runs and finds jobs on this machine alone. Leave it out, or name the target local.",
    fault: 'user',
    recovery: 'fail',
  },
  MACHINE_UNSUPPORTED: {
    message:
      "'{host}' is not this machine (set by {where}): flink-ts runs and finds jobs on this machine alone. Start it on {host}, or leave the address out; localhost and the names and addresses of this machine are taken.",
    fault: 'user',
    recovery: 'fail',
  },
  JOB_MANAGER_ADDRESS_INVALID: {
    message:
      "The given host:port ('{address}') doesn't contain a valid port\nLeave -m out, or write localhost:8081 for this machine; any port will do.",
    fault: 'user',
    recovery: 'fail',
  },
  JOB_ID_INVALID: {
    message:
      'Cannot parse JobID from "{text}". The expected format is [0-9a-fA-F]{32}, e.g. fd72014d4c864993a2e5a9287b4a9c5d.',
    fault: 'user',
    recovery: 'fail',
  },
  PROGRAM_FILE_MISSING_ARGUMENT: {
    message:
      'Java program should be specified a JAR file.\nHere it is a module of JavaScript, or an archive with one: flink-ts {action} [OPTIONS] <job.js> [arguments].',
    fault: 'user',
    recovery: 'fail',
  },
} as const
