import type { CliContext } from './cli-context.js'
import type { CliOption } from './cli-option.js'
import type { ParsedOptions } from './parsed-values.js'

/** One action of the command line. */
export interface CliCommand {
  readonly name: string
  /** What it does, after `Action "list" `. */
  readonly sentence: string
  /** `[OPTIONS] <Job ID>` */
  readonly usage: string
  readonly options: readonly CliOption[]
  readonly examples: readonly string[]
  /** Neither in the help nor among the actions that are valid: what other programs ask for. */
  readonly hidden?: true
  /** True for actions whose operands are a program and its arguments. */
  readonly stopAtOperand: boolean
  /** Long name of the option that may come after the arguments of the program: from it on, words are options again. */
  readonly optionsAfter?: string
  /** Returns the exit code. */
  execute(parsed: ParsedOptions, context: CliContext): Promise<number>
}
