import { deserializeError, type SerializedError } from '../core/errors/error-codec.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type {
  QueryableStateMessage,
  QueryableStatesInfo,
  StateQueryAnswer,
  StateQueryRequest,
} from '../rest/messages/state-messages.js'
import type { JobDirectoryEntry } from './job-directory-entry.js'
import { areQueryableStates } from './queryable-state-messages.js'
import { RestClient } from './rest-client.js'
import { notUnderstood } from './rest-client-of-job.js'
import type { RunDirectory } from './run-directory.js'

/** What a job needs beyond the time that its tasks have. */
const ANSWER_MARGIN_MS = 5_000

/** `gone`: its process died; what it left is known. `ended`: it said itself what it left. */
export type JobAnswer =
  | StateQueryAnswer
  | { readonly source: 'gone'; readonly state: QueryableStateMessage; readonly checkpoints: string }
  | (Omit<Extract<StateQueryAnswer, { readonly source: 'none' }>, 'source'> & { readonly source: 'ended' })

export interface JobQuestion {
  readonly name: string
  /** base64 */
  readonly keys: readonly string[]
  readonly timeoutMs: number
}

/** The jobs of a run directory, as far as their state is asked about. */
export class StateJobs {
  readonly #runDirectory: RunDirectory
  /** They are asked again without a look whether they live, and by the same connections, however many ask at once. */
  readonly #clients = new Map<string, Promise<RestClient | undefined>>()

  constructor(runDirectory: RunDirectory) {
    this.#runDirectory = runDirectory
  }

  async ask(jobId: string, question: JobQuestion): Promise<JobAnswer> {
    for (let isFirst = true; ; isFirst = false) {
      const found = this.#clientOf(jobId)
      const client = await found
      if (client === undefined) return this.#leftBy(jobId, question.name)
      try {
        return await answerOf(client, jobId, question)
      } catch (error) {
        // Its process may have died since it was found, or while it was asked: what it left answers then.
        if (!isFirst || !FlinkError.is(error, 'CONTROL_SOCKET_FAILED')) throw error
        this.#forget(jobId, found)
      }
    }
  }

  #clientOf(jobId: string): Promise<RestClient | undefined> {
    const known = this.#clients.get(jobId)
    if (known !== undefined) return known
    const found = this.#find(jobId)
    this.#clients.set(jobId, found)
    const forgetUnlessFound = (client?: RestClient): void => {
      if (client === undefined) this.#forget(jobId, found)
    }
    found.then(forgetUnlessFound, () => {
      forgetUnlessFound()
    })
    return found
  }

  async #find(jobId: string): Promise<RestClient | undefined> {
    const entry = await this.#runDirectory.find(jobId)
    return entry && new RestClient(entry, 'kept')
  }

  #forget(jobId: string, found: Promise<RestClient | undefined>): void {
    if (this.#clients.get(jobId) === found) this.#clients.delete(jobId)
  }

  /**
   * The job that has a state of this name: one that lives before one that died or has ended. QUERYABLE_STATE_AMBIGUOUS where several do,
   * undefined where none does.
   */
  async jobWith(name: string): Promise<string | undefined> {
    const living = await this.#runDirectory.livingJobs()
    const asked = living.map(async (entry) => ((await this.#hasState(entry, name)) ? [entry.jobId] : []))
    const found = (await Promise.all(asked)).flat()
    if (found.length > 1) throw ambiguous(name, found)
    if (found[0] !== undefined) return found[0]
    const left = (await this.#runDirectory.archivedJobs())
      .filter(({ died, left }) => (died ?? left)?.queryableStates?.some((state) => state.name === name))
      .toSorted((one, other) => other['start-time'] - one['start-time'])
    return left[0]?.jid
  }

  async #hasState(entry: JobDirectoryEntry, name: string): Promise<boolean> {
    if (entry.queryableStates?.some((state) => state.name === name) === true) return true
    const call = { method: 'GET', path: `/jobs/${entry.jobId}/queryable-states` } as const
    try {
      const answer = await new RestClient(entry).call(call, ANSWER_MARGIN_MS)
      const states = (answer as Partial<QueryableStatesInfo> | null)?.['queryable-states']
      return areQueryableStates(states) && states.some((state) => state.name === name)
    } catch (error) {
      // It has ended meanwhile, or does not know of such states.
      if (FlinkError.is(error)) return false
      throw error
    }
  }

  async #leftBy(jobId: string, name: string): Promise<JobAnswer> {
    const archived = await this.#runDirectory.archivedJob(jobId)
    if (archived === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    const { died, left, state: status } = archived
    const states = (died ?? left)?.queryableStates ?? []
    const state = states.find((each) => each.name === name)
    if (state === undefined) {
      const names =
        states.length === 0 ? 'No such state of it is known.' : `It had: ${states.map((each) => each.name).join(', ')}.`
      const end = died === undefined ? `It is ${status}.` : 'Its process has died.'
      throw new FlinkError('QUERYABLE_STATE_UNKNOWN', { jobId, name, advice: `${end} ${names}` })
    }
    if (died === undefined) {
      return { source: 'ended', state, reason: `the job is ${status}`, checkpoint: left?.checkpoint ?? null }
    }
    const reason = 'its process has died, and it left no checkpoints in a directory of its own'
    if (died.checkpoints === undefined)
      throw new FlinkError('STATE_NOT_AVAILABLE', { jobId, name, reason, advice: 'Start the job again.' })
    return { source: 'gone', state, checkpoints: died.checkpoints }
  }
}

async function answerOf(client: RestClient, jobId: string, question: JobQuestion): Promise<StateQueryAnswer> {
  const { name, keys, timeoutMs } = question
  const body: StateQueryRequest = { name, keys, 'timeout-ms': timeoutMs }
  const call = { method: 'POST', path: `/jobs/${jobId}/queryable-states`, body } as const
  const answer = (await client.call(call, timeoutMs + ANSWER_MARGIN_MS)) as
    (Partial<Record<'source' | 'state', unknown>> & { readonly failure?: SerializedError }) | null
  if (answer?.failure !== undefined) throw deserializeError(answer.failure)
  const isAnswer = (answer?.source === 'job' || answer?.source === 'none') && areQueryableStates([answer.state])
  if (isAnswer) return answer as unknown as StateQueryAnswer
  throw notUnderstood(jobId)
}

function ambiguous(name: string, jobs: readonly string[]): FlinkError {
  return new FlinkError('QUERYABLE_STATE_AMBIGUOUS', { name, jobs: jobs.join(', ') })
}
