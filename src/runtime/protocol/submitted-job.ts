// Duty: the job that `execute()` gives to the program: its questions go to whoever answers them on this thread.
// Thread: program worker and task worker.
import type { SubmittedJob } from '../../api/environment/pipeline-executor.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { JobRequest, ProgramAnswerValue } from './program-answers.js'

type Ask = (request: JobRequest) => Promise<ProgramAnswerValue>
type Results = Pick<SubmittedJob, 'nextResults' | 'discardResults'>

export function submittedJob(jobId: string, ask: Ask, results: Results): SubmittedJob {
  return {
    jobId,
    ...results,
    result: async () => {
      const result = await ask({ kind: 'await-result' })
      if (typeof result === 'object' && 'netRuntimeMs' in result) return result
      throw new FlinkError('ASSERTION_FAILED', { what: 'a reply was no job result' })
    },
    cancel: async () => {
      await ask({ kind: 'cancel' })
    },
    status: async () => textOf(await ask({ kind: 'status' })),
    triggerSavepoint: async (targetDirectory) => textOf(await ask({ kind: 'savepoint', targetDirectory })),
    stopWithSavepoint: async (drain, targetDirectory) => textOf(await ask({ kind: 'stop', targetDirectory, drain })),
  }
}

/** An empty answer is the end. */
export function resultsOf(answer: ProgramAnswerValue): Uint8Array | undefined {
  if (answer instanceof Uint8Array) return answer.length === 0 ? undefined : answer
  throw new FlinkError('ASSERTION_FAILED', { what: 'a reply was no results' })
}

export function textOf(answer: ProgramAnswerValue): string {
  if (typeof answer !== 'string') throw new FlinkError('ASSERTION_FAILED', { what: 'a reply was not text' })
  return answer
}
