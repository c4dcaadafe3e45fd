import type { JobOutput } from '../../cluster/job-output.js'
import type { JobProcessListener } from '../../cluster/job-process.js'
import { startProgramThread } from '../../cluster/program-thread.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import type { CliContext } from '../arguments/cli-context.js'
import type { EndedJob } from '../output/ended-jobs-document.js'
import { jobResultLines } from '../output/job-result-lines.js'
import { besideAnswer } from './beside-answer.js'
import { hostJobProcess, type HostSettings } from './host-job-process.js'
import { showRestore } from './restore-progress.js'
import type { RunRequest } from './run-request.js'

/** What is known of the jobs of a run, as far as it has come. */
interface Run {
  readonly ended: EndedJob[]
  /** What no job needs any more when it has ended. */
  readonly closing: (() => void)[]
}

/** Runs the job in this process: its output streams here, its end is the end of the command. */
export async function runAttached(request: RunRequest, context: CliContext): Promise<number> {
  const run: Run = { ended: [], closing: [] }
  const settings: HostSettings = {
    programThread: context.programThread ?? startProgramThread(),
    workingDirectory: context.workingDirectory,
    standardInput: 'readable',
    printsTo: context.isJson ? 'error' : 'output',
    listenerOf: (output) => listenerOf(output, run, request, context),
  }
  const { upgrade } = request
  let upgraded: object = {}
  let exitCode: number
  try {
    if (upgrade === undefined) exitCode = await hostJobProcess(request, settings)
    else {
      const { hostUpgrade } = await import('./host-upgrade.js')
      const runs = (jobId: string, savepoint: string): void => {
        upgraded = { stoppedJobId: upgrade.jobId, savepoint }
        context.tell(`Job has been submitted with JobID ${jobId}`)
      }
      exitCode = await hostUpgrade(upgrade, request, { ...settings, runs }, besideAnswer(context))
    }
  } finally {
    for (const close of run.closing) close()
  }
  // For people, the lines of each job were printed when it ended.
  if (context.isJson) {
    const { endedJobDocument } = await import('../output/ended-jobs-document.js')
    context.answer({ ...upgraded, jobs: run.ended.map(endedJobDocument), exitCode }, [])
  }
  return exitCode
}

function listenerOf(
  { standardOutput, standardError }: JobOutput,
  { ended, closing }: Run,
  request: RunRequest,
  context: CliContext,
): JobProcessListener {
  const { isJson, isQuiet } = context
  return {
    jobSubmitted: (jobId) => {
      if (isRestored(request)) closing.push(showRestore(jobId, context))
      if (request.upgrade !== undefined || isJson || isQuiet) return
      standardOutput.write(`Job has been submitted with JobID ${jobId}\n`)
    },
    jobEnded: (outcome) => {
      for (const close of closing.splice(0)) close()
      if (isJson) ended.push(outcome)
      else if (outcome.status === 'FINISHED') standardOutput.write(`${jobResultLines(outcome).join('\n')}\n`)
    },
    warning: (text) => {
      standardError.write(context.diagnostics.warning(text))
    },
    note: (text) => {
      if (!isQuiet) standardError.write(`${text}\n`)
    },
  }
}

/** What begins at zero is there in a moment. */
function isRestored({ configuration, recovered, upgrade }: RunRequest): boolean {
  return (
    recovered !== undefined || upgrade !== undefined || configuration[SavepointOptions.SAVEPOINT_PATH.key] !== undefined
  )
}
