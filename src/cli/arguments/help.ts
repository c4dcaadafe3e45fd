import type { Command, Help } from 'commander'
import type { CliCommand } from './cli-command.js'
import { optionName, type CliOption } from './cli-option.js'

const WIDTH = 100
const INDENT = ' '.repeat(4)

/** What commander shows in the place of a value. */
export function valueTermOf({ value, valueName = 'arg' }: CliOption): string {
  if (value === 'none') return ''
  return value === 'optional' ? ` [${valueName}]` : ` <${valueName}>`
}

/** How commander lays out the help of an action: as Flink does, with examples. */
export function helpOfAction(command: CliCommand, options: readonly CliOption[]): Partial<Help> {
  const terms = new Map(options.map((option) => [optionName(option), termOf(option)]))
  return {
    helpWidth: WIDTH,
    sortOptions: true,
    optionTerm: (option) => terms.get(option.name()) ?? option.flags,
    formatHelp: (action, help) => {
      const width = help.padWidth(action, help)
      const rows = help.visibleOptions(action).map((option) => {
        return help.formatItem(help.optionTerm(option), width, option.description, help)
      })
      return [
        '',
        `Action "${command.name}" ${action.description()}`,
        '',
        `  Syntax: ${command.name} ${action.usage()}`,
        `  "${command.name}" action options:`,
        rows.join('\n').replaceAll(/^ {2}/gm, INDENT),
        '',
        '  Examples:',
        ...command.examples.map((example) => INDENT + example),
        '',
        '',
      ].join('\n')
    },
  }
}

/** The help of all actions. */
export function fullHelp(program: Command): string {
  const head = ['./flink-ts <ACTION> [OPTIONS] [ARGUMENTS]', '', 'The following actions are available:', '']
  return head.join('\n') + program.commands.map((action) => action.helpInformation()).join('')
}

/** As Flink's help names an option: `-sae,--shutdownOnAttachedExit`, several letters after one dash included. */
function termOf(option: CliOption): string {
  const short = option.short === undefined ? [] : [`-${option.short}`]
  const long = option.long === undefined ? [] : [`--${option.long}`]
  return [...short, ...long].join(',') + valueTermOf(option)
}
