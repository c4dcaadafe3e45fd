import { FlinkError } from '../../core/errors/flink-error.js'
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
import type { ArchivedCheckpoint, JobArchive } from './job-archive.js'

/** Answers about a job that has ended, out of its archive. What only a living job can do is refused: JOB_NOT_RUNNING. */
export class ArchivedJobGateway implements JobsGateway {
  readonly #archive: JobArchive

  constructor(archive: JobArchive) {
    this.#archive = archive
  }

  details(): Promise<JobDetailsInfo> {
    return Promise.resolve(this.#archive.details)
  }

  async status(): Promise<string> {
    return this.#archive.details.state
  }

  async plan(): Promise<unknown> {
    return this.#archive.details.plan
  }

  async vertex(_jobId: string, vertexId: string): Promise<VertexReport> {
    const vertex = this.#archive.vertices.find(({ id }) => id === vertexId)
    if (vertex === undefined) throw new FlinkError('VERTEX_NOT_FOUND', { vertexId })
    return vertex
  }

  accumulatingVertex(jobId: string, vertexId: string): Promise<VertexReport> {
    return this.vertex(jobId, vertexId)
  }

  async vertexAccumulators(jobId: string, vertexId: string): Promise<readonly UserAccumulator[]> {
    const { subtasks } = await this.vertex(jobId, vertexId)
    const parts = subtasks.flatMap(({ current }) => current.accumulators)
    return this.#archive.vertexAccumulators?.[vertexId] ?? parts
  }

  async stacks(): Promise<undefined> {
    return undefined
  }

  async config(): Promise<JobConfigInfo> {
    return this.#archive.config
  }

  async environment(): Promise<EnvironmentInfo> {
    return this.#archive.environment ?? { jvm: { version: '', arch: '', options: [] }, classpath: [] }
  }

  async exceptions(_jobId: string, most: number): Promise<JobExceptionsInfo> {
    const { exceptions } = this.#archive
    const { entries } = exceptions.exceptionHistory
    if (entries.length <= most) return exceptions
    const all = exceptions['all-exceptions'].slice(0, most)
    const exceptionHistory = { entries: entries.slice(0, most), truncated: true }
    return { ...exceptions, 'all-exceptions': all, truncated: true, exceptionHistory }
  }

  async executionResult(): Promise<JobExecutionResultInfo> {
    return this.#archive.executionResult
  }

  /** Where nothing was kept its process has ended, and main with it. */
  async program(): Promise<JobProgramInfo> {
    return this.#archive.program ?? { status: { id: 'COMPLETED' } }
  }

  async accumulators(): Promise<JobAccumulatorsInfo> {
    return this.#archive.accumulators
  }

  async checkpoints(): Promise<CheckpointingStatistics> {
    return this.#archive.checkpoints ?? this.#refuse()
  }

  async checkpointConfig(): Promise<CheckpointConfigInfo> {
    return this.#archive.checkpointConfig ?? this.#refuse()
  }

  async checkpointDetails(_jobId: string, checkpointId: number): Promise<CheckpointStatisticsWithTasks> {
    return this.#checkpoint(checkpointId).statistics
  }

  async taskCheckpointDetails(
    _jobId: string,
    checkpointId: number,
    vertexId: string,
  ): Promise<TaskCheckpointStatisticsWithSubtaskDetails> {
    const task = this.#checkpoint(checkpointId).tasks[vertexId]
    if (task === undefined) throw new FlinkError('TASK_CHECKPOINT_STATISTICS_NOT_FOUND', { vertexId })
    return task
  }

  /** As in Flink: of a job that has ended there are none. */
  async metrics(): Promise<undefined> {
    return undefined
  }

  /** Nobody need be there any more for a job that has ended. */
  async clientHeartbeat(): Promise<void> {}

  /** What has been cancelled is so. */
  async cancel(jobId: string): Promise<void> {
    const { state } = this.#archive.details
    if (state !== 'CANCELED') throw new FlinkError('JOB_ALREADY_TERMINAL', { jobId, state })
  }

  checkSavepointDirectory(): void {
    this.#refuse()
  }

  overview = async (): Promise<never> => this.#refuse()
  grantSlots = async (): Promise<never> => this.#refuse()
  startOf = async (): Promise<never> => this.#refuse()
  prometheusText = async (): Promise<never> => this.#refuse()
  watermarks = async (): Promise<never> => this.#refuse()
  queryableStates = async (): Promise<never> => this.#refuse()
  queryState = async (): Promise<never> => this.#refuse()
  triggerSavepoint = async (): Promise<never> => this.#refuse()
  stopWithSavepoint = async (): Promise<never> => this.#refuse()
  triggerCheckpoint = async (): Promise<never> => this.#refuse()
  disposeSavepoint = async (): Promise<never> => this.#refuse()

  #checkpoint(checkpointId: number): ArchivedCheckpoint {
    const found = this.#archive.checkpointDetails.find(({ statistics }) => statistics.id === checkpointId)
    if (found === undefined) throw new FlinkError('CHECKPOINT_STATISTICS_NOT_FOUND', { checkpointId })
    return found
  }

  #refuse(): never {
    const { jobId, details } = this.#archive
    throw new FlinkError('JOB_NOT_RUNNING', { jobId, state: details.state })
  }
}
