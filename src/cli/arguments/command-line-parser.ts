import { createRequire } from 'node:module'
import type * as commander from 'commander'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliCommand } from './cli-command.js'
import { optionName, type CliOption } from './cli-option.js'
import { COMMON_OPTIONS, SHARED_OPTIONS } from './common-options.js'
import { commanderArguments, commanderFlag, firstOperand } from './flink-arguments.js'
import { fullHelp, helpOfAction, valueTermOf } from './help.js'
import { argumentError, has, valuesOf, type ParsedOptions } from './parsed-values.js'
import { nearestName } from '../../core/errors/nearest-name.js'
import { printable } from '../terminal/printable-text.js'

/** CommonJS: asked for as that, it is loaded in 7 ms instead of the 9 ms of an import. */
const { Command, CommanderError, Option } = createRequire(import.meta.url)('commander') as typeof commander

/** What a command line asks for; a number, the exit code, where all that it asked for has been printed. */
export type CommandLine = { readonly command: CliCommand; readonly parsed: ParsedOptions } | number

/**
 * Reads a command line with commander. Of `commands` those have to be there that the line may ask for: one action, or all of
 * them for the help. CLI_ARGUMENT_INVALID says what is wrong in Flink's words. The action is left to the caller: commander has
 * no place in the stacks of what happens in there.
 */
export function parseCommandLine(
  args: readonly string[],
  commands: readonly CliCommand[],
  print: (text: string) => void,
): CommandLine {
  const [action] = args
  // Commander would look for it among its own names of actions.
  if (action !== undefined && !isHelp(action) && !commands.some(({ name }) => name === action)) {
    print(`${unknownAction(action, commands).join('\n')}\n`)
    return 1
  }
  let line: CommandLine = 0
  const program = programOf(commands, print, (asked) => {
    line = asked
  })
  try {
    program.parse(argumentsOf(args, commands), { from: 'user' })
    return line
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return answerTo(error, args, commands, print)
  }
}

function argumentsOf([action, ...args]: readonly string[], commands: readonly CliCommand[]): string[] {
  if (action === undefined) return []
  const command = commands.find(({ name }) => name === action)
  if (command !== undefined) {
    const ordered = optionsFirst(args, command)
    return [commanderName(command), ...commanderArguments(ordered, optionsOf(command), command.stopAtOperand)]
  }
  return [action]
}

/** `job.js a --against s --json` as `--against s --json -- job.js a`. */
function optionsFirst(args: readonly string[], command: CliCommand): readonly string[] {
  const { optionsAfter } = command
  if (optionsAfter === undefined) return args
  const flag = `--${optionsAfter}`
  const start = args.findIndex((word) => word === flag || word.startsWith(`${flag}=`))
  const [before, after] = [args.slice(0, Math.max(0, start)), args.slice(Math.max(0, start))]
  const program = firstOperand(before, optionsOf(command))
  if (program === before.length) return args
  const lost = after[firstOperand(after, optionsOf(command))]
  // A last option without its value must not take the job file for it.
  if (lost === undefined) return [...before.slice(0, program), ...after, '--', ...before.slice(program)]
  throw argumentError(`"${lost}" comes after ${flag}, where only options are. Arguments of the program come before it.`)
}

/** Commander takes a space for the beginning of operands. */
function commanderName({ name }: CliCommand): string {
  return name.replaceAll(' ', '-')
}

function isHelp(action: string): boolean {
  return action === '-h' || action === '--help'
}

function optionsOf(command: CliCommand): readonly CliOption[] {
  return [...command.options, ...COMMON_OPTIONS]
}

function programOf(
  commands: readonly CliCommand[],
  print: (text: string) => void,
  ask: (line: CommandLine) => void,
): commander.Command {
  const program = new Command('flink-ts')
    .enablePositionalOptions()
    .allowExcessArguments()
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: print, outputError: () => undefined })
    .configureHelp({ formatHelp: fullHelp })
  for (const command of commands) {
    const action = declare(command, program.command(commanderName(command), { hidden: command.hidden === true }))
    action.action(() => {
      const parsed = { values: action.opts<ParsedOptions['values']>(), operands: action.args }
      if (has(parsed, 'help')) action.outputHelp()
      else ask({ command, parsed: checkSyntax(parsed, command) })
    })
  }
  return program
}

