// Duty: one attempt of one subtask as the JobMaster sees it.
// Invariants: the state moves only along protocol/execution-state.ts; a late report that no move allows is ignored by
// `tryMove` (it raced with a cancellation), never forced.
// Thread: main thread.
import type { JobVertex } from '../../../graph/job-graph.js'
import type { AccumulatorParts } from '../../protocol/accumulators.js'
import { EXECUTION_TRANSITIONS, isTerminal, type ExecutionState } from '../../protocol/execution-state.js'

/** A slot as its worker counts it, from 0. */
export interface TaskSlot {
  readonly worker: number
  readonly slot: number
}

export class Execution implements TaskSlot {
  readonly id: string
  readonly vertex: JobVertex
  readonly subtaskIndex: number
  readonly attemptNumber: number
  readonly worker: number
  readonly slot: number
  /** When each state was entered, epoch ms; for REST. */
  readonly timestamps: Partial<Record<ExecutionState, number>> = {}
  failure: Error | undefined
  accumulators: AccumulatorParts = {}
  /** It has failed, and its worker is still at closing what it had open. */
  isClosing = false
  #state: ExecutionState = 'CREATED'

  constructor(
    identity: {
      readonly id: string
      readonly vertex: JobVertex
      readonly subtaskIndex: number
      readonly attemptNumber: number
    } & TaskSlot,
  ) {
    this.id = identity.id
    this.vertex = identity.vertex
    this.subtaskIndex = identity.subtaskIndex
    this.attemptNumber = identity.attemptNumber
    this.worker = identity.worker
    this.slot = identity.slot
  }

  get state(): ExecutionState {
    return this.#state
  }

  get isTerminal(): boolean {
    return isTerminal(this.#state)
  }

  /** Nothing of it runs any more. */
  get hasEnded(): boolean {
    return this.isTerminal && !this.isClosing
  }

  /** `Map (2/4)` */
  get taskNameWithSubtask(): string {
    return `${this.vertex.name} (${String(this.subtaskIndex + 1)}/${String(this.vertex.parallelism)})`
  }

  /** `Map (2/4) - execution #0` */
  get nameWithAttempt(): string {
    return `${this.taskNameWithSubtask} - execution #${String(this.attemptNumber)}`
  }

  tryMove(to: ExecutionState, now: number): boolean {
    if (!EXECUTION_TRANSITIONS[this.#state].includes(to)) return false
    this.#state = to
    this.timestamps[to] = now
    return true
  }
}
