import type { JobOutput } from '../../cluster/job-output.js'
import type { JobProcessListener } from '../../cluster/job-process.js'
import { startProgramThread } from '../../cluster/program-thread.js'
import type { CliContext } from '../arguments/cli-context.js'
import type { EndedJob } from '../output/ended-jobs-document.js'
import { jobResultLines } from '../output/job-result-lines.js'
import { besideAnswer } from './beside-answer.js'
import { hostJobProcess, type HostSettings } from './host-job-process.js'
import type { RunRequest, UpgradeOrder } from './run-request.js'

/** Runs the job in this process: its output streams here, its end is the end of the command. */
export async function runAttached(request: RunRequest, context: CliContext): Promise<number> {
  const { upgrade } = request
  const ended: EndedJob[] = []
  const settings: HostSettings = {
    programThread: context.programThread ?? startProgramThread(),
    workingDirectory: context.workingDirectory,
    standardInput: 'readable',
    printsTo: context.isJson ? 'error' : 'output',
    listenerOf: (output) => listenerOf(output, { context, upgrade, ended }),
  }
  if (upgrade === undefined) {
    const exitCode = await hostJobProcess(request, settings)
    return answer({ ended, exitCode }, context)
  }
  const { hostUpgrade } = await import('./host-upgrade.js')
  let savepoint: string | undefined
  const runs = (jobId: string, from: string): void => {
    savepoint = from
    context.tell(`Job has been submitted with JobID ${jobId}`)
  }
  const exitCode = await hostUpgrade(upgrade, request, { ...settings, runs }, besideAnswer(context))
  return answer({ ended, exitCode, more: { stoppedJobId: upgrade.jobId, savepoint } }, context)
}

interface Listening {
  readonly context: CliContext
  readonly upgrade: UpgradeOrder | undefined
  readonly ended: EndedJob[]
}

function listenerOf(
  { standardOutput, standardError }: JobOutput,
  { context, upgrade, ended }: Listening,
): JobProcessListener {
  const { isJson, isQuiet } = context
  return {
    jobSubmitted: (jobId) => {
      if (upgrade !== undefined || isJson || isQuiet) return
      standardOutput.write(`Job has been submitted with JobID ${jobId}\n`)
    },
    jobEnded: (outcome) => {
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

interface Answered {
  readonly ended: readonly EndedJob[]
  readonly exitCode: number
  readonly more?: Readonly<Record<string, unknown>>
}

/** The lines of each job have been printed when it ended. Returns the exit code. */
async function answer({ ended, exitCode, more = {} }: Answered, context: CliContext): Promise<number> {
  if (!context.isJson) return exitCode
  const { endedJobDocument } = await import('../output/ended-jobs-document.js')
  context.answer({ ...more, jobs: ended.map(endedJobDocument), exitCode }, [])
  return exitCode
}
