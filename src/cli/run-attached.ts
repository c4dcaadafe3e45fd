import type { JobProcess } from '../cluster/job-process.js'
import type { CliContext } from './cli-context.js'
import { jobResultLines } from './job-result-lines.js'
import type { RunRequest } from './run-request.js'
import { startJobProcess } from './start-job-process.js'

const SIGINT_EXIT = 130

/** Runs the job in this process: its output streams here, its end is the end of the command. */
export async function runAttached(request: RunRequest, context: CliContext): Promise<number> {
  const { jobProcess, cleanUp } = await startJobProcess(request, context.workingDirectory, {
    jobSubmitted: (jobId) => {
      context.print(`Job has been submitted with JobID ${jobId}`)
    },
    jobEnded: (outcome) => {
      if (outcome.status === 'FINISHED') for (const line of jobResultLines(outcome)) context.print(line)
    },
    warning: (text) => {
      context.printError(`WARNING: ${text}\n`)
    },
  })
  const stopListening = cancelOnSignals(jobProcess, context)
  try {
    await jobProcess.run()
    return 0
  } finally {
    stopListening()
    await cleanUp()
  }
}

/** The first signal cancels the jobs cleanly, a second one ends the process at once. */
function cancelOnSignals(jobProcess: JobProcess, context: CliContext): () => void {
  let signals = 0
  const onSignal = (): void => {
    signals += 1
    if (signals > 1) process.exit(SIGINT_EXIT)
    context.printError('Cancelling the job. Press Ctrl-C again to end at once.\n')
    jobProcess.cancel()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
