import type { CliOption } from './cli-option.js'

/** Without a port that of the configuration: the word after it is one only where it looks like one. */
export const WEB_OPTION: CliOption = {
  long: 'web',
  value: 'optional',
  valueName: 'port',
  valueForm: /^\d[\d,-]*$/,
  description:
    'Serves the REST API of the job over TCP, on this machine alone unless rest.bind-address says otherwise. Without a port: rest.bind-port, rest.port, or 8081; 0 is any that is free.',
}
