import { parseCommandLine } from '../../../src/cli/command-line-parser.js'
import type { CliCommand } from '../../../src/cli/cli-command.js'
import type { ParsedOptions } from '../../../src/cli/parsed-values.js'

export interface Outcome {
  readonly exitCode: number
  /** What was printed: help. */
  readonly printed: string
  /** What the action was called with; undefined where it was not called. */
  readonly parsed: ParsedOptions | undefined
}

/** Has commander read a whole command line, for actions that do nothing. */
export async function readCommandLine(commands: readonly CliCommand[], ...args: string[]): Promise<Outcome> {
  let parsed: ParsedOptions | undefined
  let printed = ''
  const exitCode = await parseCommandLine(args, commands, {
    print: (text) => {
      printed += text
    },
    execute: (_command, options) => {
      parsed = options
      return Promise.resolve(7)
    },
  })
  return { exitCode, printed, parsed }
}

/** What an action is called with for these arguments. */
export async function parse(command: CliCommand, ...args: string[]): Promise<ParsedOptions> {
  const { parsed } = await readCommandLine([command], command.name, ...args)
  if (parsed === undefined) throw new TypeError(`${args.join(' ')} did not reach the action`)
  return parsed
}
