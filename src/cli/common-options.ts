import type { CliOption } from './cli-option.js'

/** Options that every action accepts (flink-cli: `-m`, `-t`, `-D` ...). */
export const COMMON_OPTIONS: readonly CliOption[] = [
  { short: 'h', long: 'help', value: 'none', description: 'Show the help for the action.' },
  { short: 'v', long: 'verbose', value: 'none', description: 'Ignored; kept for scripts.', hidden: true },
  {
    short: 'D',
    value: 'key-value',
    valueName: 'property=value',
    description: 'Set any configuration option for this invocation, e.g. -Dparallelism.default=4.',
  },
  {
    short: 'm',
    long: 'jobmanager',
    value: 'required',
    valueName: 'host:port',
    description: 'Accepted for scripts; jobs are found through the run directory.',
    hidden: true,
  },
  { short: 't', long: 'target', value: 'required', description: 'Accepted for scripts.', hidden: true },
  { short: 'e', long: 'executor', value: 'required', description: 'Accepted for scripts.', hidden: true },
  { short: 'z', long: 'zookeeperNamespace', value: 'required', description: 'Accepted for scripts.', hidden: true },
  {
    short: 'yid',
    long: 'yarnapplicationId',
    value: 'required',
    description: 'Accepted for scripts; there is no YARN here.',
    hidden: true,
  },
]
