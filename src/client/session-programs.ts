import { FlinkError } from '../core/errors/flink-error.js'
import type {
  JobAccumulatorsInfo,
  JobDetailsInfo,
  JobExecutionResultInfo,
  JobProgramInfo,
} from '../rest/messages/job-messages.js'
import { isEndState, UNRESPONSIVE } from './job-overview.js'
import { remoteError } from './remote-failure.js'
import { refusalIn } from './rest-caller.js'
import { SessionAccess } from './session-access.js'
import type { SessionRestClient } from './session-rest-client.js'

/** The first look comes soon, and the later the longer between them, as of Flink's clients. */
const FIRST_LOOK_MS = 10
const LONGEST_PAUSE_MS = 2000
/** A session that is busy may take its time; where it does not answer at all the job is not waited for any longer. */
const ANSWER_TIMEOUT_MS = 60_000
/** A program that was sent for one run is removed after it; where that does not work it stays. */
const REMOVAL_TIMEOUT_MS = 10_000
/** The same for a command that was told to end. */
const LAST_REMOVAL_TIMEOUT_MS = 1000
const NO_JOB = 'No jobs included in application.'

/** How a program is to be run: `POST /jars/:id/run`. */
export interface RunOrder {
  readonly jobId: string
  readonly entryClass?: string | undefined
  readonly programArgsList: readonly string[]
  readonly flinkConfiguration: Readonly<Record<string, string>>
  readonly parallelism?: number | undefined
  readonly savepointPath?: string | undefined
  readonly allowNonRestoredState?: boolean | undefined
  readonly claimMode?: string | undefined
}

export interface SessionJobResult {
  readonly jobId: string
  readonly state: 'FINISHED'
  readonly netRuntimeMs: number
  /** Name, class and text of each. */
  readonly accumulators: JobAccumulatorsInfo['user-task-accumulators']
}

type ExecutionResult = NonNullable<JobExecutionResultInfo['job-execution-result']>

const END_STATUS: Readonly<Record<string, ExecutionResult['application-status']>> = {
  FINISHED: 'SUCCEEDED',
  CANCELED: 'CANCELED',
}

export interface SessionProgramsSettings {
  readonly sleep: (ms: number) => Promise<void>
  /** Nothing is waited for any more after it. */
  readonly signal?: AbortSignal
}

/** Programs that a session is to run, and what comes of them. */
export class SessionPrograms {
  readonly #session: SessionRestClient
  readonly #settings: SessionProgramsSettings
  /** What was sent is removed also after the signal. */
  readonly #remover: SessionRestClient

  constructor(session: SessionRestClient, settings: SessionProgramsSettings) {
    const { signal } = settings
    this.#session = signal === undefined ? session : session.until(signal)
    this.#settings = settings
    this.#remover = session
  }

  /** Sends the program and has it run; resolves when its job is accepted, with false where it has none. */
  async run(file: { readonly path: string; readonly name: string }, order: RunOrder): Promise<boolean> {
    const id = await this.#upload(file)
    try {
      await this.#session.call({ method: 'POST', path: `/jars/${id}/run`, body: order }, Infinity)
      return true
    } catch (error) {
      if (refusalIn(error)?.includes(NO_JOB) === true) return false
      throw error
    } finally {
      const removal = { method: 'DELETE', path: `/jars/${id}` } as const
      const timeoutMs = this.#settings.signal?.aborted === true ? LAST_REMOVAL_TIMEOUT_MS : REMOVAL_TIMEOUT_MS
      await Promise.allSettled([this.#remover.call(removal, timeoutMs)])
    }
  }

  /** Waits for the end of a job, as long as it takes. JOB_EXECUTION_FAILED, JOB_CANCELED. */
  async result(jobId: string): Promise<SessionJobResult> {
    const answer = await this.#untilAnswered(() => this.#endOf(jobId))
    switch (answer['application-status']) {
      case 'SUCCEEDED':
        break
      case 'CANCELED':
        throw new FlinkError('JOB_CANCELED', { jobId })
      case 'FAILED':
        throw new FlinkError(
          'JOB_EXECUTION_FAILED',
          { jobId },
          { cause: remoteError(answer['failure-cause']?.['stack-trace'] ?? '') },
        )
    }
    const accumulators = await this.#accumulators(jobId)
    return { jobId, state: 'FINISHED', netRuntimeMs: answer['net-runtime'], accumulators }
  }

  /**
   * Of a job that has finished: waits for the end of its main, which may go on; PROGRAM_FAILED_AFTER_JOB. What is not known (any more)
   * is no failure.
   */
  async programEnd(jobId: string, hasTime: () => boolean = () => true): Promise<void> {
    const end = await this.#untilAnswered(async () => {
      const program = await this.#programOf(jobId)
      return program.status?.id !== 'IN_PROGRESS' || !hasTime() ? program : undefined
    })
    const failure = end['failure-cause']
    if (failure === undefined) return
    throw new FlinkError('PROGRAM_FAILED_AFTER_JOB', { jobId }, { cause: remoteError(failure['stack-trace']) })
  }

