import { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { JobContext } from '../arguments/cli-context.js'
import { checkLines } from '../output/check-lines.js'
import { withProgress } from '../output/progress.js'
import { printable } from '../terminal/printable-text.js'
import { checkedProgram } from './checked-program.js'
import type { RunRequest, UpgradeOrder } from './run-request.js'

/** UPGRADE_DOES_NOT_FIT where a restore of the old job's newest checkpoint would be refused, or leave state out unasked. */
export async function checkUpgrade(
  { jobId, opensFunctions }: UpgradeOrder,
  { jobFile, entry, args, configuration }: RunRequest,
  context: JobContext,
): Promise<void> {
  const allowNonRestoredState = Configuration.fromEntries(configuration).get(
    SavepointOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE,
  )
  const program = { jobFile, entry, args, configuration, against: jobId, opensFunctions, allowNonRestoredState }
  const tell = (line: string): void => {
    context.printError(`${line}\n`)
  }
  try {
    const report = await withProgress('checking the new program', context, () => checkedProgram(program, context))
    const lines = checkLines(report)
    const snapshot = printable(report.snapshot.path)
    if (report.fits) {
      if (!context.isQuiet) tell(`Checked against ${snapshot}: ${lines.at(-1) ?? ''}`)
      return
    }
    for (const line of lines) tell(line)
    throw new FlinkError('UPGRADE_DOES_NOT_FIT', { snapshot })
  } catch (error) {
    if (!FlinkError.is(error, 'CHECKPOINT_NOT_READABLE')) throw error
    tell(
      `Job ${jobId} has no checkpoint on a disk yet against which the new program could be checked. ` +
        'Where its state does not fit, that is found when it starts, and the old program comes back.',
    )
  }
}
