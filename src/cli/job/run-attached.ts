import { startProgramThread } from '../../cluster/program-thread.js'
import type { CliContext } from '../arguments/cli-context.js'
import { hostJobProcess, type HostSettings } from './host-job-process.js'
import { jobResultLines } from '../output/job-result-lines.js'
import type { RunRequest } from './run-request.js'

/** Runs the job in this process: its output streams here, its end is the end of the command. */
export async function runAttached(request: RunRequest, context: CliContext): Promise<number> {
  const { upgrade } = request
  const settings: HostSettings = {
    programThread: context.programThread ?? startProgramThread(),
    workingDirectory: context.workingDirectory,
    standardInput: 'readable',
    listenerOf: ({ standardOutput, standardError }) => ({
      jobSubmitted: (jobId) => {
        if (upgrade === undefined) standardOutput.write(`Job has been submitted with JobID ${jobId}\n`)
      },
      jobEnded: (outcome) => {
        if (outcome.status === 'FINISHED') standardOutput.write(`${jobResultLines(outcome).join('\n')}\n`)
      },
      warning: (text) => {
        standardError.write(context.diagnostics.warning(text))
      },
      note: (text) => {
        standardError.write(`${text}\n`)
      },
    }),
  }
  if (upgrade === undefined) return hostJobProcess(request, settings)
  const { hostUpgrade } = await import('./host-upgrade.js')
  const runs = (jobId: string): void => {
    context.print(`Job has been submitted with JobID ${jobId}`)
  }
  return hostUpgrade(upgrade, request, { ...settings, runs }, context)
}
