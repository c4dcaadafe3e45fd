import type { RunDirectory } from '../client/run-directory.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { answerOfArchive, type ArchiveRequest } from '../rest/archive/answer-of-archive.js'
import { archiveOfOverview } from '../rest/archive/archive-of-overview.js'
import { isJobArchive, type JobArchive } from '../rest/archive/job-archive.js'
import type { RestResponse } from '../rest/route.js'

/** What is kept of a job that has ended, or whose process died: of that one it is little. JOB_NOT_FOUND. */
export async function archivedJobOf(runDirectory: RunDirectory, jobId: string): Promise<JobArchive> {
  const overview = await runDirectory.archivedJob(jobId)
  if (overview === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
  const answers = await runDirectory.archivedAnswers(jobId)
  return isJobArchive(answers, jobId) ? answers : archiveOfOverview(overview)
}

/** What a job that has ended answers to a request below `/jobs/:jobid`. JOB_NOT_FOUND; see answerOfArchive. */
export async function answerOfArchivedJob(
  runDirectory: RunDirectory,
  jobId: string,
  request: ArchiveRequest,
): Promise<RestResponse> {
  return answerOfArchive(await archivedJobOf(runDirectory, jobId), request)
}