/** Of values that have one. */
function checkSyntax(parsed: ParsedOptions, command: CliCommand): ParsedOptions {
  for (const option of command.options) {
    const { syntax } = option
    const wrong = valuesOf(parsed, optionName(option)).find((value) => syntax?.pattern.test(value) === false)
    if (wrong !== undefined) throw argumentError(`${syntax?.otherwise ?? ''}: ${wrong}`)
  }
  return parsed
}

/** `-h` is an option as any other: as in Flink, a line with a mistake is told so although it asks for help as well. */
function declare(command: CliCommand, action: commander.Command): commander.Command {
  const options = optionsOf(command)
  action.helpOption(false).description(command.sentence).usage(command.usage)
  action.configureHelp(helpOfAction(command, COMMON_OPTIONS))
  for (const option of options) action.addOption(commanderOptionOf(option))
  return command.stopAtOperand ? action.allowUnknownOption().passThroughOptions() : action
}

function commanderOptionOf(option: CliOption): commander.Option {
  const described = new Option(`--${optionName(option)}${valueTermOf(option)}`, option.description)
  if (option.long === undefined) {
    // Commander reads no `-detached` out of flags, but takes it as the name of an option.
    described.short = commanderFlag(option)
    delete described.long
  }
  if (option.value === 'key-value' || option.value === 'several') {
    described.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
  }
  return described.hideHelp(option.hidden === true)
}

/** Where commander has not handed the line to an action. */
function answerTo(
  error: commander.CommanderError,
  [action = '', ...args]: readonly string[],
  commands: readonly CliCommand[],
  print: (text: string) => void,
): number {
  switch (error.code) {
    case 'commander.helpDisplayed':
      return 0
    case 'commander.help':
      print('Please specify an action.\n')
      return 1
    case 'commander.optionMissingArgument':
      throw withoutValue(shortNameIn(error.message, action, commands), args)
    default:
      throw argumentError(error.message)
  }
}

/**
 * Flink reads the options that all actions share once before it looks at the action, up to the first word that is none of
 * them, and ends with another exit code where a value is missing as early as that.
 */
function withoutValue(option: string, args: readonly string[]): FlinkError {
  const early = new Command().exitOverride().configureOutput({ outputError: () => undefined })
  early.helpOption(false).allowUnknownOption().allowExcessArguments().passThroughOptions()
  for (const shared of SHARED_OPTIONS) early.addOption(commanderOptionOf(shared))
  try {
    early.parse(commanderArguments(args, SHARED_OPTIONS, true), { from: 'user' })
    return argumentError(`Missing argument for option: ${option}`)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return new FlinkError('CLI_OPTION_WITHOUT_VALUE', { option })
  }
}

/** Flink names an option by its short form where it has one. */
function shortNameIn(message: string, action: string, commands: readonly CliCommand[]): string {
  const [, name = ''] = /'--(\S+)/.exec(message) ?? []
  return optionsAt(action, commands).find((option) => optionName(option) === name)?.short ?? name
}

function optionsAt(action: string, commands: readonly CliCommand[]): readonly CliOption[] {
  const command = commands.find(({ name }) => name === action)
  return command === undefined ? [] : optionsOf(command)
}

/** `commands`: all that there are. */
function unknownAction(action: string, commands: readonly CliCommand[]): string[] {
  const shown = commands.filter(({ hidden }) => hidden !== true).map(({ name }) => name)
  const near = nearestName(action, shown)
  // Those of two words are named by the help of their first.
  const valid = shown.filter((name) => !name.includes(' ')).map((name) => `"${name}"`)
  return [
    `"${printable(action)}" is not a valid action.`,
    ...(near === undefined ? [] : [`(Did you mean ${near}?)`]),
    '',
    `Valid actions are ${valid.slice(0, -1).join(', ')}, or ${valid.at(-1) ?? ''}.`,
    '',
    'Specify the version option (-v or --version) to print flink-ts version.',
    '',
    'Specify the help option (-h or --help) to get help on the command.',
  ]
}
