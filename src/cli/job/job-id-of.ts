import type { CliContext } from '../arguments/cli-context.js'
import { parseJobIdOperand } from '../arguments/parsed-values.js'

/** The id of the job that an operand names. Throws JOB_ID_INVALID where it names none. */
// eslint-disable-next-line @typescript-eslint/require-await -- Names and prefixes of ids are looked up in the run directory.
export async function jobIdOf(operand: string, _context: CliContext): Promise<string> {
  return parseJobIdOperand(operand)
}
