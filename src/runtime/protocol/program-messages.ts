// Duty: the messages between the program worker, which runs `main`, and the job process, which runs the jobs.
// Invariants: plain data; every request carries an id and gets exactly one reply.
// Thread: program worker and main thread.
import type { JobResultData } from '../../api/environment/pipeline-executor.js'
import type { SerializedError } from '../../core/errors/error-codec.js'
import type { JobGraph } from '../../graph/job-graph.js'

/** What a program may ask about a job that it submitted. */
export type JobRequest =
  | { readonly kind: 'await-result' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'status' }
  | { readonly kind: 'savepoint'; readonly targetDirectory: string | undefined }
  | { readonly kind: 'stop'; readonly targetDirectory: string | undefined; readonly drain: boolean }

export type ProgramToProcess =
  | {
      readonly type: 'submit-job'
      readonly requestId: number
      readonly jobGraph: JobGraph
      /** Operators that hold state and have no uid, for the warning. */
      readonly operatorsWithoutUid: readonly string[]
    }
  | { readonly type: 'job-request'; readonly requestId: number; readonly jobId: string; readonly request: JobRequest }
  | { readonly type: 'program-finished' }
  | { readonly type: 'program-failed'; readonly error: SerializedError }

/** `value`: the job id of a submission, a JobResultData, a status or a savepoint path. */
export interface ProcessToProgram {
  readonly requestId: number
  readonly outcome: { readonly value: string | JobResultData } | { readonly error: SerializedError }
}
