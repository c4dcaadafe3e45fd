import type { JobMetrics } from './job-metrics.js'
import type {
  CheckpointConfigInfo,
  CheckpointingStatistics,
  CheckpointStatisticsWithTasks,
  TaskCheckpointStatisticsWithSubtaskDetails,
} from './messages/checkpoint-messages.js'
import type {
  JobAccumulatorsInfo,
  JobConfigInfo,
  JobDetailsInfo,
  JobExceptionsInfo,
  JobExecutionResultInfo,
  JobOverview,
  JobProgramInfo,
  JobStartInfo,
} from './messages/job-messages.js'
import type { QueryableStateMessage, StateQueryAnswer } from './messages/state-messages.js'
import type { EnvironmentInfo } from './messages/process-messages.js'
import type { UserAccumulator } from './messages/vertex-messages.js'
import type { JobWatermarksInfo } from './messages/watermark-messages.js'
import type { StacksReport } from './vertices/flame-graph.js'
import type { VertexReport } from './vertices/vertex-report.js'

/** Where a savepoint goes; undefined: the configured default. */
export interface SavepointRequest {
  readonly targetDirectory: string | undefined
  readonly cancelJob: boolean
}

export interface StopRequest {
  readonly targetDirectory: string | undefined
  readonly drain: boolean
}

/** Keys as the structured serializer writes them. */
export interface StateQuery {
  readonly name: string
  readonly keys: readonly Uint8Array[]
  readonly timeoutMs: number
}

/**
 * Everything that the handlers may ask of whoever runs jobs: a job process about its own, a session about all.
 * Methods throw FlinkErrors; JOB_NOT_FOUND where the job is not known.
 */
export interface JobsGateway {
  overview(): Promise<readonly JobOverview[]>
  status(jobId: string): Promise<string>
  startOf(jobId: string): Promise<JobStartInfo>
  details(jobId: string): Promise<JobDetailsInfo>
  plan(jobId: string): Promise<unknown>
  /** VERTEX_NOT_FOUND where the job has none of that id. */
  vertex(jobId: string, vertexId: string): Promise<VertexReport>
  /** The same with what its tasks have accumulated by now. */
  accumulatingVertex(jobId: string, vertexId: string): Promise<VertexReport>
  /** What the subtasks of a vertex accumulated, merged where that is possible. */
  vertexAccumulators(jobId: string, vertexId: string): Promise<readonly UserAccumulator[]>
  /** What the tasks of a vertex were seen at; undefined where that is not known yet. */
  stacks(jobId: string, vertexId: string): Promise<StacksReport | 'disabled' | undefined>
  config(jobId: string): Promise<JobConfigInfo>
  /** Of the process that has the job's master. */
  environment(jobId: string): Promise<EnvironmentInfo>
  /** The newest `most`. */
  exceptions(jobId: string, most: number): Promise<JobExceptionsInfo>
  checkpoints(jobId: string): Promise<CheckpointingStatistics>
  checkpointConfig(jobId: string): Promise<CheckpointConfigInfo>
  /** CHECKPOINT_STATISTICS_NOT_FOUND where the history does not have it. */
  checkpointDetails(jobId: string, checkpointId: number): Promise<CheckpointStatisticsWithTasks>
  /** TASK_CHECKPOINT_STATISTICS_NOT_FOUND where no such vertex takes part in it. */
  taskCheckpointDetails(
    jobId: string,
    checkpointId: number,
    vertexId: string,
  ): Promise<TaskCheckpointStatisticsWithSubtaskDetails>
  /** Undefined where the job is not known: its metrics are empty, not an error. */
  metrics(jobId: string): Promise<JobMetrics | undefined>
  /** Of all jobs that have not ended, in the text format of Prometheus. */
  prometheusText(): Promise<string>
  watermarks(jobId: string): Promise<JobWatermarksInfo>
  queryableStates(jobId: string): Promise<readonly QueryableStateMessage[]>
  queryState(jobId: string, query: StateQuery): Promise<StateQueryAnswer>
  executionResult(jobId: string): Promise<JobExecutionResultInfo>
  /** How the main that submitted it has ended. */
  program(jobId: string): Promise<JobProgramInfo>
  accumulators(jobId: string): Promise<JobAccumulatorsInfo>
  cancel(jobId: string): Promise<void>
  /** Of a job of a session that waits for its slots. */
  grantSlots(jobId: string): Promise<void>
  /** Whoever waits for the job says that he lives until then, epoch ms. Nothing where the job is not known. */
  clientHeartbeat(jobId: string, expiredTimestamp: number): Promise<void>
  /** Throws SAVEPOINT_DIRECTORY_MISSING at once when there is no directory to write to. */
  checkSavepointDirectory(jobId: string, targetDirectory: string | undefined, property: string): void
  triggerSavepoint(jobId: string, request: SavepointRequest): Promise<string>
  stopWithSavepoint(jobId: string, request: StopRequest): Promise<string>
  triggerCheckpoint(jobId: string): Promise<number>
  disposeSavepoint(path: string): Promise<void>
}
