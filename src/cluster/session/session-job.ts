import { overviewOfEntry, type JobDirectoryEntry } from '../../client/job-directory-entry.js'
import type { JobOverview } from '../../rest/messages/job-messages.js'
import { RestartDelay } from './restart-delay.js'
import type { SessionJobRecord } from './session-directory.js'

/**
 *   submitted   its process begins, and has not said yet that the job is accepted
 *   living      it has a process
 *   dead        its process has ended without a word, and is to be started again
 *   ended       for good
 *
 * submitted -> living | ended;  living -> dead | ended;  dead -> living | ended.
 */
export type SessionJobPhase = 'submitted' | 'living' | 'dead' | 'ended'

/** One job as its session knows it. */
export class SessionJob {
  readonly delay: RestartDelay = new RestartDelay()
  record: SessionJobRecord
  phase: SessionJobPhase = 'submitted'
  /** How it is found while it lives, or was when it did. */
  entry: JobDirectoryEntry | undefined
  /** What it said of itself when it was asked last. */
  overview: JobOverview | undefined
  /** It was told to end while it had no process: it hears of it as soon as it has one. */
  isCancelAsked = false
  /** The next process of a dead one is about to begin. */
  isStarting = false
  /** Its last process ended without a word, and not because it was told to. */
  hasDied = false
  /** Monotonic ms; since when its process lives. */
  aliveSince = 0
  /** How it ended. */
  endState: string | undefined

  constructor(record: SessionJobRecord) {
    this.record = record
  }

  get jobId(): string {
    return this.record.jobId
  }

  /** What can be said of it when it says nothing itself. */
  overviewWithout(state: string): JobOverview {
    if (this.overview !== undefined) return { ...this.overview, state }
    const { jobId, submittedAt } = this.record
    const nothing = { pid: 0, processStart: undefined, version: '', socket: '' }
    const entry = this.entry ?? { jobId, name: jobId, startTime: submittedAt, ...nothing }
    const { log: _log, ...overview } = overviewOfEntry(entry, { state, endTime: undefined })
    return overview
  }
}
