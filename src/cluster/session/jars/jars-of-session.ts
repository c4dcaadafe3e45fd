import type { Configuration } from '../../../core/config/configuration.js'
import { SessionOptions } from '../../../core/config/session-options.js'
import type { Random } from '../../../core/random/random.js'
import type { Clock } from '../../../core/time/clock.js'
import type { SessionJobs } from '../session-jobs.js'
import type { JarStore } from './jar-store.js'
import { SessionJars } from './session-jars.js'

export interface SessionOfJars {
  readonly configuration: Configuration
  /** What of it jobs get. */
  readonly jobConfiguration: Configuration
  readonly random: Random
  readonly clock: Clock
  readonly store: JarStore
  readonly jobs: SessionJobs
}

/** The programs that are sent to a session; undefined where none may be. */
export function jarsOfSession(session: SessionOfJars): SessionJars | undefined {
  const { configuration, jobConfiguration, random, clock, store, jobs } = session
  if (!configuration.get(SessionOptions.SUBMIT_ENABLE)) return undefined
  const find = (jobId: string): ReturnType<SessionJobs['all']>[number] | undefined =>
    jobs.all().find((job) => job.jobId === jobId)
  return new SessionJars({
    ...{ store, configuration, jobConfiguration, random, clock },
    submit: (submission) => jobs.submit(submission),
    // One that an earlier session was about to accept is the session's to judge.
    isKnown: (jobId) => (find(jobId)?.phase ?? 'submitted') !== 'submitted',
    isLiving: (jobId) => (find(jobId)?.phase ?? 'ended') !== 'ended',
  })
}
