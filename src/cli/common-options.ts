import type { CliOption } from './cli-option.js'
import { TARGET_OPTIONS } from './target-options.js'

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
  ...TARGET_OPTIONS,
]
