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
  /**
   * What it does where a session is meant: asks it, or does here what it does wherever jobs are. Without either it is refused there, as
   * it is about this machine.
   */
  readonly withSession?: 'asks-it' | 'needs-none'
  /** What to do where it is refused, as sentences. */
  readonly adviceInSession?: string
  /** Neither in the help nor among the actions that are valid: what other programs ask for. */
  readonly hidden?: true
  /** True for actions whose operands are a program and its arguments. */
  readonly stopAtOperand: boolean
}
