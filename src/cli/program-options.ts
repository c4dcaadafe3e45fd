import type { Configuration } from '../core/config/configuration.js'
import { CoreOptions } from '../core/config/core-options.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { optionName, type CliOption } from './cli-option.js'
import { argumentError, has, valueOf, valuesOf, type ParsedOptions } from './parsed-values.js'

const NO_PYTHON =
  'Python command line option detected but the flink-python module seems to be missing or not working as expected: there is no PyFlink here.'
const LARGEST_INT = 2_147_483_647

/** What Flink knows for programs in Python: without them `-py` would be `-p y`. */
const PYTHON_OPTIONS: readonly CliOption[] = [
  python('py', 'python'),
  python('pym', 'pyModule'),
  python('pyfs', 'pyFiles'),
  python('pyreq', 'pyRequirements'),
  python('pyarch', 'pyArchives'),
  python('pyexec', 'pyExecutable'),
  python('pyclientexec', 'pyClientExecutable'),
  python('pypath', 'pyPythonPath'),
]

function python(short: string, long: string): CliOption {
  return { short, long, value: 'required', description: 'Refused: there is no PyFlink here.', hidden: true }
}

/** Options of the actions that take a program. */
export const PROGRAM_OPTIONS: readonly CliOption[] = [
  {
    short: 'c',
    long: 'class',
    value: 'required',
    valueName: 'export',
    description:
      'Export of the job file that is the program. Without it: the default export, else main, else the module itself.',
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
  { short: 'a', long: 'arguments', value: 'several', description: 'Old form of the arguments.', hidden: true },
  ...PYTHON_OPTIONS,
]

export interface ProgramArguments {
  readonly jobFile: string
  readonly args: readonly string[]
}

/** The job file is the first operand (or `-j`); everything after it belongs to the program. With `-a` its values are the operands. */
export function programArguments(parsed: ParsedOptions, action: string): ProgramArguments {
  const isPython = PYTHON_OPTIONS.some((candidate) => has(parsed, optionName(candidate)))
  if (isPython) throw argumentError(NO_PYTHON)
  const operands = has(parsed, 'arguments') ? valuesOf(parsed, 'arguments') : parsed.operands
  const [lost] = has(parsed, 'arguments') ? parsed.operands : []
  if (lost !== undefined) throw argumentError(operandBesideArguments(lost))
  const option = valueOf(parsed, 'jarfile')
  const [first, ...rest] = operands
  if (option !== undefined) return { jobFile: option, args: operands }
  if (first === undefined) throw new FlinkError('PROGRAM_FILE_MISSING_ARGUMENT', { action })
  if (first.startsWith('-')) throw argumentError(optionTakenForFile(first, action))
  return { jobFile: first, args: rest }
}

/** Flink passes over it without a word. */
function operandBesideArguments(operand: string): string {
  return `"${operand}" comes after the values of -a, which hold all arguments of the program. Name the job file with -j, and leave -a out.`
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
  const isValid = /^(\+?\d+|-1)$/.test(text) && parallelism !== 0 && parallelism <= LARGEST_INT
  if (!isValid) throw argumentError(`The parallelism must be a positive number: ${text}`)
  if (parallelism > 0) configuration.set(CoreOptions.DEFAULT_PARALLELISM, parallelism, '-p')
}
