import type { CliOption } from './cli-option.js'
import { TARGET_OPTIONS } from './target-options.js'

/** The options that Flink reads before it looks at the action (flink-cli: `-m`, `-t`, `-D` ...). */
export const SHARED_OPTIONS: readonly CliOption[] = [
  {
    short: 'D',
    value: 'key-value',
    valueName: 'property=value',
    description: 'Set any configuration option for this invocation, e.g. -Dparallelism.default=4.',
  },
  ...TARGET_OPTIONS,
  // Not of Flink's: among these, so that no exit code depends on how an answer is printed.
  { long: 'json', value: 'none', description: 'Print what comes of it as one line of JSON.' },
  { long: 'quiet', value: 'none', description: 'Print what comes of it and nothing on the way.' },
]

/** Options that every action accepts. */
export const COMMON_OPTIONS: readonly CliOption[] = [
  { short: 'h', long: 'help', value: 'none', description: 'Show the help for the action.' },
  { short: 'v', long: 'verbose', value: 'none', description: 'Ignored; kept for scripts.', hidden: true },
  ...SHARED_OPTIONS,
]
