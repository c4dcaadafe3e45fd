import type { Worker } from 'node:worker_threads'
import { ClosingStack } from '../../cluster/closing-stack.js'
import type { JobOutput } from '../../cluster/job-output.js'
import type { JobProcessListener } from '../../cluster/job-process.js'
import { maxTaskWorkers, startJobThreads, terminateJobThreads, type JobStreams } from '../../cluster/job-threads.js'
import type { TakeOver } from '../../cluster/take-over.js'
import { Configuration } from '../../core/config/configuration.js'
import { CoreOptions } from '../../core/config/core-options.js'
import { checkOpenFiles, openFilesLimit } from './check-open-files.js'
import type { RunRequest } from './run-request.js'
import { messageOf } from '../../core/errors/thrown-value.js'

export interface HostSettings extends JobStreams {
  /** Started already; ended here, whatever happens. */
  readonly programThread: Worker
  readonly workingDirectory: string
  readonly listenerOf: (output: JobOutput) => JobProcessListener
  /** Where the job takes the place of another one. */
  readonly takeOver?: TakeOver | undefined
}

/**
 * Runs a program and its jobs in this process, from its threads to the last byte of their output. The only way in which a job
 * process begins, so that there is one in which it ends: whatever is thrown on the way, what was opened before is closed.
 * Returns the exit code that the program set.
 */
export async function hostJobProcess(request: RunRequest, settings: HostSettings): Promise<number> {
  const configuration = Configuration.fromEntries(request.configuration)
  const workers = Math.min(configuration.get(CoreOptions.DEFAULT_PARALLELISM), maxTaskWorkers())
  const fewFiles = checkOpenFiles(openFilesLimit(), 1 + workers)
  const threads = startJobThreads(settings.programThread, configuration, settings)
  const listener = settings.listenerOf(threads.output)
  if (fewFiles !== undefined) listener.warning(fewFiles)
  const closing = new ClosingStack((error) => {
    listener.warning(messageOf(error))
  })
  closing.push(() => threads.output.drained())
  closing.push(() => terminateJobThreads(threads))
  let exitCode: number
  try {
    const { startJobProcess } = await import('./start-job-process.js')
    const { jobProcess, cleanUp } = await startJobProcess(request, settings, threads, listener)
    closing.push(cleanUp)
    const { endOnSignals } = await import('./end-on-signals.js')
    closing.push(endOnSignals(jobProcess, (text) => threads.output.standardError.write(text)))
    exitCode = await jobProcess.run()
  } finally {
    await closing.close()
  }
  if (threads.output.failure !== undefined) throw threads.output.failure
  return exitCode
}
