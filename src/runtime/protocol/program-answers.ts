// Duty: what a program asks about its jobs and was told about earlier ones, so that a task worker can run it again on the same way.
// Invariants: plain data, in the order in which the program heard it; a refusal is as much an answer as a result.
// Thread: recorded by the program worker, read by task workers.
import type { JobResultData } from '../../api/environment/pipeline-executor.js'
import type { SerializedError } from '../../core/errors/error-codec.js'

/** What a program may ask about a job that it submitted. */
export type JobRequest =
  | { readonly kind: 'await-result' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'status' }
  | { readonly kind: 'savepoint'; readonly targetDirectory: string | undefined }
  | { readonly kind: 'stop'; readonly targetDirectory: string | undefined; readonly drain: boolean }

/** The job id of a submission, a JobResultData, a status, a savepoint path, or results that the program collects. */
export type ProgramAnswerValue = string | JobResultData | Uint8Array

export type ProgramOutcome = { readonly value: ProgramAnswerValue } | { readonly error: SerializedError }

/** What a program asks: to run a job, what it may ask about it then, and for more of its results. */
export type ProgramQuestion = 'submit' | JobRequest['kind'] | 'next-results'

export interface ProgramAnswer {
  /** Which execute() of the program it is about, counted from 0. */
  readonly graphIndex: number
  readonly question: ProgramQuestion
  /** How many execute() calls the program had made when it heard this. */
  readonly executesBefore: number
  readonly outcome: ProgramOutcome
  /** So many times on end: a program may ask for the status of its job again and again. */
  readonly times: number
}

export type EarlierAnswers = readonly ProgramAnswer[]
