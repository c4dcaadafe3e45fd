import { startJobThreads } from '../cluster/job-threads.js'
import { startProgramThread } from '../cluster/program-thread.js'
import { Configuration } from '../core/config/configuration.js'
import type { CliContext } from './cli-context.js'
import { endOnSignals } from './end-on-signals.js'
import { jobResultLines } from './job-result-lines.js'
import type { RunRequest } from './run-request.js'

/** Runs the job in this process: its output streams here, its end is the end of the command. */
export async function runAttached(request: RunRequest, context: CliContext): Promise<number> {
  const programThread = context.programThread ?? startProgramThread()
  const threads = startJobThreads(programThread, Configuration.fromMap(request.configuration), 'readable')
  const { standardOutput, standardError } = threads.output
  const { startJobProcess } = await import('./start-job-process.js')
  const { jobProcess, cleanUp } = await startJobProcess(request, context.workingDirectory, threads, {
    jobSubmitted: (jobId) => {
      standardOutput.write(`Job has been submitted with JobID ${jobId}\n`)
    },
    jobEnded: (outcome) => {
      if (outcome.status === 'FINISHED') standardOutput.write(`${jobResultLines(outcome).join('\n')}\n`)
    },
    warning: (text) => {
      standardError.write(`WARNING: ${text}\n`)
    },
  })
  const stopListening = endOnSignals(jobProcess, (text) => standardError.write(text))
  try {
    await jobProcess.run()
    if (threads.output.failure !== undefined) throw threads.output.failure
    return 0
  } finally {
    stopListening()
    await cleanUp()
  }
}
