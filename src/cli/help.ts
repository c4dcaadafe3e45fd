import { Command, Option } from 'commander'
import type { CliCommand } from './cli-command.js'
import { COMMON_OPTIONS } from './common-options.js'
import { optionName, type CliOption } from './option-parser.js'

const WIDTH = 100
const INDENT = ' '.repeat(4)

/** As Flink's help names an option: `-sae,--shutdownOnAttachedExit`, several letters behind one dash included. */
function termOf(option: CliOption): string {
  const short = option.short === undefined ? [] : [`-${option.short}`]
  const long = option.long === undefined ? [] : [`--${option.long}`]
  return [...short, ...long].join(',') + valueOf(option)
}

function valueOf(option: CliOption): string {
  const name = option.valueName ?? 'arg'
  if (option.value === 'none') return ''
  return option.value === 'optional' ? ` [${name}]` : ` <${name}>`
}

/** The action as a commander command, which lays out its help. */
function commanderCommand(command: CliCommand): Command {
  const listed = [...command.options, ...COMMON_OPTIONS].filter((option) => option.hidden !== true)
  const terms = new Map(listed.map((option) => [`--${optionName(option)}${valueOf(option)}`, termOf(option)]))
  const described = new Command(command.name).helpOption(false).configureHelp({
    helpWidth: WIDTH,
    sortOptions: true,
    optionTerm: (option) => terms.get(option.flags) ?? option.flags,
    formatHelp: (shown, help) => {
      const width = help.padWidth(shown, help)
      const rows = help.visibleOptions(shown).map((option) => {
        return help.formatItem(help.optionTerm(option), width, option.description, help)
      })
      return rows.join('\n')
    },
  })
  for (const option of listed) {
    described.addOption(new Option(`--${optionName(option)}${valueOf(option)}`, option.description))
  }
  return described
}

/** Help of one action: what it does, its syntax, its options, examples. */
export function commandHelp(command: CliCommand): string {
  const options = commanderCommand(command).helpInformation()
  return [
    '',
    `Action "${command.name}" ${command.sentence}`,
    '',
    `  Syntax: ${command.syntax}`,
    `  "${command.name}" action options:`,
    options.replaceAll(/^ {2}/gm, INDENT),
    '',
    '  Examples:',
    ...command.examples.map((example) => INDENT + example),
    '',
  ].join('\n')
}

/** Help of all actions. */
export function fullHelp(commands: readonly CliCommand[]): string {
  const head = ['./flink-ts <ACTION> [OPTIONS] [ARGUMENTS]', '', 'The following actions are available:']
  return [...head, ...commands.map((command) => commandHelp(command))].join('\n')
}
