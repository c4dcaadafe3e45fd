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
      "'{target}' cannot be the target of this command (set by {where}): flink-ts knows local (this machine) and remote (a session). Leave it out, or name one of them.",
    fault: 'user',
    recovery: 'fail',
  },
  MACHINE_UNSUPPORTED: {
    message:
      "'{host}' is not this machine (set by {where}), and the target is local. Name the target remote for the session there, or leave the address out.",
    fault: 'user',
    recovery: 'fail',
  },
  JOB_MANAGER_ADDRESS_INVALID: {
    message:
      "The given host:port ('{address}') doesn't contain a valid port\nWrite the address of the session, as localhost:8081, or leave -m out for the jobs of this machine.",
    fault: 'user',
    recovery: 'fail',
  },
  JOB_ID_INVALID: {
    message:
      'Cannot parse JobID from "{text}". The expected format is [0-9a-fA-F]{32}, e.g. fd72014d4c864993a2e5a9287b4a9c5d.{advice}',
    fault: 'user',
    recovery: 'fail',
  },
  JOB_NAME_AMBIGUOUS: {
    message:
      '"{text}" means {count} jobs. Name one of them by its id, or by as many digits of it as no other has:{candidates}',
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
