// Duty: state of the tasks of one attempt that is asked about from outside: which there is, and the questions under way.
// Invariants: a name belongs to one state; another state of that name fails the attempt. A query settles exactly once: with
// the task's answer, after its time, or when its task runs no more; a later answer is passed over. Nothing waits for a query.
// Thread: main thread.
import { deserializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import { encodeKey, hashKey, InvalidKeyError, type KeyKind } from '../../../core/keygroups/canonical-key.js'
import { keyGroupForHash, operatorIndexForKeyGroup } from '../../../core/keygroups/key-group-assignment.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { Clock } from '../../../core/time/clock.js'
import { durationText } from '../../../core/time/duration-text.js'
import { structuredSerializer } from '../../../core/types/structured-serializer.js'
import type { MasterToWorker } from '../../protocol/master-to-worker.js'
import type {
  QueryableStateInfo,
  QueryableStateRegistered,
  StateAnswer,
  StateQueried,
} from '../../protocol/state-queries.js'
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'
import type { Execution } from '../executiongraph/execution.js'

/** Of all values of an answer: what the JobMaster makes into one text. */
const LIMIT_BYTES = 16 * 1024 * 1024
/** Tasks that are asked at a time: whoever asks without waiting for answers does not fill the memory. */
const MOST_UNDER_WAY = 1000

export interface StateQuery {
  readonly name: string
  /** As the structured serializer writes them. */
  readonly keys: readonly Uint8Array[]
  readonly timeoutMs: number
}

/** `unavailable`: the tasks that know do not run. `unknown`: no task has told of such a state. */
export type StateQueryResult =
  | {
      readonly kind: 'values'
      readonly info: QueryableStateInfo
      readonly values: readonly (Uint8Array | undefined)[]
    }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'unknown' }

export interface StateQueriesInput {
  readonly executions: ExecutionGraph
  readonly clock: Clock
  readonly sendTo: (execution: Execution, message: MasterToWorker) => void
  readonly failAttempt: (error: Error) => void
  readonly onRegistered: (info: QueryableStateInfo) => void
}

type Settled = StateAnswer | { readonly kind: 'unavailable'; readonly reason: string } | { readonly kind: 'timed-out' }

interface Registered {
  readonly info: QueryableStateInfo
  readonly vertexId: string
}

interface Question {
  readonly execution: Execution
  readonly settle: (settled: Settled) => void
}

/** The keys of one subtask, and which of those that were asked for they are. */
interface Share {
  readonly subtask: number
  readonly keys: string[]
  readonly places: number[]
}

export class StateQueries {
  readonly #input: StateQueriesInput
  readonly #registered = new Map<string, Registered>()
  readonly #questions = new Map<number, Question>()
  #lastId = 0

  constructor(input: StateQueriesInput) {
    this.#input = input
  }

  registered({ executionId, info }: QueryableStateRegistered): void {
    const { executions, failAttempt, onRegistered } = this.#input
    const execution = executions.find(executionId)
    if (execution === undefined) return
    const known = this.#registered.get(info.name)?.info
    if (known === undefined) {
      this.#registered.set(info.name, { info, vertexId: execution.vertex.id })
      onRegistered(info)
    } else if (known.operatorId !== info.operatorId || known.state.name !== info.state.name) {
      const [first, second] = [known, info].map(({ state, operatorName }) => `${state.name}' of '${operatorName}`)
      failAttempt(new FlinkError('QUERYABLE_NAME_TAKEN', { name: info.name, first: first ?? '', second: second ?? '' }))
    }
  }

  /** One of an earlier attempt may come after questions of this one: numbers begin anew with each. */
  answered({ executionId, answered }: StateQueried): void {
    for (const { queryId, answer } of answered) {
      const question = this.#questions.get(queryId)
      if (question?.execution.id === executionId) question.settle(answer)
    }
  }

