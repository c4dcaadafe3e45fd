// Duty: the job that `execute()` gives to the program: its questions go to whoever answers them on this thread.
// Thread: program worker and task worker.
import type { JobResultData, SubmittedJob } from '../../api/environment/pipeline-executor.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { JobRequest } from './program-answers.js'

type Ask = (request: JobRequest) => Promise<string | JobResultData>

export function submittedJob(jobId: string, ask: Ask): SubmittedJob {
  return {
    jobId,
    result: async () => {
      const result = await ask({ kind: 'await-result' })
      if (typeof result === 'string') throw new FlinkError('ASSERTION_FAILED', { what: 'a job result was text' })
      return result
    },
    cancel: async () => {
      await ask({ kind: 'cancel' })
    },
    status: async () => textOf(await ask({ kind: 'status' })),
    triggerSavepoint: async (targetDirectory) => textOf(await ask({ kind: 'savepoint', targetDirectory })),
    stopWithSavepoint: async (drain, targetDirectory) => textOf(await ask({ kind: 'stop', targetDirectory, drain })),
  }
}

export function textOf(answer: string | JobResultData): string {
  if (typeof answer !== 'string') throw new FlinkError('ASSERTION_FAILED', { what: 'a reply was not text' })
  return answer
}
