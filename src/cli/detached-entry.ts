import { startProgramThread } from '../cluster/program-thread.js'
import { serializeError, type SerializedError } from '../core/errors/error-codec.js'
import { PLAIN_DIAGNOSTICS } from './terminal/colours.js'
import { renderError } from './output/error-rendering.js'
import { guardProcessEnd } from './guard-process-end.js'
import { hostJobProcess } from './job/host-job-process.js'
import { jobResultLines } from './output/job-result-lines.js'
import type { RunRequest } from './job/run-request.js'
import { Terminal } from './terminal/terminal.js'
import { workingDirectory } from './arguments/working-directory.js'

/** What the detached process tells the command that started it. */
export interface DetachedReport {
  readonly jobId: string
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
  readonly error: SerializedError | undefined
}

const workDone = guardProcessEnd()
const programThread = startProgramThread()

process.once('message', (request: RunRequest) => {
  void runDetachedJob(request).then(workDone)
})

/** The job's whole life of `run -d`: reports the submission once, then writes to its output file. Returns the exit code. */
async function runDetachedJob(request: RunRequest): Promise<number> {
  const warnings: string[] = []
  const notes: string[] = []
  let isReported = false
  const report = (jobId: string, error?: unknown): void => {
    if (isReported) return
    isReported = true
    const message: DetachedReport = {
      jobId,
      warnings,
      notes,
      error: error === undefined ? undefined : serializeError(error),
    }
    // Whoever started the job may have gone meanwhile: the job goes on, `list` shows it.
    process.send?.(message, undefined, undefined, () => undefined)
  }
  // Whoever waits for the submission has given up: main may never come to it, and nobody would find this process again.
  process.once('disconnect', () => {
    if (!isReported) process.kill(process.pid, 'SIGINT')
  })
  try {
    const exitCode = await hostJobProcess(request, {
      programThread,
      workingDirectory: workingDirectory(),
      standardInput: 'refused',
      listenerOf: ({ standardOutput, standardError }) => ({
        jobSubmitted: report,
        jobEnded: (outcome) => {
          if (outcome.status === 'FINISHED') standardOutput.write(`${jobResultLines(outcome).join('\n')}\n`)
        },
        warning: (text) => {
          if (isReported) standardError.write(PLAIN_DIAGNOSTICS.warning(text))
          else warnings.push(text)
        },
        note: (text) => {
          if (isReported) standardError.write(`${text}\n`)
          else notes.push(text)
        },
      }),
    })
    report('none')
    return exitCode
  } catch (error) {
    if (isReported) new Terminal().printError(renderError(error).text)
    else report('none', error)
    return 1
  }
}
