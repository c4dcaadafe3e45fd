import { closeSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { JobLaunch, JobLauncher, LaunchedJob, LaunchListener } from '../../cluster/session/job-launcher.js'
import { deserializeError } from '../../core/errors/error-codec.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { Logger } from '../../core/logging/logger.js'
import { nameAfterJob, openOutput, startDetachedProcess } from '../job/detached-process.js'
import type { RunRequest } from '../job/run-request.js'

/** In the place of the id of a job, of a program that has returned without one. */
const WITHOUT_JOB = 'none'

export interface SessionJobLauncherInput {
  readonly logDirectory: string
  /** Directories for a job whose own is gone: the first that is there. */
  readonly otherDirectories: readonly string[]
  readonly logger: Logger
}

/** Starts jobs of a session as `run -d` does, each in a process of its own. */
export class SessionJobLauncher implements JobLauncher {
  readonly #logDirectory: string
  readonly #otherDirectories: readonly string[]
  readonly #logger: Logger

  constructor({ logDirectory, otherDirectories, logger }: SessionJobLauncherInput) {
    this.#logDirectory = logDirectory
    this.#otherDirectories = otherDirectories
    this.#logger = logger
  }

  async launch({ workingDirectory: own, ...launch }: JobLaunch, listener: LaunchListener): Promise<LaunchedJob> {
    const { jobId } = launch
    const { onSpawn, onExit } = listener
    const workingDirectory = await this.#directoryFor(jobId, own)
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
      if (report.error !== undefined) throw deserializeError(report.error)
      if (report.jobId === WITHOUT_JOB) throw new FlinkError('PROGRAM_WITHOUT_JOB', {})
      return { pid, output: nameAfterJob(output.path, jobId) }
    } finally {
      closeSync(output.descriptor)
    }
  }
  /** No process begins in a directory that is gone, and a job is not lost with the place where its command once stood. */
  async #directoryFor(jobId: string, own: string): Promise<string> {
    for (const directory of [own, ...this.#otherDirectories]) {
      if (!(await isDirectory(directory))) continue
      if (directory !== own) {
        this.#logger.warn('the working directory of a job is gone, and it begins in another one', {
          ...{ jobId, gone: own, directory },
        })
      }
      return directory
    }
    return own
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
