import { startJobThreads } from '../cluster/job-threads.js'
import { startProgramThread } from '../cluster/program-thread.js'
import { Configuration } from '../core/config/configuration.js'
import { serializeError, type SerializedError } from '../core/errors/error-codec.js'
import { endOnSignals } from './end-on-signals.js'
import { renderError } from './error-rendering.js'
import { jobResultLines } from './job-result-lines.js'
import type { RunRequest } from './run-request.js'
import { Terminal } from './terminal.js'

/** What the detached process tells the command that started it. */
export interface DetachedReport {
  readonly jobId: string
  readonly warnings: readonly string[]
  readonly error: SerializedError | undefined
}

const programThread = startProgramThread()

process.once('message', (request: RunRequest) => {
  void runDetachedJob(request)
})

/** The job's whole life behind `run -d`: reports the submission once, then writes to its output file. */
async function runDetachedJob(request: RunRequest): Promise<void> {
  const warnings: string[] = []
  let isReported = false
  const report = (jobId: string, error?: unknown): void => {
    if (isReported) return
    isReported = true
    const message: DetachedReport = { jobId, warnings, error: error === undefined ? undefined : serializeError(error) }
    // Whoever started the job may have gone meanwhile: the job goes on, `list` shows it.
    process.send?.(message, undefined, undefined, () => undefined)
  }
  try {
    const threads = startJobThreads(programThread, Configuration.fromMap(request.configuration), 'refused')
    const { startJobProcess } = await import('./start-job-process.js')
    const { jobProcess, cleanUp } = await startJobProcess(request, process.cwd(), threads, {
      jobSubmitted: report,
      jobEnded: (outcome) => {
        if (outcome.status === 'FINISHED')
          threads.output.standardOutput.write(`${jobResultLines(outcome).join('\n')}\n`)
      },
      warning: (text) => warnings.push(text),
    })
    endOnSignals(jobProcess, (text) => threads.output.standardError.write(text))
    try {
      await jobProcess.run()
      report('none')
      if (threads.output.failure !== undefined) throw threads.output.failure
    } finally {
      await cleanUp()
    }
  } catch (error) {
    if (isReported) new Terminal().printError(renderError(error).text)
    else report('none', error)
    process.exitCode = 1
  }
}
