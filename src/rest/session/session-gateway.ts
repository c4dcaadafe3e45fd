import type { Configuration, ConfigurationEntries } from '../../core/config/configuration.js'
import type { JobOverview } from '../messages/job-messages.js'
import type { RestRequest, RestResponse } from '../route.js'
import type { JarGateway } from './jars/jar-gateway.js'

/** A program that is to run in the session. */
export interface SessionSubmission {
  /** Absolute path of the job file or archive on this machine. It has to stay until the job has ended. */
  readonly jobFile: string
  /** Name of the export of the program; undefined: its main. */
  readonly entry: string | undefined
  readonly args: readonly string[]
  /** What is set for this job, which counts for more than what the session is configured with. */
  readonly configuration: ConfigurationEntries
  /** 32 hex digits; undefined: a new one. One that is known already does not start a second job. */
  readonly jobId?: string | undefined
  /** Where its process stands; undefined: where the session does. */
  readonly workingDirectory?: string | undefined
}

/** Where the session is, and what it is configured with. */
export interface SessionPlace {
  /** Of files and the command line of `start-cluster`. */
  readonly configuration: Configuration
  /** Private to its user: for what the session keeps beside its jobs, such as programs that were uploaded. */
  readonly directory: string
  readonly workingDirectory: string
  readonly logDirectory: string
  /** Its own log. */
  readonly logFile: string
  readonly version: string
  /** Epoch ms. */
  readonly startTime: number
}

export interface SlotCounts {
  readonly total: number
  readonly available: number
}

/** How a job of the session is known to it. */
export interface SessionJobInfo {
  readonly jobId: string
  readonly state: string
  /** Slots that it has, 0 where it has none (yet, or any more). */
  readonly slots: number
  /** Of its process; undefined where there is none. */
  readonly pid: number | undefined
  /** What its processes have printed goes here; undefined where nobody knows. */
  readonly output: string | undefined
}

/** Everything that handlers may ask of a session cluster. */
export interface SessionGateway {
  readonly place: SessionPlace
  /** Programs that were uploaded; undefined where none may be. */
  readonly jars: JarGateway | undefined
  slots(): SlotCounts
  /** Jobs of the session, those that run and those that have ended. */
  overview(): Promise<readonly JobOverview[]>
  jobs(): readonly SessionJobInfo[]
  /** Resolves with the id of the job when it is accepted, and safe from whatever ends; rejects with why it is not. */
  submit(submission: SessionSubmission): Promise<string>
  /** What the job itself answers, or, once it has ended, its archive. JOB_NOT_FOUND; SESSION_JOB_RESTARTS. */
  answerOfJob(jobId: string, request: Pick<RestRequest, 'method' | 'url' | 'body'>): Promise<RestResponse>
  disposeSavepoint(path: string): Promise<void>
  /** Begins to end the session, and its jobs as it is configured. */
  shutDown(): void
}
