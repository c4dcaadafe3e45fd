import type { ConfigurationEntries } from '../../core/config/configuration.js'
import type { RecoveredJob } from '../recoverable-job.js'

/** How the process of a job is to be started. Paths are absolute. */
export interface JobLaunch {
  readonly jobId: string
  readonly jobFile: string
  readonly entry: string | undefined
  readonly args: readonly string[]
  readonly configuration: ConfigurationEntries
  readonly workingDirectory: string
  /** Another process ran the job until now. */
  readonly recovered?: RecoveredJob | undefined
  /** That one died without a word. */
  readonly hasDied?: boolean | undefined
}

/** The process of a job that was started. */
export interface LaunchedJob {
  readonly pid: number
  /** What it prints. */
  readonly output: string
}

export interface LaunchListener {
  /** The process has begun. */
  onSpawn(pid: number): void
  /** It has ended. */
  onExit(): void
}

/** Starts processes of jobs, which go on without this one. */
export interface JobLauncher {
  /** Resolves when the job is accepted; rejects with why it is not. */
  launch(launch: JobLaunch, listener: LaunchListener): Promise<LaunchedJob>
}
