import type { CliOption } from './cli-option.js'

/** What an action says of itself, for its help and for completion. */
export interface DescribedCommand {
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
}
