import type { CliContext } from './cli-context.js'
import type { CliOption, ParsedOptions } from './option-parser.js'

/** One action of the command line. */
export interface CliCommand {
  readonly name: string
  /** `Action "list" lists running and scheduled programs.` */
  readonly sentence: string
  /** `list [OPTIONS]` */
  readonly syntax: string
  readonly options: readonly CliOption[]
  readonly examples: readonly string[]
  /** True for actions whose operands are a program and its arguments. */
  readonly stopAtOperand: boolean
  /** Returns the exit code. */
  execute(parsed: ParsedOptions, context: CliContext): Promise<number>
}
