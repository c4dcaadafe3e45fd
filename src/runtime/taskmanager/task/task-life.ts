// Duty: where a task is in its life, and what of it the JobMaster is told.
//
//   deploying -> restoring -> running -> finishing -> awaitingFinalCheckpoint -> draining -> closing -> finished
//        \                         \____ had finished before the restore ____/                /
//         \__________ canceling -> canceled, or failed, from any of these __________________/
//
// Invariants: moves along these arrows only; every ExecutionState that follows from them is reported once, in order.
// Thread: the task's worker.
import { serializeError } from '../../../core/errors/error-codec.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { AccumulatorParts } from '../../protocol/accumulators.js'
import type { ExecutionState } from '../../protocol/execution-state.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'

export type TaskPhase =
  | 'deploying'
  /** State and functions are opened. */
  | 'restoring'
  | 'running'
  /** The data has ended, operators emit what is left. */
  | 'finishing'
  /** All data is out, and a checkpoint with all of it in has to be complete. */
  | 'awaitingFinalCheckpoint'
  /** The end of the partitions is on its way out. One that was restored as finished comes here at once. */
  | 'draining'
  /** From here on nothing is stepped any more. */
  | 'closing'
  | 'finished'
  | 'canceling'
  | 'canceled'
  | 'failed'

interface PhaseRules {
  /** As the JobMaster sees it. */
  readonly state: ExecutionState
  readonly next: readonly TaskPhase[]
}

const PHASES: Readonly<Record<TaskPhase, PhaseRules>> = {
  deploying: { state: 'DEPLOYING', next: ['restoring', 'canceling', 'failed'] },
  restoring: { state: 'INITIALIZING', next: ['running', 'canceling', 'failed'] },
  running: { state: 'RUNNING', next: ['finishing', 'draining', 'canceling', 'failed'] },
  finishing: { state: 'RUNNING', next: ['awaitingFinalCheckpoint', 'canceling', 'failed'] },
  awaitingFinalCheckpoint: { state: 'RUNNING', next: ['draining', 'canceling', 'failed'] },
  draining: { state: 'RUNNING', next: ['closing', 'canceling', 'failed'] },
  closing: { state: 'RUNNING', next: ['finished', 'canceling', 'failed'] },
  finished: { state: 'FINISHED', next: [] },
  canceling: { state: 'CANCELING', next: ['canceled'] },
  canceled: { state: 'CANCELED', next: [] },
  failed: { state: 'FAILED', next: [] },
}

export class TaskLife {
  readonly executionId: string
  readonly #send: (message: WorkerToMaster) => void
  #phase: TaskPhase = 'deploying'

  constructor(executionId: string, send: (message: WorkerToMaster) => void) {
    this.executionId = executionId
    this.#send = send
  }

  get phase(): TaskPhase {
    return this.#phase
  }

  get isTerminal(): boolean {
    return PHASES[this.#phase].next.length === 0
  }

  /** No step does anything any more; what is left is to close. */
  get hasEnded(): boolean {
    return this.#phase === 'closing' || this.#phase === 'canceling' || this.isTerminal
  }

  /** Restored, and not at its end yet. */
  get isRunning(): boolean {
    return PHASES[this.#phase].state === 'RUNNING' && this.#phase !== 'closing'
  }

  /** The input is worked on: records, or what follows their end. */
  get takesInput(): boolean {
    return this.#phase === 'running' || this.#phase === 'awaitingFinalCheckpoint'
  }

  moveTo(phase: TaskPhase, details: { error?: unknown; accumulators?: AccumulatorParts } = {}): void {
    const { state, next } = PHASES[this.#phase]
    if (!next.includes(phase)) {
      throw new FlinkError('ASSERTION_FAILED', { what: `a task that is ${this.#phase} was moved to ${phase}` })
    }
    this.#phase = phase
    const reported = PHASES[phase].state
    if (reported === state) return
    const error = details.error === undefined ? undefined : serializeError(details.error)
    const { accumulators } = details
    const { executionId } = this
    this.#send({ type: 'task-state-changed', executionId, state: reported, error, accumulators })
  }
}
