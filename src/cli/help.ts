import { Command, Option } from 'commander'
import type { CliCommand } from './cli-command.js'
import { COMMON_OPTIONS } from './common-options.js'
import type { CliOption } from './option-parser.js'

const WIDTH = 80

/** `-p, --parallelism <parallelism>` in commander's notation. */
function flagsOf(option: CliOption): string {
  const name = option.valueName ?? 'arg'
  const value = option.value === 'none' ? '' : option.value === 'optional' ? ` [${name}]` : ` <${name}>`
  const long = option.long === undefined ? '' : `--${option.long}`
  // Several letters behind one dash are no short option for commander; the term is put in front of the text instead.
  const short = option.short === undefined ? '' : `-${option.short}`
  return [short, long].filter((part) => part !== '').join(', ') + value
}

/** Help of one action: what it does, its syntax, its options, examples. */
export function commandHelp(command: CliCommand): string {
  const help = new Command(command.name).createHelp()
  help.helpWidth = WIDTH
  const listed = [...command.options, ...COMMON_OPTIONS].filter((option) => option.hidden !== true)
  const width = Math.max(...listed.map((option) => flagsOf(option).length)) + 2
  const rows = listed
    .toSorted((left, right) => flagsOf(left).localeCompare(flagsOf(right), 'en', { sensitivity: 'base' }))
    .map((option) => help.formatItem(flagsOf(option), width, option.description, help))
  const examples = command.examples.map((example) => `    ${example}`)
  return [
    '',
    `Action "${command.name}" ${command.sentence}`,
    '',
    `  Syntax: ${command.syntax}`,
    `  "${command.name}" action options:`,
    ...rows.map((row) => row.replaceAll(/^ {2}/gm, '     ')),
    '',
    '  Examples:',
    ...examples,
    '',
  ].join('\n')
}

/** Help of all actions. */
export function fullHelp(commands: readonly CliCommand[]): string {
  const head = ['./flink-ts <ACTION> [OPTIONS] [ARGUMENTS]', '', 'The following actions are available:']
  return [...head, ...commands.map((command) => commandHelp(command))].join('\n')
}

/** Declares an option for tools that read commander's own model (shell completion). */
export function commanderOption(option: CliOption): Option {
  return new Option(flagsOf(option), option.description)
}
