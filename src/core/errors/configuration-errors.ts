/** Errors about configuration. See error-table.ts for the columns. */
export const CONFIGURATION_ERRORS = {
  CONFIG_DIR_NOT_FOUND: {
    message:
      "The configuration directory '{path}', specified in the 'FLINK_CONF_DIR' environment variable, does not exist. Point FLINK_CONF_DIR at a directory with a flink-conf.yaml or config.yaml.",
    fault: 'user',
    recovery: 'fail',
    exitCode: 31,
  },
  CONFIG_FILE_UNREADABLE: {
    message: "The configuration file '{path}' cannot be read: {reason}.",
    fault: 'user',
    recovery: 'fail',
    exitCode: 31,
  },
  CONFIG_YAML_INVALID: {
    message: 'Error parsing YAML configuration. {file}:{line}: {reason}',
    fault: 'user',
    recovery: 'fail',
    exitCode: 31,
  },
  CONFIG_VALUE_INVALID: {
    message: "Could not parse value '{value}' for key '{key}'. {reason} (set in {where})",
    fault: 'user',
    recovery: 'fail',
    httpStatus: 400,
  },
} as const
