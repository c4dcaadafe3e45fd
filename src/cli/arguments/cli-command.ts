import type { CliContext } from './cli-context.js'
import type { DescribedCommand } from './described-command.js'
import type { ParsedOptions } from './parsed-values.js'

/** One action of the command line. */
export interface CliCommand extends DescribedCommand {
  /** Long name of the option that may come after the arguments of the program: from it on, words are options again. */
  readonly optionsAfter?: string
  /** Returns the exit code. */
  execute(parsed: ParsedOptions, context: CliContext): Promise<number>
}
