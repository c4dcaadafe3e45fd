import type { JobsGateway } from '../jobs-gateway.js'
import type {
  CheckpointConfigInfo,
  CheckpointingStatistics,
  CheckpointStatisticsWithTasks,
  TaskCheckpointStatisticsWithSubtaskDetails,
} from '../messages/checkpoint-messages.js'
import type { EnvironmentInfo } from '../messages/process-messages.js'
import type {
  JobAccumulatorsInfo,
  JobConfigInfo,
  JobDetailsInfo,
  JobExceptionsInfo,
  JobExecutionResultInfo,
  JobProgramInfo,
} from '../messages/job-messages.js'
import type { UserAccumulator } from '../messages/vertex-messages.js'
import type { VertexReport } from '../vertices/vertex-report.js'

const VERSION = 1
/** A job of 6400 subtasks in ten checkpoints has twice as much: then the checkpoints of single subtasks are left out. */
const LIMIT_BYTES = 8 * 1024 * 1024

/** What a job has to say that has ended, of which its answers are made. Plain JSON. */
export interface JobArchive {
  readonly version: typeof VERSION
  readonly jobId: string
  readonly details: JobDetailsInfo
  readonly config: JobConfigInfo
  readonly environment: EnvironmentInfo | null
  readonly exceptions: JobExceptionsInfo
  readonly executionResult: JobExecutionResultInfo
  /** Absent in older archives. */
  readonly program?: JobProgramInfo
  readonly accumulators: JobAccumulatorsInfo
  readonly checkpoints: CheckpointingStatistics | null
  readonly checkpointConfig: CheckpointConfigInfo | null
  readonly checkpointDetails: readonly ArchivedCheckpoint[]
  readonly vertices: readonly VertexReport[]
  /** By vertex id, merged over its subtasks; absent in older archives. */
  readonly vertexAccumulators?: Readonly<Record<string, readonly UserAccumulator[]>>
}

export interface ArchivedCheckpoint {
  readonly statistics: CheckpointStatisticsWithTasks
  /** By vertex id. */
  readonly tasks: Readonly<Record<string, TaskCheckpointStatisticsWithSubtaskDetails>>
}

/** The text of the archive of a job: of all that is known of it, or of what there is room for. */
export async function archiveTextOf(
  gateway: JobsGateway,
  jobId: string,
  limitBytes: number = LIMIT_BYTES,
): Promise<string> {
  const archive = await archiveOf(gateway, jobId)
  const whole = JSON.stringify(archive)
  if (whole.length <= limitBytes) return whole
  const checkpointDetails = archive.checkpointDetails.map(({ statistics }) => ({ statistics, tasks: {} }))
  const shorter = JSON.stringify({ ...archive, checkpointDetails })
  if (shorter.length <= limitBytes) return shorter
  return JSON.stringify({ ...archive, checkpointDetails, vertices: [], vertexAccumulators: {} })
}

async function archiveOf(gateway: JobsGateway, jobId: string): Promise<JobArchive> {
  const details = await gateway.details(jobId)
  const checkpoints = await gateway.checkpoints(jobId)
  const vertexIds = details.vertices.map(({ id }) => id)
  return {
    version: VERSION,
    jobId,
    details,
    config: await gateway.config(jobId),
    environment: await gateway.environment(jobId),
    exceptions: await gateway.exceptions(jobId, Number.MAX_SAFE_INTEGER),
    executionResult: await gateway.executionResult(jobId),
    program: await gateway.program(jobId),
    accumulators: await gateway.accumulators(jobId),
    checkpoints,
    checkpointConfig: await gateway.checkpointConfig(jobId),
    checkpointDetails: await Promise.all(checkpoints.history.map(({ id }) => checkpointOf(gateway, jobId, id))),
    vertices: await Promise.all(vertexIds.map((vertexId) => gateway.vertex(jobId, vertexId))),
    vertexAccumulators: Object.fromEntries(
      await Promise.all(vertexIds.map(async (id) => [id, await gateway.vertexAccumulators(jobId, id)] as const)),
    ),
  }
}

async function checkpointOf(gateway: JobsGateway, jobId: string, checkpointId: number): Promise<ArchivedCheckpoint> {
  const statistics = await gateway.checkpointDetails(jobId, checkpointId)
  const tasks = Object.keys(statistics.tasks).map(
    async (vertexId) => [vertexId, await gateway.taskCheckpointDetails(jobId, checkpointId, vertexId)] as const,
  )
  return { statistics, tasks: Object.fromEntries(await Promise.all(tasks)) }
}

/** Whether a job may have written it. The user's own files are believed in what they say. */
export function isJobArchive(value: unknown, jobId: string): value is JobArchive {
  if (typeof value !== 'object' || value === null) return false
  const archive = value as Partial<Record<keyof JobArchive, unknown>>
  const isList = Array.isArray(archive.vertices) && Array.isArray(archive.checkpointDetails)
  const parts = [archive.details, archive.config, archive.exceptions, archive.executionResult, archive.accumulators]
  const areParts = parts.every((part) => typeof part === 'object' && part !== null)
  return archive.version === VERSION && archive.jobId === jobId && isList && areParts
}
