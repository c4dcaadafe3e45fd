import type { Configuration } from '../../core/config/configuration.js'
import { CoreOptions } from '../../core/config/core-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from './cli-command.js'
import { optionName, type CliOption } from './cli-option.js'
import { COMMON_OPTIONS } from './common-options.js'
import { argumentError, has, valueOf, valuesOf, type ParsedOptions } from './parsed-values.js'
import { unrecognizedOption } from './unrecognized-option.js'

const NO_PYTHON =
  'Python command line option detected but the flink-python module seems to be missing or not working as expected.\n' +
  'There is no PyFlink here: a program is a module of JavaScript, which comes as the job file: flink-ts run job.js.'
const NO_CLASS_PATH =
  '-cp is the class path of Java, which Node has not: a module finds its packages in the node_modules folders from its file on up.\n' +
  'Leave it out and install the packages beside the job file, or pack them with it in an archive (.tgz).'
const CLASS_PATH = 'cp'
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
    value: 'key-value',
    // Java looks for a protocol in a URL, and no further.
    syntax: { pattern: /^[a-z][a-z\d+.-]*:/i, otherwise: 'Bad syntax for classpath' },
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
  // To Flink's parser it is `-c p`.
  { short: CLASS_PATH, value: 'required', description: 'Refused: there is no class path here.', hidden: true },
  { short: 'j', long: 'jarfile', value: 'required', description: 'Job file as an option.', hidden: true },
  { short: 'a', long: 'arguments', value: 'several', description: 'Old form of the arguments.', hidden: true },
  ...PYTHON_OPTIONS,
]

/** Flink reads the options of `run` where nothing is run as well, but for those on a snapshot. */
export const OPTIONS_OF_RUN_ALONE: readonly CliOption[] = [
  ofRunAlone('d', 'detached'),
  ofRunAlone('sae', 'shutdownOnAttachedExit'),
  ofRunAlone('yd', 'yarndetached'),
  ofRunAlone('q', 'sysoutLogging'),
]

function ofRunAlone(short: string, long: string): CliOption {
  const withoutEffect = 'nothing is run'
  return { short, long, value: 'none', description: 'Accepted for scripts.', hidden: true, withoutEffect }
}

type ActionOnProgram = Pick<CliCommand, 'name' | 'options'>

export interface ProgramArguments {
  readonly jobFile: string
  readonly args: readonly string[]
}

/**
 * The job file is the first operand (or `-j`); everything after it belongs to the program. With `-a` its values are the
 * operands.
 */
export function programArguments(parsed: ParsedOptions, { name: action, options }: ActionOnProgram): ProgramArguments {
  const isPython = PYTHON_OPTIONS.some((candidate) => has(parsed, optionName(candidate)))
  if (isPython) throw argumentError(NO_PYTHON)
  if (has(parsed, CLASS_PATH)) throw argumentError(NO_CLASS_PATH)
  const operands = has(parsed, 'arguments') ? valuesOf(parsed, 'arguments') : parsed.operands
  const [lost] = has(parsed, 'arguments') ? parsed.operands : []
  if (lost !== undefined) throw argumentError(operandBesideArguments(lost))
  const option = valueOf(parsed, 'jarfile')
  const [first, ...rest] = operands
  if (option !== undefined) return { jobFile: option, args: operands }
  if (first === undefined) throw new FlinkError('PROGRAM_FILE_MISSING_ARGUMENT', { action })
  if (first.startsWith('-')) throw argumentError(optionTakenForFile(first, action, [...options, ...COMMON_OPTIONS]))
  return { jobFile: first, args: rest }
}

/** Flink passes over it without a word. */
function operandBesideArguments(operand: string): string {
  return `"${operand}" comes after the values of -a, which hold all arguments of the program. Name the job file with -j, and leave -a out.`
}

/** The first word that is no option is the job file: a misspelled option ends up here, which Flink looks for as a file. */
function optionTakenForFile(token: string, action: string, options: readonly CliOption[]): string {
  const where = `It comes before the job file, so it is an option of "${action}"; those of the program come after the file.`
  return `${unrecognizedOption(token, options)}\n${where}`
}

/** Of a snapshot, as its directory is called. */
const SNAPSHOT = /(?:^|\/)(?:savepoint-[^/]+|chk-\d+)(?:\/_metadata)?\/?$/

/**
 * What the user is to be told where options of the action stand after the job file: they are arguments of the program, as in
 * Flink. Only what can hardly be meant for a program: `--fromSavepoint`, and `-s` with a snapshot; where that has no effect,
 * the job begins at zero.
 */
export function noteOnOptionsForProgram(args: readonly string[], { name }: ActionOnProgram): string | undefined {
  const found = args.find((arg, index) => {
    const [option, value = args[index + 1] ?? ''] = arg.split('=')
    return option === '--fromSavepoint' || (option === '-s' && SNAPSHOT.test(value))
  })
  if (found === undefined) return undefined
  return `${found} comes after the job file, so it is an argument of the program. For flink-ts: ${name} ${found} ... <job-file>.`
}

export function applyProgramOptions(parsed: ParsedOptions, configuration: Configuration): void {
  const text = valueOf(parsed, 'parallelism')
  if (text === undefined) return
  const parallelism = Number(text)
  const isValid = /^(\+?\d+|-1)$/.test(text) && parallelism !== 0 && parallelism <= LARGEST_INT
  if (!isValid) throw argumentError(`The parallelism must be a positive number: ${text}`)
  if (parallelism > 0) configuration.set(CoreOptions.DEFAULT_PARALLELISM, parallelism, '-p')
}
