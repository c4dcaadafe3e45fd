import { FlinkError } from '../core/errors/flink-error.js'
import type { CheckpointingStatistics } from '../rest/messages/checkpoint-messages.js'
import type { JobDetailsInfo } from '../rest/messages/job-messages.js'
import type { AggregatedMetricInfo, MetricInfo } from '../rest/messages/metric-messages.js'
import type { JobWatermarksInfo } from '../rest/messages/watermark-messages.js'
import { isEndState } from './job-overview.js'
import type { RestCaller } from './rest-caller.js'
import { notUnderstood, restClientOfJob } from './rest-client-of-job.js'
import type { RunDirectory } from './run-directory.js'
import { SessionAccess } from './session-access.js'
import type { SessionRestClient } from './session-rest-client.js'

export type { CheckpointingStatistics, CheckpointStatistics } from '../rest/messages/checkpoint-messages.js'
export type { JobDetailsInfo, JobVertexInfo } from '../rest/messages/job-messages.js'
export type { AggregatedMetricInfo } from '../rest/messages/metric-messages.js'
export type { JobWatermarksInfo, VertexWatermarksInfo } from '../rest/messages/watermark-messages.js'

/** Of the names in one question: a server takes no longer line. */
const LONGEST_QUESTION = 4000

export interface MetricValue {
  readonly name: string
  readonly value: string
}

/** What can be seen of one job that runs, of its own process over connections that are kept: for who looks again and again. */
export class JobInspector {
  readonly #client: RestCaller
  readonly #path: string
  readonly #timeoutMs: number

  private constructor(client: RestCaller, path: string, timeoutMs: number) {
    this.#client = client
    this.#path = path
    this.#timeoutMs = timeoutMs
  }

  /** JOB_NOT_FOUND, JOB_NOT_RUNNING or JOB_PROCESS_DIED where nobody speaks for the job. */
  static async of(runDirectory: RunDirectory, jobId: string, timeoutMs: number): Promise<JobInspector> {
    const client = await restClientOfJob(runDirectory, jobId, { action: 'other', connections: 'kept' })
    if (client === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    return new JobInspector(client, `/jobs/${jobId}`, timeoutMs)
  }

  /** Of a session, which answers for jobs that have ended as well. JOB_NOT_FOUND, JOB_NOT_RUNNING. */
  static async inSession(session: SessionRestClient, jobId: string, timeoutMs: number): Promise<JobInspector> {
    const inspector = new JobInspector(session, `/jobs/${jobId}`, timeoutMs)
    let state: string
    try {
      ;({ state } = await inspector.details())
    } catch (error) {
      throw await new SessionAccess(session, timeoutMs).endOf(error, jobId)
    }
    if (isEndState(state)) throw new FlinkError('JOB_NOT_RUNNING', { jobId, state })
    return inspector
  }

  details(): Promise<JobDetailsInfo> {
    return this.#ask<JobDetailsInfo>('', ({ vertices }) => Array.isArray(vertices))
  }

  checkpoints(): Promise<CheckpointingStatistics> {
    return this.#ask<CheckpointingStatistics>('/checkpoints', ({ history }) => Array.isArray(history))
  }

  /** The tasks are asked for it, and say their metrics on the way: what is read of these after it is of now. */
  watermarks(): Promise<JobWatermarksInfo> {
    return this.#ask<JobWatermarksInfo>('/watermarks', ({ vertices }) => Array.isArray(vertices))
  }

  /** Smallest, greatest, average and sum over the subtasks of a vertex; metrics that it does not have are left out. */
  aggregatedMetrics(vertexId: string, names: readonly string[]): Promise<readonly AggregatedMetricInfo[]> {
    const about = `/vertices/${vertexId}/subtasks/metrics?get=${names.map(encodeURIComponent).join(',')}`
    return this.#ask<readonly AggregatedMetricInfo[]>(about, Array.isArray)
  }

  /** Of the job as a whole: all of them, or those of these names that there are. */
  jobMetrics(names?: readonly string[]): Promise<MetricValue[]> {
    return names === undefined ? this.#allMetrics('/metrics') : this.#metrics('/metrics', names)
  }

  /** Of all subtasks of a vertex, by `<subtask>.<name>`. */
  vertexMetrics(vertexId: string): Promise<MetricValue[]> {
    return this.#allMetrics(`/vertices/${vertexId}/metrics`)
  }

  /** Names come without values: these are asked for by name. */
  async #allMetrics(about: string): Promise<MetricValue[]> {
    const names = await this.#ask<readonly MetricInfo[]>(about, Array.isArray)
    return this.#metrics(
      about,
      names.map(({ id }) => id),
    )
  }

  async #metrics(about: string, names: readonly string[]): Promise<MetricValue[]> {
    const values: MetricValue[] = []
    for (const some of inQuestions(names.map((name) => encodeURIComponent(name)))) {
      const answered = await this.#ask<readonly MetricInfo[]>(`${about}?get=${some.join(',')}`, Array.isArray)
      values.push(...answered.flatMap(({ id: name, value }) => (value === undefined ? [] : [{ name, value }])))
    }
    return values
  }

  async #ask<T>(about: string, isRight: (answer: Partial<T>) => boolean): Promise<T> {
    const answer = await this.#client.call({ method: 'GET', path: this.#path + about }, this.#timeoutMs)
    if (typeof answer === 'object' && answer !== null && isRight(answer)) return answer as T
    throw notUnderstood(this.#path.replace('/jobs/', ''))
  }
}

function inQuestions(names: readonly string[]): string[][] {
  const questions: string[][] = []
  let length = Infinity
  for (const name of names) {
    if (length + name.length > LONGEST_QUESTION) {
      questions.push([])
      length = 0
    }
    questions.at(-1)?.push(name)
    length += name.length + 1
  }
  return questions
}
