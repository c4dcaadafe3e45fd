// Duty: the states of a task that may be asked about from outside, and the answers.
// Invariants: state is read as mail, between two records, with no key set. A query takes the thread for a slice and lets
// records come before the next one, so its values are not all of one moment. What fails is told to whoever asks and to nobody
// else: the task goes on.
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

export class TaskQueryableStates implements QueryableStates {
  readonly #input: TaskQueryableStatesInput
  readonly #states = new Map<string, Registered>()
  /** That came since the last mail. */
  #arrived: QueryState[] = []
  #answered: AnsweredQuery[] = []
  #output = new DataOutputView()

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
    this.#arrived.push(query)
    if (this.#arrived.length > 1) return
    this.#input.control.mailbox.put(() => {
      const arrived = this.#arrived
      this.#arrived = []
      this.#together(() => {
        for (const each of arrived) this.#begin(each)
      })
    })
  }

  /** One message takes as long as the reading of dozens of values. */
  #together(read: () => void): void {
    read()
    if (this.#answered.length === 0) return
    this.#input.send({ type: 'state-queried', executionId: this.#input.executionId, answered: this.#answered })
    this.#answered = []
  }

  #begin(query: QueryState): void {
    const registered = this.#states.get(query.name)
    if (registered !== undefined) this.#read(query, registered, [], 0)
    else if (this.#input.isRestored || !this.#input.control.life.isRunning) this.#answer(query, { kind: 'not-made' })
    else this.#answer(query, { kind: 'values', values: query.keys.map(() => undefined) })
  }

  #read(query: QueryState, registered: Registered, values: (string | undefined)[], sizeBytes: number): void {
    const { clock, control } = this.#input
    const endMs = clock.monotonicMs() + SLICE_MS
    let totalBytes = sizeBytes
    try {
      for (const key of query.keys.slice(values.length)) {
        const value = this.#valueOf(key, registered)
        totalBytes += value?.length ?? 0
        if (totalBytes > query.limitBytes) throw tooLarge(query)
        values.push(value)
        if (clock.monotonicMs() >= endMs) break
      }
    } catch (error) {
      this.#answer(query, { kind: 'failed', error: serializeError(error) })
      return
    }
    if (values.length === query.keys.length) this.#answer(query, { kind: 'values', values })
    else {
      control.mailbox.put(() => {
        this.#together(() => {
          this.#read(query, registered, values, totalBytes)
        })
      })
    }
  }

  #valueOf(keyText: string, { state, keyKind }: Registered): string | undefined {
    const key = decodeKey(keyKind, new DataInputView(Buffer.from(keyText, 'latin1')))
    this.#output.reset()
    const value = state.writeValueOf(key, hashKey(key, keyKind), this.#output) ? this.#output.toLatin1() : undefined
    if (this.#output.position > KEPT_BYTES) this.#output = new DataOutputView()
    return value
  }

  #answer({ queryId }: QueryState, answer: StateAnswer): void {
    this.#answered.push({ queryId, answer })
  }
}

function tooLarge({ name, limitBytes }: QueryState): FlinkError {
  return new FlinkError('STATE_ANSWER_TOO_LARGE', { name, limitBytes })
}
