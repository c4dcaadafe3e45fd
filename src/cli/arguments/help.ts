import type { Command, Help } from 'commander'
import type { CliCommand } from './cli-command.js'
import type { CliOption } from './cli-option.js'

/** Of Flink's help. */
const WIDTH = 80
/** Of a description, however long the terms are. */
const LEAST_WIDTH = 20
const INDENT = ' '.repeat(5)
const GAP = ' '.repeat(3)

/** What commander shows in the place of a value. */
export function valueTermOf({ value, valueName = 'arg' }: CliOption): string {
  if (value === 'none') return ''
  return value === 'optional' ? ` [${valueName}]` : ` <${valueName}>`
}

/** The help of an action, laid out as Flink does, with examples. `shared`: options that every action has. */
export function helpOfAction(command: CliCommand, shared: readonly CliOption[]): Partial<Help> {
  return {
    minWidthToWrap: LEAST_WIDTH,
    formatHelp: (action, help) => {
      const own = rowsOf(command.options, help)
      return [
        '',
        `Action "${command.name}" ${action.description()}`,
        '',
        `  Syntax: ${command.name} ${action.usage()}`,
        ...(own.length === 0 ? [] : [`  "${command.name}" action options:`, ...own]),
        '  Options of every action:',
        ...rowsOf(shared, help),
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
export function fullHelp(program: Command, help: Help): string {
  const head = ['./flink-ts <ACTION> [OPTIONS] [ARGUMENTS]', '', 'The following actions are available:', '']
  return (
    head.join('\n') +
    help
      .visibleCommands(program)
      .map((action) => action.helpInformation())
      .join('')
  )
}

/** The options that are listed, by their short names, whatever their capitals; those without one by their long names. */
function rowsOf(options: readonly CliOption[], help: Help): string[] {
  const shown = options.filter(({ hidden }) => hidden !== true)
  shown.sort((a, b) => sortKeyOf(a).localeCompare(sortKeyOf(b), 'en'))
  const width = Math.max(0, ...shown.map((option) => termOf(option).length))
  const column = INDENT.length + width + GAP.length
  return shown.flatMap((option) => {
    const [first = '', ...more] = help.boxWrap(option.description, WIDTH - column).split('\n')
    return [`${INDENT}${termOf(option).padEnd(width)}${GAP}${first}`, ...more.map((line) => ' '.repeat(column) + line)]
  })
}

function sortKeyOf({ short, long }: CliOption): string {
  return (short ?? long ?? '').toLowerCase()
}

/** As Flink's help names an option: `-sae,--shutdownOnAttachedExit`, several letters after one dash included. */
function termOf(option: CliOption): string {
  const short = option.short === undefined ? [] : [`-${option.short}`]
  const long = option.long === undefined ? [] : [`--${option.long}`]
  return [...short, ...long].join(',') + valueTermOf(option)
}
