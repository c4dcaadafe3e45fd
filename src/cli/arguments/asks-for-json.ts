import type { CliCommand } from './cli-command.js'
import { COMMON_OPTIONS } from './common-options.js'
import { hasFlag } from './flink-arguments.js'

const FLAG = 'json'

/** Whether a command line asks for JSON, be it one that cannot be read: then the error is to be JSON as well. */
export function asksForJson([action, ...args]: readonly string[], commands: readonly CliCommand[]): boolean {
  const command = commands.find(({ name }) => name === action)
  if (command === undefined) return [action, ...args].includes(`--${FLAG}`)
  const options = [...command.options, ...COMMON_OPTIONS]
  const { optionsAfter, stopAtOperand } = command
  if (hasFlag(args, FLAG, { options, stopAtOperand })) return true
  const start = optionsAfter === undefined ? -1 : args.findIndex((word) => word.split('=')[0] === `--${optionsAfter}`)
  return start !== -1 && hasFlag(args.slice(start), FLAG, { options, stopAtOperand })
}
