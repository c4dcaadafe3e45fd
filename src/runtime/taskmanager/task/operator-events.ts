// Duty: the events that a task's operators get of their coordinators, and what their coordinators learn of its checkpoints.
// Invariants: an event is an exclusive action of the task: what the task is told later happens later, a snapshot above all. An
// event that is said to be received is handled, unless the task fails; one that is not comes back to the coordinator at the end.
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

export class OperatorEvents {
  readonly #input: OperatorEventsInput

  constructor(input: OperatorEventsInput) {
    this.#input = input
  }

  /** By way of the mail, so that the input is asked again: a source may have got something to do. */
  arrived(operatorId: string, event: unknown): void {
    const { control, executionId, send } = this.#input
    control.mailbox.put(() => {
      // Nothing may follow the end of its partitions. Until then it does not end while an action waits.
      if (control.life.phase === 'draining') return
      send({ type: 'operator-event-received', executionId, operatorId })
      control.actions.enqueue(() => this.#handle(operatorId, event))
    })
  }

  /** The synchronous part of a checkpoint is done. */
  checkpointTaken(checkpointId: number): void {
    const { isCoordinated, executionId, send } = this.#input
    if (isCoordinated) send({ type: 'operator-checkpoint-taken', executionId, checkpointId })
  }

  async #handle(operatorId: string, event: unknown): Promise<void> {
    const operator = this.#input.operators.find((each) => each.operatorId === operatorId)
    if (operator === undefined) throw new FlinkError('ASSERTION_FAILED', { what: `no operator ${operatorId}` })
    if (!handlesOperatorEvents(operator)) {
      throw new FlinkError('OPERATOR_EVENT_UNHANDLED', { operator: operator.name })
    }
    const errors = new OperatorErrors(operator.name, this.#input.taskInfo)
    await errors.guarded(async () => operator.handleOperatorEvent(event))
  }
}
