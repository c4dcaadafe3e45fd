import { hostname } from 'node:os'
import { SavepointOptions } from '../core/config/savepoint-options.js'
import type { Configuration } from '../core/config/configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { TaskManagerPlace } from '../core/ids/task-manager-id.js'
import type { Clock } from '../core/time/clock.js'
import { renderJsonPlan } from '../graph/json-plan.js'
import type { JobGraph } from '../graph/job-graph.js'
import type { JobMetrics } from '../rest/job-metrics.js'
import type { JobsGateway, SavepointRequest, StateQuery, StopRequest } from '../rest/jobs-gateway.js'
import type {
  CheckpointConfigInfo,
  CheckpointingStatistics,
  CheckpointStatisticsWithTasks,
  TaskCheckpointStatisticsWithSubtaskDetails,
} from '../rest/messages/checkpoint-messages.js'
import type {
  JobAccumulatorsInfo,
  JobConfigInfo,
  JobDetailsInfo,
  JobExceptionsInfo,
  JobExecutionResultInfo,
  JobOverview,
  JobProgramInfo,
  JobStartInfo,
} from '../rest/messages/job-messages.js'
import type { EnvironmentInfo } from '../rest/messages/process-messages.js'
import type { QueryableStateMessage, StateQueryAnswer } from '../rest/messages/state-messages.js'
import type { UserAccumulator } from '../rest/messages/vertex-messages.js'
import type { JobWatermarksInfo } from '../rest/messages/watermark-messages.js'
import type { StacksReport } from '../rest/vertices/flame-graph.js'
import type { VertexReport } from '../rest/vertices/vertex-report.js'
import type { CheckpointDetails } from '../runtime/jobmanager/checkpoint/checkpoint-statistics.js'
import type { JobMaster, JobOutcome } from '../runtime/jobmanager/jobmaster/job-master.js'
import type { VertexDetails } from '../runtime/jobmanager/jobmaster/job-details.js'
import { AccumulatorAnswers } from './accumulator-answers.js'
import { ClientHeartbeats } from './client-heartbeats.js'
import { checkpointConfigInfoOf } from './checkpoint-config-info-of.js'
import {
  checkpointingStatisticsOf,
  checkpointStatisticsWithTasksOf,
  taskStatisticsWithSubtasksOf,
} from './checkpoint-messages-of.js'
import { environmentInfo } from './environment-info.js'
import { jobExceptionsInfoOf } from './job-exceptions-info-of.js'
import { jobMetricsOf } from './job-metrics-of.js'
import { jobConfigInfoOf, jobDetailsInfoOf, jobExecutionResultInfoOf, jobOverviewOf } from './job-messages-of.js'
import { reportedJobs } from './reported-job-of.js'
import { queryableStateMessageOf, stateQueryAnswerOf } from './queryable-states-of.js'
import type { SlotGate } from './slot-gate.js'
import { attemptPlaceOf, vertexReportOf } from './vertex-report-of.js'
import type { UidWarning } from './uid-warning.js'
import { jobWatermarksInfoOf } from './job-watermarks-of.js'

/** How the program of a job process was started. */
export type JobStart = Omit<JobStartInfo, 'jobs'>

/** A job of this process: its master, its plan, and how it ended once it has. */
export interface HostedJob {
  readonly master: JobMaster
  readonly jobGraph: JobGraph
  readonly configuration: Configuration
  readonly uids: UidWarning
  /** Of a job of a session. */
  readonly slots?: SlotGate | undefined
  outcome: JobOutcome | undefined
}

/** Answers the control server of a job process about the jobs of this process. */
export class JobProcessGateway implements JobsGateway {
  readonly #jobs: ReadonlyMap<string, HostedJob>
  readonly #clock: Clock
  readonly #configuration: Configuration
  readonly #start: JobStart
  readonly #deleteSnapshot: (path: string) => Promise<void>
  readonly #program: () => JobProgramInfo
  readonly #place: TaskManagerPlace = { host: hostname(), pid: process.pid }
  readonly #heartbeats: ClientHeartbeats
  readonly #accumulators = new AccumulatorAnswers()