  /** Waits until all tasks of a job run, or it has finished; returns its state. JOB_WAIT_TIMED_OUT by `leftMs`; its failure. */
  async running(jobId: string, hasTime: () => boolean): Promise<string> {
    const state = await this.#untilAnswered(async () => {
      const { state: reached, running, all } = await this.#tasks(jobId)
      if (isEndState(reached) || (reached === 'RUNNING' && running === all) || !hasTime()) return reached
      return undefined
    })
    // Says why.
    if (state === 'FAILED' || state === 'CANCELED') await this.result(jobId)
    return state
  }

  /** Without this by then, in epoch ms, the session cancels the job. Given up in time for another one. */
  async heartbeat(jobId: string, expiredTimestamp: number, patienceMs: number): Promise<void> {
    const path = `/jobs/${jobId}/clientHeartbeat`
    await this.#session.call(
      { method: 'PATCH', path, body: { expiredTimestamp } },
      Math.min(patienceMs, ANSWER_TIMEOUT_MS),
    )
  }

  /** Undefined while the job goes on. Of one that has ended while nobody looked the session may know no more than that. */
  async #endOf(jobId: string): Promise<ExecutionResult | undefined> {
    try {
      const answer = (await this.#get(`/jobs/${jobId}/execution-result`)) as Partial<JobExecutionResultInfo>
      if (answer.status?.id === 'IN_PROGRESS') return undefined
      return answer['job-execution-result'] ?? this.#saysNothing(`the end of job ${jobId}`)
    } catch (error) {
      if (refusalIn(error)?.includes(jobId) !== true) throw error
      const known = await new SessionAccess(this.#session, ANSWER_TIMEOUT_MS).listJobs(true)
      const job = known.find(({ jid }) => jid === jobId)
      if (job === undefined) throw error
      if (!isEndState(job.state)) return undefined
      const status = END_STATUS[job.state] ?? 'FAILED'
      return { id: jobId, 'application-status': status, 'net-runtime': job.duration, 'accumulator-results': {} }
    }
  }

  async #programOf(jobId: string): Promise<Partial<JobProgramInfo>> {
    try {
      return await this.#get(`/jobs/${jobId}/program`)
    } catch (error) {
      if (refusalIn(error) === undefined) throw error
      return {}
    }
  }

  async #upload(file: { readonly path: string; readonly name: string }): Promise<string> {
    // Whoever may not send anything is told before: an answer that comes while a long file is sent may be lost with its connection.
    await this.#get('/jars')
    const { filename } = ((await this.#session.upload('/jars/upload', file)) ?? {}) as { readonly filename?: unknown }
    if (typeof filename !== 'string') throw this.#session.notUnderstood('it takes no programs')
    return encodeURIComponent(filename.slice(filename.lastIndexOf('/') + 1))
  }

  async #tasks(jobId: string): Promise<{ readonly state: string; readonly running: number; readonly all: number }> {
    const { state = UNRESPONSIVE, vertices = [] } = (await this.#get(`/jobs/${jobId}`)) as Partial<JobDetailsInfo>
    let [running, all] = [0, 0]
    for (const { parallelism, tasks } of vertices) {
      running += (tasks['RUNNING'] ?? 0) + (tasks['FINISHED'] ?? 0)
      all += parallelism
    }
    return { state, running, all }
  }

  /** None where the session does not know them any more: the job has finished all the same. */
  async #accumulators(jobId: string): Promise<SessionJobResult['accumulators']> {
    try {
      const answer = (await this.#get(`/jobs/${jobId}/accumulators`)) as Partial<JobAccumulatorsInfo>
      return answer['user-task-accumulators'] ?? []
    } catch (error) {
      if (refusalIn(error) === undefined) throw error
      return []
    }
  }

  async #get(path: string): Promise<object> {
    const answer = await this.#session.call({ method: 'GET', path }, ANSWER_TIMEOUT_MS)
    if (typeof answer !== 'object' || answer === null) this.#saysNothing(path)
    return answer
  }

  #saysNothing(what: string): never {
    throw this.#session.notUnderstood(`of ${what} it says nothing`)
  }

  async #untilAnswered<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const answer = await look()
      if (answer !== undefined) return answer
      await this.#settings.sleep(pauseMs)
    }
  }
}
