import { FlinkError } from '../../core/errors/flink-error.js'
import { SystemClock } from '../../core/time/system-clock.js'
import type { JobContext } from '../arguments/cli-context.js'
import type { Inspection } from '../../state-processor/inspect-snapshot.js'
import type { SnapshotSummary } from '../../state-processor/snapshot-summary.js'
import { checkReport, type CheckReport } from '../output/check-report.js'
import { tellingOfDelay } from '../output/telling-of-delay.js'
import { runDirectoryOf } from './rest-cluster-client-of.js'
import type { RunRequest } from './run-request.js'
import { onSnapshot, stateProcessorOf } from './state-processor-of.js'

export interface ProgramToCheck extends Pick<RunRequest, 'jobFile' | 'entry' | 'args' | 'configuration'> {
  /** A snapshot, a directory of checkpoints, or a job. */
  readonly against: string
  readonly opensFunctions: boolean
  readonly allowNonRestoredState: boolean
}

/** What would become of the state of a snapshot if the program were started from it. Tells of checkpoints that were passed over. */
export async function checkedProgram(
  { jobFile, against, opensFunctions, allowNonRestoredState, ...program }: ProgramToCheck,
  context: JobContext,
): Promise<CheckReport> {
  const { openProgram } = await import('./open-program.js')
  const { checkProgram } = await import('../../cluster/check-program.js')
  const { close, ...packaged } = await openProgram(jobFile, context.workingDirectory)
  try {
    const runDirectory = runDirectoryOf(context)
    const processor = await stateProcessorOf(context)
    let summary: SnapshotSummary | undefined
    const working = onSnapshot(against, context, (pointer) =>
      checkProgram({
        program: { ...packaged, ...program },
        pointer,
        opensFunctions,
        isJobRunning: (jobId) => runDirectory.isJobRunning(jobId),
        onFound: async (snapshot) => {
          summary = await orGone(pointer, () => processor.inspect(snapshot))
        },
      }),
    )
    const what = 'the program: main and open() of its functions'
    const { check, passedOver } = await tellingOfDelay(what, working, new SystemClock(), context)
    if (summary === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `${against} has a snapshot` })
    for (const reason of passedOver) {
      context.printError(context.diagnostics.warning(`A checkpoint was passed over. ${reason}`))
    }
    return checkReport(check, summary, allowNonRestoredState)
  } finally {
    await close()
  }
}

/** A job that goes on may have removed it since it was found: then the next one is taken. */
async function orGone(pointer: string, inspect: () => Promise<Inspection>): Promise<SnapshotSummary> {
  const { summary } = await inspect()
  if (summary !== undefined) return summary
  throw new FlinkError('SNAPSHOT_NOT_FOUND', { path: pointer, scheme: 'file' })
}
