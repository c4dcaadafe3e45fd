import type { Configuration } from '../core/config/configuration.js'
import { CoreOptions } from '../core/config/core-options.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { CliOption } from './cli-option.js'
import { argumentError, valueOf, type ParsedOptions } from './parsed-values.js'

/** Options of the actions that take a program. */
export const PROGRAM_OPTIONS: readonly CliOption[] = [
  {
    short: 'c',
    long: 'class',
    value: 'required',
    valueName: 'export',
    description:
      'Export of the job file that is the program. Without it: the default export, else main, else the script itself.',
  },
  {
    short: 'C',
    long: 'classpath',
    value: 'required',
    description: 'Accepted for scripts.',
    hidden: true,
    withoutEffect: 'modules are found as Node finds them, from the job file on',
  },
  {
    short: 'p',
    long: 'parallelism',
    value: 'required',
    valueName: 'parallelism',
    description: 'The parallelism with which to run the program; overrides the configured default.',
  },
  { short: 'j', long: 'jarfile', value: 'required', description: 'Job file as an option.', hidden: true },
]

export interface ProgramArguments {
  readonly jobFile: string
  readonly args: readonly string[]
}

/** The job file is the first operand (or `-j`); everything after it belongs to the program. */
export function programArguments(parsed: ParsedOptions, action: string): ProgramArguments {
  const option = valueOf(parsed, 'jarfile')
  const [first, ...rest] = parsed.operands
  if (option !== undefined) return { jobFile: option, args: parsed.operands }
  if (first === undefined) throw new FlinkError('PROGRAM_FILE_MISSING_ARGUMENT', { action })
  if (first.startsWith('-')) throw argumentError(optionTakenForFile(first, action))
  return { jobFile: first, args: rest }
}

/** As in Flink, the first token that is no option is the job file: a misspelled option ends up here. */
function optionTakenForFile(token: string, action: string): string {
  const [name = token, value] = token.split('=')
  const reason = `${name} is no option of "${action}"${value === undefined ? '' : ', or takes no value'}`
  return `Could not get the job from its file: the file does not exist: ${token}. ${reason}.`
}

export function applyProgramOptions(parsed: ParsedOptions, configuration: Configuration): void {
  const text = valueOf(parsed, 'parallelism')
  if (text === undefined) return
  const parallelism = Number(text)
  const isValid = /^(\d+|-1)$/.test(text) && Number.isSafeInteger(parallelism) && parallelism !== 0
  if (!isValid) throw argumentError(`The parallelism must be a positive number: ${text}`)
  if (parallelism > 0) configuration.set(CoreOptions.DEFAULT_PARALLELISM, parallelism, '-p')
}
