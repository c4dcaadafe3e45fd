import { absoluteTarget } from './absolute-target.js'
import type { CliContext } from './cli-context.js'
import type { CliOption } from './cli-option.js'
import { argumentError, valueOf, type ParsedOptions } from './parsed-values.js'

export const OUTPUT_OPTION: CliOption = {
  short: 'o',
  long: 'output',
  value: 'required',
  valueName: 'directory',
  description: 'Where the new savepoint goes: a directory that is not there yet.',
}

/** CLI_ARGUMENT_INVALID where it was left out: nothing is written in place. */
export function outputOf(parsed: ParsedOptions, { workingDirectory }: CliContext): string {
  const given = valueOf(parsed, 'output')
  if (given === undefined)
    throw argumentError('Missing -o: name the directory of the new savepoint, which is not there yet.')
  return absoluteTarget(given, 'directory of the new savepoint', workingDirectory)
}
