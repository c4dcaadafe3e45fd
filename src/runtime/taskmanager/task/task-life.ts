// Duty: the state of one execution and its reports.
// Invariants: moves only along protocol/execution-state.ts; every move is reported once, in order.
// Thread: the task's worker.
import { serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { EXECUTION_TRANSITIONS, isTerminal, type ExecutionState } from '../../protocol/execution-state.js'
import type { AccumulatorParts } from '../../protocol/accumulators.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'

export class TaskLife {
  readonly executionId: string
  readonly #send: (message: WorkerToMaster) => void
  #state: ExecutionState = 'DEPLOYING'

  constructor(executionId: string, send: (message: WorkerToMaster) => void) {
    this.executionId = executionId
    this.#send = send
  }

  get state(): ExecutionState {
    return this.#state
  }

  get isTerminal(): boolean {
    return isTerminal(this.#state)
  }

  moveTo(state: ExecutionState, details: { error?: unknown; accumulators?: AccumulatorParts } = {}): void {
    if (!EXECUTION_TRANSITIONS[this.#state].includes(state)) {
      throw new FlinkError('ASSERTION_FAILED', { what: `a task in state ${this.#state} was moved to ${state}` })
    }
    this.#state = state
    const error = details.error === undefined ? undefined : serializeError(details.error)
    const { accumulators } = details
    this.#send({ type: 'task-state-changed', executionId: this.executionId, state, error, accumulators })
  }
}
