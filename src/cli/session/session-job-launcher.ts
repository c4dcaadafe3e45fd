import { closeSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import type { JobLaunch, JobLauncher, LaunchedJob, LaunchListener } from '../../cluster/session/job-launcher.js'
import { deserializeError } from '../../core/errors/error-codec.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { Logger } from '../../core/logging/logger.js'
import { nameAfterJob, openOutput, startDetachedProcess } from '../job/detached-process.js'
import type { RunRequest } from '../job/run-request.js'

/** In the place of the id of a job, of a program that has returned without one. */
const WITHOUT_JOB = 'none'
/** Of what a program without a job has printed its end is in the log: who submits it again and again leaves no files. */
const PRINTED_LENGTH = 4_000

/** Starts jobs of a session as `run -d` does, each in a process of its own. */
export class SessionJobLauncher implements JobLauncher {
  readonly #logDirectory: string
  readonly #logger: Logger

  constructor(logDirectory: string, logger: Logger) {
    this.#logDirectory = logDirectory
    this.#logger = logger
  }

  async launch({ workingDirectory, ...launch }: JobLaunch, { onSpawn, onExit }: LaunchListener): Promise<LaunchedJob> {
    const { jobId } = launch
    const request: RunRequest = { ...launch, isSupervised: true }
    const output = await openOutput(this.#logDirectory)
    const onLine = ({ line }: { readonly line: string }): void => {
      this.#logger.info(line, { jobId })
    }
    try {
      const { report, pid } = await startDetachedProcess(request, {
        ...{ workingDirectory, output, onLine },
        ...{ onSpawn, onExit },
      })
      for (const warning of report.warnings) this.#logger.warn(warning, { jobId })
      if (report.error !== undefined || report.jobId === WITHOUT_JOB) await this.#moveToLog(output.path, jobId)
      if (report.error !== undefined) throw deserializeError(report.error)
      if (report.jobId === WITHOUT_JOB) throw new FlinkError('PROGRAM_WITHOUT_JOB', {})
      return { pid, output: nameAfterJob(output.path, jobId) }
    } finally {
      closeSync(output.descriptor)
    }
  }
  /** There is no job that the file would belong to. */
  async #moveToLog(file: string, jobId: string): Promise<void> {
    try {
      const printed = await readFile(file, 'utf8')
      if (printed !== '') {
        this.#logger.warn('a program that gave no job has printed', { jobId, printed: printed.slice(-PRINTED_LENGTH) })
      }
      await rm(file)
    } catch (error) {
      this.#logger.warn('what a program without a job has printed stays', { file, reason: messageOf(error) })
    }
  }
}
