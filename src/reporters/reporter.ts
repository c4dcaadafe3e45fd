import type { Logger } from '../core/logging/logger.js'
import type { Clock } from '../core/time/clock.js'
import type { ReportedJob } from './reported-job.js'

/** What gives metrics away while jobs run. */
export interface Reporter {
  /** Of a job that has ended: its last metrics, which nobody can ask for any more. */
  jobEnded(job: ReportedJob): void
  /** Gives away what is left, in a bounded time. Never rejects. */
  close(): Promise<void>
}

export interface ReporterServices {
  /** Those that have not ended, as they are now. */
  readonly jobs: () => readonly ReportedJob[]
  readonly clock: Clock
  readonly logger: Logger
  readonly version: string
  /** For the user. */
  readonly warn: (text: string) => void
  readonly note: (text: string) => void
}
