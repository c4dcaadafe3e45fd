import { parseCommandLine } from '../../../src/cli/arguments/command-line-parser.js'
import type { CliCommand } from '../../../src/cli/arguments/cli-command.js'
import type { ParsedOptions } from '../../../src/cli/arguments/parsed-values.js'

export interface Outcome {
  /** Undefined where an action is to be executed. */
  readonly exitCode: number | undefined
  /** What was printed: help. */
  readonly printed: string
  /** What the action is to be called with. */
  readonly parsed: ParsedOptions | undefined
}

/** What commander makes of a whole command line. */
export function readCommandLine(commands: readonly CliCommand[], ...args: string[]): Outcome {
  let printed = ''
  const line = parseCommandLine(args, commands, (text) => {
    printed += text
  })
  if (typeof line === 'number') return { exitCode: line, printed, parsed: undefined }
  return { exitCode: undefined, printed, parsed: line.parsed }
}

/** What an action is called with for these arguments. */
export function parse(command: CliCommand, ...args: string[]): ParsedOptions {
  const { parsed } = readCommandLine([command], command.name, ...args)
  if (parsed === undefined) throw new TypeError(`${args.join(' ')} did not reach the action`)
  return parsed
}