  constructor(services: {
    readonly jobs: ReadonlyMap<string, HostedJob>
    readonly clock: Clock
    /** Of files and command line; a job's own may add a savepoint directory. */
    readonly configuration: Configuration
    readonly start: JobStart
    readonly deleteSnapshot: (path: string) => Promise<void>
    readonly program: () => JobProgramInfo
  }) {
    this.#jobs = services.jobs
    this.#clock = services.clock
    this.#configuration = services.configuration
    this.#start = services.start
    this.#deleteSnapshot = services.deleteSnapshot
    this.#program = services.program
    this.#heartbeats = new ClientHeartbeats(services.clock, (jobId) => {
      this.#jobs.get(jobId)?.master.cancelForGood()
    })
  }

  overview(): Promise<readonly JobOverview[]> {
    const now = this.#clock.now()
    return Promise.resolve([...this.#jobs.values()].map((job) => jobOverviewOf(job.master.details(), now)))
  }

  status(jobId: string): Promise<string> {
    return this.#with(jobId, (job) => job.master.status)
  }

  startOf(jobId: string): Promise<JobStartInfo> {
    return this.#with(jobId, () => ({ ...this.#start, jobs: this.#jobs.size }))
  }

  details(jobId: string): Promise<JobDetailsInfo> {
    return this.#with(jobId, (job) => {
      const details = job.master.details()
      const reports = details.vertices.map((vertex) => this.#report(job, vertex))
      return jobDetailsInfoOf(details, reports, { plan: renderJsonPlan(job.jobGraph, jobId), now: this.#clock.now() })
    })
  }

  plan(jobId: string): Promise<unknown> {
    return this.#with(jobId, (job) => renderJsonPlan(job.jobGraph, jobId))
  }

  vertex(jobId: string, vertexId: string): Promise<VertexReport> {
    return this.#with(jobId, (job) => this.#vertexOf(job, vertexId))
  }

  async accumulatingVertex(jobId: string, vertexId: string): Promise<VertexReport> {
    const job = this.#find(jobId)
    vertexDetailsOf(job, vertexId)
    return this.#accumulators.ofSubtasks(job.master, vertexId, () => this.#vertexOf(job, vertexId))
  }

  async vertexAccumulators(jobId: string, vertexId: string): Promise<readonly UserAccumulator[]> {
    const job = this.#find(jobId)
    vertexDetailsOf(job, vertexId)
    return this.#accumulators.ofVertex(job.master, vertexId)
  }

  stacks(jobId: string, vertexId: string): Promise<StacksReport | 'disabled' | undefined> {
    return this.#with(jobId, ({ master }) => master.stacks(vertexId))
  }

  environment(jobId: string): Promise<EnvironmentInfo> {
    return this.#with(jobId, environmentInfo)
  }

  config(jobId: string): Promise<JobConfigInfo> {
    return this.#with(jobId, (job) => jobConfigInfoOf(job.master.details()))
  }

  exceptions(jobId: string, most: number): Promise<JobExceptionsInfo> {
    const place = attemptPlaceOf(this.#place, jobId)
    return this.#with(jobId, ({ master }) => jobExceptionsInfoOf(master.details(), { most, place }))
  }

  checkpoints(jobId: string): Promise<CheckpointingStatistics> {
    return this.#with(jobId, (job) => checkpointingStatisticsOf(job.master.details()))
  }

  checkpointConfig(jobId: string): Promise<CheckpointConfigInfo> {
    return this.#with(jobId, ({ configuration, jobGraph }) => checkpointConfigInfoOf(configuration, jobGraph))
  }

  checkpointDetails(jobId: string, checkpointId: number): Promise<CheckpointStatisticsWithTasks> {
    return this.#with(jobId, (job) =>
      checkpointStatisticsWithTasksOf(job.master.details(), checkpointOf(job, checkpointId)),
    )
  }

  taskCheckpointDetails(
    jobId: string,
    checkpointId: number,
    vertexId: string,
  ): Promise<TaskCheckpointStatisticsWithSubtaskDetails> {
    return this.#with(jobId, (job) => {
      const { record, tasks } = checkpointOf(job, checkpointId)
      const task = tasks.find((each) => each.vertexId === vertexId)
      if (task === undefined) throw new FlinkError('TASK_CHECKPOINT_STATISTICS_NOT_FOUND', { vertexId })
      return taskStatisticsWithSubtasksOf(record, task)
    })
  }

  metrics(jobId: string): Promise<JobMetrics | undefined> {
    const job = this.#jobs.get(jobId)
    if (job === undefined) return Promise.resolve(undefined)
    return Promise.resolve(jobMetricsOf(job.master.details(), job.master.taskMetrics(), this.#clock.now()))
  }

  async prometheusText(): Promise<string> {
    const [{ prometheusText }, { samplesOfJob }] = await Promise.all([
      import('../reporters/prometheus-text.js'),
      import('../reporters/samples-of-job.js'),
    ])
    const samples = reportedJobs(this.#jobs.values(), this.#clock.now()).flatMap(samplesOfJob)
    return prometheusText(samples, { filterLabelValueCharacters: true })
  }

  async watermarks(jobId: string): Promise<JobWatermarksInfo> {
    const { master } = this.#find(jobId)
    const vertices = await master.watermarks()
    return jobWatermarksInfoOf(master.details(), vertices ?? [], this.#clock.now())
  }

  queryableStates(jobId: string): Promise<readonly QueryableStateMessage[]> {
    return this.#with(jobId, ({ master }) => master.queryableStates().map(queryableStateMessageOf))
  }

  async queryState(jobId: string, query: StateQuery): Promise<StateQueryAnswer> {
    return stateQueryAnswerOf(await this.#find(jobId).master.queryState(query))
  }

  executionResult(jobId: string): Promise<JobExecutionResultInfo> {
    return this.#with(jobId, ({ outcome }) => jobExecutionResultInfoOf(jobId, outcome))
  }

  program(jobId: string): Promise<JobProgramInfo> {
    return this.#with(jobId, () => this.#program())
  }

  async accumulators(jobId: string): Promise<JobAccumulatorsInfo> {
    return this.#accumulators.ofJob(this.#find(jobId).master)
  }

  /** Of a job that has ended, or is none of this process, as well. */
  clientHeartbeat(jobId: string, expiredTimestamp: number): Promise<void> {
    const job = this.#jobs.get(jobId)
    if (job !== undefined && job.outcome === undefined) {
      this.#heartbeats.heard(jobId, expiredTimestamp)
      void job.master.outcome.then(() => {
        this.#heartbeats.forget(jobId)
      })
    }
    return Promise.resolve()
  }

  cancel(jobId: string): Promise<void> {
    return this.#with(jobId, ({ master }) => {
      const { status: state } = master
      if (state === 'FINISHED' || state === 'FAILED') throw new FlinkError('JOB_ALREADY_TERMINAL', { jobId, state })
      master.cancelForGood()
    })
  }

  grantSlots(jobId: string): Promise<void> {
    return this.#with(jobId, ({ slots }) => {
      slots?.grant()
    })
  }

  checkSavepointDirectory(jobId: string, targetDirectory: string | undefined, property: string): void {
    const target = targetDirectory ?? this.#configuredDirectoryOf(this.#jobs.get(jobId))
    if (target === undefined) throw new FlinkError('SAVEPOINT_DIRECTORY_MISSING', { property })
  }

  async triggerSavepoint(jobId: string, request: SavepointRequest): Promise<string> {
    const job = this.#find(jobId)
    const target = this.#targetOf(job, request.targetDirectory)
    job.uids.snapshotTaken()
    return job.master.triggerSavepoint(target, request.cancelJob ? 'cancel' : undefined)
  }

  async stopWithSavepoint(jobId: string, request: StopRequest): Promise<string> {
    const job = this.#find(jobId)
    const target = this.#targetOf(job, request.targetDirectory)
    job.uids.snapshotTaken()
    return job.master.stopWithSavepoint(target, request.drain ? 'drain' : 'suspend')
  }

  async triggerCheckpoint(jobId: string): Promise<number> {
    return this.#find(jobId).master.triggerCheckpoint()
  }

  disposeSavepoint(path: string): Promise<void> {
    return this.#deleteSnapshot(path)
  }

  #vertexOf(job: HostedJob, vertexId: string): VertexReport {
    return this.#report(job, vertexDetailsOf(job, vertexId))
  }

  #report({ master }: HostedJob, vertex: VertexDetails): VertexReport {
    const { jobId } = master
    return vertexReportOf(vertex, {
      reports: master.taskMetrics().reports,
      place: attemptPlaceOf(this.#place, jobId),
      earlierOf: (vertexId, subtaskIndex) => master.endedAttempts(vertexId, subtaskIndex),
    })
  }

  #targetOf(job: HostedJob, targetDirectory: string | undefined): string {
    const target = targetDirectory ?? this.#configuredDirectoryOf(job)
    if (target === undefined) throw new FlinkError('SAVEPOINT_DIRECTORY_MISSING', { property: 'target-directory' })
    return target
  }

  /** A job's own wins over that of files and command line. */
  #configuredDirectoryOf(job: HostedJob | undefined): string | undefined {
    const own = job?.configuration.getOptional(SavepointOptions.SAVEPOINT_DIRECTORY)
    return own ?? this.#configuration.getOptional(SavepointOptions.SAVEPOINT_DIRECTORY)
  }

  #find(jobId: string): HostedJob {
    const job = this.#jobs.get(jobId)
    if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    return job
  }

  /** Promise-valued so that a missing job rejects instead of throwing past the handler's await. */
  async #with<T>(jobId: string, read: (job: HostedJob) => T): Promise<T> {
    return Promise.resolve(read(this.#find(jobId)))
  }
}

function vertexDetailsOf({ master }: HostedJob, vertexId: string): VertexDetails {
  const vertex = master.details().vertices.find(({ id }) => id === vertexId)
  if (vertex === undefined) throw new FlinkError('VERTEX_NOT_FOUND', { vertexId })
  return vertex
}

function checkpointOf({ master }: HostedJob, checkpointId: number): CheckpointDetails {
  const details = master.checkpointDetails(checkpointId)
  if (details === undefined) throw new FlinkError('CHECKPOINT_STATISTICS_NOT_FOUND', { checkpointId })
  return details
}
