// Duty: how an operator talks with its coordinator: what it sends, and that it takes events.
// Invariants: events leave in the order of the calls. `handleOperatorEvent` is called between two records, never while a snapshot
// is taken or beside another method of the operator's life.
// Thread: the task worker that owns the task.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { copyOfEvent } from '../../protocol/event-copy.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'
import type { StreamOperator } from './stream-operator.js'

export interface OperatorEventGateway {
  /** `event` is plain data; OPERATOR_EVENT_NOT_CLONEABLE. What holds for it over failures: api/dag/operator-coordinator.ts. */
  sendEventToCoordinator(event: unknown): void
}

/** An operator that takes events of its coordinator. */
export interface OperatorEventHandler {
  /**
   * The task takes no input until the promise has settled. What emits records looks at `isOutputAvailable`; after `finish` none
   * may be emitted any more.
   */
  handleOperatorEvent(event: unknown): void | Promise<void>
}

export function handlesOperatorEvents(operator: StreamOperator): operator is StreamOperator & OperatorEventHandler {
  return 'handleOperatorEvent' in operator && typeof operator.handleOperatorEvent === 'function'
}

export interface EventSender {
  readonly executionId: string
  readonly operatorId: string
  readonly operatorName: string
  readonly send: (message: WorkerToMaster) => void
}

export function gatewayToCoordinator({
  executionId,
  operatorId,
  operatorName,
  send,
}: EventSender): OperatorEventGateway {
  return {
    sendEventToCoordinator: (event) => {
      send({ type: 'event-from-operator', executionId, operatorId, event: copyOfEvent(event, operatorName) })
    },
  }
}

/** Of an operator that has no coordinator. */
export function gatewayToNobody(operator: string): OperatorEventGateway {
  return {
    sendEventToCoordinator: () => {
      throw new FlinkError('OPERATOR_WITHOUT_COORDINATOR', { operator })
    },
  }
}
