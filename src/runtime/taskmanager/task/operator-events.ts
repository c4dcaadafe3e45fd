// Duty: the events that a task's operators get of their coordinators, and what their coordinators learn of its checkpoints.
// Invariants: an event is an exclusive action of the task: what the task is told later happens later, a snapshot above all.
// After the snapshot that the job is to stop with events are held: they belong to whoever goes on, this task if that snapshot is
// aborted.
// Thread: the task's worker.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'
import { OperatorErrors } from '../operators/operator-errors.js'
import { handlesOperatorEvents } from '../operators/operator-event-handler.js'
import type { StreamOperator, TaskInfo } from '../operators/stream-operator.js'
import type { TaskControl } from './task-control.js'

export interface OperatorEventsInput {
  readonly executionId: string
  readonly operators: readonly StreamOperator[]
  readonly taskInfo: Pick<TaskInfo, 'subtaskIndex' | 'parallelism'>
  /** Whether an operator of the task has a coordinator. */
  readonly isCoordinated: boolean
  readonly control: Pick<TaskControl, 'mailbox' | 'actions' | 'life'>
  readonly send: (message: WorkerToMaster) => void
}

interface ArrivedEvent {
  readonly operatorId: string
  readonly event: unknown
}

export class OperatorEvents {
  readonly #input: OperatorEventsInput
  #held: ArrivedEvent[] | undefined

  constructor(input: OperatorEventsInput) {
    this.#input = input
  }

  /** By way of the mail, so that the input is asked again: a source may have got something to do. */
  arrived(operatorId: string, event: unknown): void {
    this.#input.control.mailbox.put(() => {
      this.#enqueue({ operatorId, event })
    })
  }

  /** The synchronous part of a checkpoint is done. */
  checkpointTaken(checkpointId: number): void {
    const { isCoordinated, executionId, send } = this.#input
    if (isCoordinated) send({ type: 'operator-checkpoint-taken', executionId, checkpointId })
  }

  /** Nothing is handled any more, unless the task goes on. */
  hold(): void {
    this.#held ??= []
  }

  resume(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const arrived of held) this.#enqueue(arrived)
  }

  #enqueue(arrived: ArrivedEvent): void {
    this.#input.control.actions.enqueue(() => this.#handle(arrived))
  }

  async #handle(arrived: ArrivedEvent): Promise<void> {
    if (this.#held !== undefined) {
      this.#held.push(arrived)
      return
    }
    // Nothing may follow the end of its partitions.
    if (this.#input.control.life.phase === 'draining') return
    const operator = this.#input.operators.find(({ operatorId }) => operatorId === arrived.operatorId)
    if (operator === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no operator ${arrived.operatorId}` })
    if (!handlesOperatorEvents(operator)) {
      throw new FlinkError('OPERATOR_EVENT_UNHANDLED', { operator: operator.name })
    }
    const errors = new OperatorErrors(operator.name, this.#input.taskInfo)
    await errors.guarded(async () => operator.handleOperatorEvent(arrived.event))
  }
}
