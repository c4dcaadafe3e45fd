import type { JobResultData } from '../api/environment/pipeline-executor.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { JobRequest } from '../runtime/protocol/program-answers.js'
import type { HostedJob, JobProcessGateway } from './job-process-gateway.js'

/** What a program hears of a job of its own that it asks about, or tells to do something. JOB_NOT_FOUND for another job. */
export async function answerProgram(
  gateway: Pick<JobProcessGateway, 'triggerSavepoint' | 'stopWithSavepoint'>,
  job: HostedJob | undefined,
  jobId: string,
  request: JobRequest,
): Promise<string | JobResultData> {
  if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
  switch (request.kind) {
    case 'await-result':
      return resultOf(job, jobId)
    case 'status':
      return job.master.status
    case 'cancel':
      job.master.cancel()
      return job.master.status
    case 'savepoint':
      return gateway.triggerSavepoint(jobId, { ...request, cancelJob: false })
    case 'stop':
      return gateway.stopWithSavepoint(jobId, request)
  }
}

/** When the job has ended; rejects where it has not finished. */
export async function resultOf(job: HostedJob | undefined, jobId: string): Promise<JobResultData> {
  if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
  const { status, error, netRuntimeMs, accumulatorResults } = await job.master.outcome
  if (status === 'FAILED') throw new FlinkError('JOB_EXECUTION_FAILED', { jobId }, { cause: error })
  if (status === 'CANCELED') throw new FlinkError('JOB_CANCELED', { jobId })
  return { jobId, netRuntimeMs, accumulatorResults }
}