  /** Whoever runs no more gives no answer. */
  executionMoved(execution: Execution): void {
    if (execution.state === 'RUNNING') return
    for (const question of [...this.#questions.values()]) {
      if (question.execution === execution) question.settle(notRunning(execution))
    }
  }

  /** @throws FlinkError STATE_QUERY_INVALID, STATE_QUERY_TIMED_OUT, STATE_ANSWER_TOO_LARGE, and what a task failed with. */
  async query(query: StateQuery): Promise<StateQueryResult> {
    const registered = this.#registered.get(query.name)
    if (registered === undefined) return { kind: 'unknown' }
    const asked = this.#sharesOf(query, registered).map(async (share) => {
      return { share, answer: await this.#ask(query, registered, share) }
    })
    const settled = await Promise.all(asked)
    const values = new Array<Uint8Array | undefined>(query.keys.length).fill(undefined)
    let sizeBytes = 0
    for (const { share, answer } of settled) {
      if (answer.kind === 'unavailable') return answer
      if (answer.kind === 'failed') throw deserializeError(answer.error)
      if (answer.kind === 'timed-out') throw this.#timedOut(query, registered, share)
      if (answer.kind === 'not-made') return this.#notMade(registered, share)
      for (const [at, value] of answer.values.entries()) {
        if (value === undefined) continue
        values[share.places[at] ?? 0] = Buffer.from(value, 'latin1')
        sizeBytes += value.length
      }
    }
    if (sizeBytes > LIMIT_BYTES) {
      throw new FlinkError('STATE_ANSWER_TOO_LARGE', { name: query.name, limitBytes: LIMIT_BYTES })
    }
    return { kind: 'values', info: registered.info, values }
  }

  #sharesOf({ name, keys }: StateQuery, { info, vertexId }: Registered): Share[] {
    const { keyKind, maxParallelism } = info
    const { parallelism } = this.#input.executions.vertex(vertexId)
    const shares = new Map<number, Share>()
    for (const [place, bytes] of keys.entries()) {
      const { key, canonical } = keyOf(bytes, keyKind, name)
      const keyGroup = keyGroupForHash(hashKey(key, keyKind), maxParallelism)
      const subtask = operatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup)
      const share = shares.get(subtask) ?? { subtask, keys: [], places: [] }
      share.keys.push(canonical)
      share.places.push(place)
      shares.set(subtask, share)
    }
    return [...shares.values()]
  }

  #ask({ name, timeoutMs }: StateQuery, { vertexId }: Registered, { subtask, keys }: Share): Promise<Settled> {
    const { executions, clock, sendTo } = this.#input
    const execution = executions.execution(vertexId, subtask)
    if (execution.state !== 'RUNNING') return Promise.resolve(notRunning(execution))
    if (this.#questions.size >= MOST_UNDER_WAY) {
      const reason = `${String(MOST_UNDER_WAY)} questions about the job's state are under way`
      return Promise.resolve({ kind: 'unavailable', reason })
    }
    this.#lastId += 1
    const queryId = this.#lastId
    return new Promise((resolve) => {
      const settle = (settled: Settled): void => {
        timer.cancel()
        this.#questions.delete(queryId)
        resolve(settled)
      }
      const timer = clock.setTimer(timeoutMs, () => {
        settle({ kind: 'timed-out' })
      })
      this.#questions.set(queryId, { execution, settle })
      sendTo(execution, {
        type: 'query-state',
        executionId: execution.id,
        queryId,
        name,
        keys,
        limitBytes: LIMIT_BYTES,
      })
    })
  }

  #notMade({ vertexId }: Registered, { subtask }: Share): StateQueryResult {
    const { taskNameWithSubtask } = this.#input.executions.execution(vertexId, subtask)
    const reason = `${taskNameWithSubtask} has not asked for the state since it was restored, which it does at a record`
    return { kind: 'unavailable', reason }
  }

  #timedOut({ name, timeoutMs }: StateQuery, { vertexId }: Registered, { subtask }: Share): FlinkError {
    const { taskNameWithSubtask: task } = this.#input.executions.execution(vertexId, subtask)
    return new FlinkError('STATE_QUERY_TIMED_OUT', { name, timeout: durationText(timeoutMs), task })
  }
}

function notRunning({ taskNameWithSubtask, state }: Execution): Settled {
  return { kind: 'unavailable', reason: `${taskNameWithSubtask} is ${state}` }
}

function keyOf(
  bytes: Uint8Array,
  keyKind: KeyKind,
  name: string,
): { readonly key: unknown; readonly canonical: string } {
  const output = new DataOutputView(32)
  try {
    const key = structuredSerializer().deserialize(new DataInputView(bytes))
    encodeKey(key, keyKind, output)
    return { key, canonical: output.toLatin1() }
  } catch (cause) {
    const reason =
      cause instanceof InvalidKeyError ? `a key of it, ${cause.message}` : `a key cannot be read: ${messageOf(cause)}`
    throw new FlinkError('STATE_QUERY_INVALID', { name, reason }, { cause })
  }
}
