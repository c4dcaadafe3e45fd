/** Errors of the REST endpoint over TCP (`run --web`). See error-table.ts for the columns. */
export const REST_ERRORS = {
  REST_PORT_IN_USE: {
    message:
      'The REST endpoint cannot listen at {address}: {holder}. Give another port (--web <port>; 0 takes any that is free) or several (rest.bind-port: 8081-8090), or end who listens there. The job was not started.',
    fault: 'user',
    recovery: 'fail',
  },
  REST_ADDRESS_UNUSABLE: {
    message: 'The REST endpoint cannot listen at {address}: {reason}. {advice}',
    fault: 'user',
    recovery: 'fail',
  },
  REST_TOKEN_MISSING: {
    message:
      'The REST endpoint is not opened at {address}: other machines reach it there, and whoever reaches it controls all jobs there. Set rest.authentication.token-file to a file with a token, made for example with: (umask 077; openssl rand -hex 32 > token.txt). Nothing was started.',
    fault: 'user',
    recovery: 'fail',
  },
  REST_TOKEN_FILE_INVALID: {
    message: 'The file {path} of rest.authentication.token-file cannot be used: {reason}. {advice}',
    fault: 'user',
    recovery: 'fail',
  },
  REST_STORE_INVALID: {
    message: 'The file {path} of {key} cannot be used: {reason}. {advice}',
    fault: 'user',
    recovery: 'fail',
  },
  REST_STORE_MISSING: {
    message: '{key} is not set, and {reason}. The job was not started.',
    fault: 'user',
    recovery: 'fail',
  },
} as const
