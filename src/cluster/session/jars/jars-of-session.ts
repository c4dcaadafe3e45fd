import path from 'node:path'
import type { Configuration } from '../../../core/config/configuration.js'
import { SessionOptions } from '../../../core/config/session-options.js'
import type { Random } from '../../../core/random/random.js'
import type { Clock } from '../../../core/time/clock.js'
import { localPathOf } from '../../../rest/tcp/tcp-settings.js'
import type { SessionJobs } from '../session-jobs.js'
import { JarStore } from './jar-store.js'
import { SessionJars } from './session-jars.js'

/** Flink's name below the directory of `web.upload.dir`. */
const UPLOADS = 'flink-web-upload'

export interface SessionOfJars {
  readonly configuration: Configuration
  /** What of it jobs get. */
  readonly jobConfiguration: Configuration
  readonly workingDirectory: string
  readonly random: Random
  readonly clock: Clock
  /** Of the session itself, private to its user. */
  readonly directory: string
  readonly jobs: SessionJobs
}

/** The programs that are sent to a session; undefined where none may be. */
export function jarsOfSession(session: SessionOfJars): SessionJars | undefined {
  const { configuration, jobConfiguration, workingDirectory, random, clock, directory, jobs } = session
  if (!configuration.get(SessionOptions.SUBMIT_ENABLE)) return undefined
  const named = configuration.get(SessionOptions.UPLOAD_DIRECTORY)
  const place =
    named === undefined ? path.join(directory, 'jars') : path.join(localPathOf(named, workingDirectory), UPLOADS)
  const find = (jobId: string): ReturnType<SessionJobs['all']>[number] | undefined =>
    jobs.all().find((job) => job.jobId === jobId)
  return new SessionJars({
    ...{ store: new JarStore(place, random), configuration, jobConfiguration, random, clock },
    submit: (submission) => jobs.submit(submission),
    // One that an earlier session was about to accept is the session's to judge.
    isKnown: (jobId) => (find(jobId)?.phase ?? 'submitted') !== 'submitted',
    isLiving: (jobId) => (find(jobId)?.phase ?? 'ended') !== 'ended',
  })
}
