// Duty: the messages between the program worker, which runs `main`, and the job process, which runs the jobs.
// Invariants: plain data; every request carries an id and gets exactly one reply.
// Thread: program worker and main thread.
import type { SerializedError } from '../../core/errors/error-codec.js'
import type { JobGraph } from '../../graph/job-graph.js'
import type { ThreadStreamMemory } from '../../core/io/thread-streams.js'
import type { EarlierAnswers, JobRequest, ProgramOutcome } from './program-answers.js'
import type { ProgramDescriptor } from './program-descriptor.js'

/** What the program worker begins with. */
export interface ProgramStart {
  readonly program: ProgramDescriptor
  readonly streams: ThreadStreamMemory
}

/** A job for the job process to run. */
export interface JobSubmission {
  readonly jobGraph: JobGraph
  /** Operators that hold state and have no uid, for the warning. */
  readonly operatorsWithoutUid: readonly string[]
  /** Names of sources that lose what they have read when the job fails. */
  readonly sourcesAtMostOnce: readonly string[]
  /** Which execute() of the program it is, counted from 0; those that were refused before they came here count too. */
  readonly graphIndex: number
  readonly earlierAnswers: EarlierAnswers
}

export type ProgramToProcess =
  | ({ readonly type: 'submit-job'; readonly requestId: number } & JobSubmission)
  | { readonly type: 'job-request'; readonly requestId: number; readonly jobId: string; readonly request: JobRequest }
  | { readonly type: 'program-finished'; readonly exitCode: number }
  /** Main has not returned and never will: it waits for no answer, and nothing else is left in its thread. */
  | { readonly type: 'program-stuck'; readonly error: SerializedError }
  | { readonly type: 'program-failed'; readonly error: SerializedError }
  /** Lines of main are missing on standard output. */
  | { readonly type: 'output-lost'; readonly error: SerializedError }
  | { readonly type: 'program-idle'; readonly exitCode: number }
  /** Main has returned, and the job waits for the program to take its results. */
  | { readonly type: 'results-not-taken'; readonly jobId: string }

export type ProcessToProgram =
  | { readonly type: 'answer'; readonly requestId: number; readonly outcome: ProgramOutcome }
  /** Every job has ended and all answers were sent: `program-idle` says that the program has heard them. */
  | { readonly type: 'jobs-ended' }
