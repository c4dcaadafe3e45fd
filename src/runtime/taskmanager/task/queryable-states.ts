// Duty: the states of a task that may be asked about from outside, and the answers.
// Invariants: state is read as mail, between two records, with no key set. Queries, however many, take the thread for a slice and let
// records come before the next one, so the values of one are not all of one moment. No value is written beyond the limit of
// its query. What fails is told to whoever asks and to nobody else: the task goes on.
// Thread: the task's worker.
import { serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { decodeKey, hashKey, type KeyKind } from '../../../core/keygroups/canonical-key.js'
import { DataInputView } from '../../../core/memory/data-input-view.js'
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { Clock } from '../../../core/time/clock.js'
import type { AnsweredQuery, QueryState, StateAnswer } from '../../protocol/state-queries.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'
import type { QueryableStates } from '../operators/queryable-states.js'
import type { QueryableState } from '../state/queryable-state.js'
import type { TaskControl } from './task-control.js'

/** As long as a step of a task is meant to be. */
const SLICE_MS = 1
/** Memory for one value is kept for the next one up to here. */
const KEPT_BYTES = 1024 * 1024

export interface TaskQueryableStatesInput {
  readonly executionId: string
  readonly maxParallelism: number
  /** The task goes on from a snapshot, which may have states that nobody has asked for yet. */
  readonly isRestored: boolean
  readonly control: Pick<TaskControl, 'mailbox' | 'life'>
  readonly clock: Clock
  readonly send: (message: WorkerToMaster) => void
}

interface Registered {
  readonly state: QueryableState
  readonly keyKind: KeyKind
}

/** A query, and what was read for it so far. */
interface Question {
  readonly query: QueryState
  readonly values: (string | undefined)[]
  sizeBytes: number
}

export class TaskQueryableStates implements QueryableStates {
  readonly #input: TaskQueryableStatesInput
  readonly #states = new Map<string, Registered>()
  /** There is mail while there are any. */
  readonly #waiting: Question[] = []
  #reading: Question | undefined
  #output: DataOutputView = this.#newOutput()

  constructor(input: TaskQueryableStatesInput) {
    this.#input = input
  }

  /** Two of one name are told as they are: the JobMaster knows those of other tasks, too. */
  register(
    owner: { readonly operatorId: string; readonly operatorName: string; readonly keyKind: KeyKind },
    state: QueryableState,
  ): void {
    const { executionId, maxParallelism, send } = this.#input
    const { queryableName: name, metadata } = state
    if (!this.#states.has(name)) this.#states.set(name, { state, keyKind: owner.keyKind })
    const info = { ...owner, name, state: metadata, maxParallelism }
    send({ type: 'queryable-state-registered', executionId, info })
  }

  arrived(query: QueryState): void {
    this.#waiting.push({ query, values: [], sizeBytes: 0 })
    if (this.#waiting.length === 1) this.#putMail()
  }

  #putMail(): void {
    this.#input.control.mailbox.put(() => {
      this.#answerForSlice()
    })
  }

  /** One message takes as long as the reading of dozens of values. */
  #answerForSlice(): void {
    const { clock, executionId, send } = this.#input
    const endMs = clock.monotonicMs() + SLICE_MS
    const answered: AnsweredQuery[] = []
    do {
      const question = this.#waiting.shift()
      if (question === undefined) break
      const answer = this.#answerOf(question, endMs)
      // The others have their turn before it goes on.
      if (answer === undefined) this.#waiting.push(question)
      else answered.push({ queryId: question.query.queryId, answer })
    } while (clock.monotonicMs() < endMs)
    if (answered.length > 0) send({ type: 'state-queried', executionId, answered })
    if (this.#waiting.length > 0) this.#putMail()
  }

  /** Undefined where the time is over before. */
  #answerOf(question: Question, endMs: number): StateAnswer | undefined {
    const { isRestored, control } = this.#input
    const { query, values } = question
    const registered = this.#states.get(query.name)
    if (registered === undefined) {
      if (isRestored || !control.life.isRunning) return { kind: 'not-made' }
      return { kind: 'values', values: query.keys.map(() => undefined) }
    }
    try {
      return this.#read(question, registered, endMs) ? { kind: 'values', values } : undefined
    } catch (error) {
      return { kind: 'failed', error: serializeError(error) }
    }
  }

  /** True when all keys are read. */
  #read(question: Question, registered: Registered, endMs: number): boolean {
    const { query, values } = question
    for (let key = query.keys[values.length]; key !== undefined; key = query.keys[values.length]) {
      this.#reading = question
      const value = this.#valueOf(key, registered)
      question.sizeBytes += value?.length ?? 0
      if (question.sizeBytes > query.limitBytes) throw tooLarge(query)
      values.push(value)
      if (this.#input.clock.monotonicMs() >= endMs) break
    }
    return values.length === query.keys.length
  }

  #valueOf(keyText: string, { state, keyKind }: Registered): string | undefined {
    const key = decodeKey(keyKind, new DataInputView(Buffer.from(keyText, 'latin1')))
    this.#output.reset()
    try {
      return state.writeValueOf(key, hashKey(key, keyKind), this.#output) ? this.#output.toLatin1() : undefined
    } finally {
      if (this.#output.position > KEPT_BYTES) this.#output = this.#newOutput()
    }
  }

  /** A map of millions of entries is refused before it has filled the memory. */
  #newOutput(): DataOutputView {
    return new DataOutputView(undefined, (neededBytes) => {
      const question = this.#reading
      if (question !== undefined && question.sizeBytes + neededBytes > question.query.limitBytes)
        throw tooLarge(question.query)
    })
  }
}

function tooLarge({ name, limitBytes }: QueryState): FlinkError {
  return new FlinkError('STATE_ANSWER_TOO_LARGE', { name, limitBytes })
}
