// Duty: what an operator sends to its coordinator.
// Invariants: events leave in the order of the calls, each as a copy.
// Thread: the task worker that owns the task.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { copyOfEvent } from '../../protocol/event-copy.js'
import type { WorkerToMaster } from '../../protocol/worker-to-master.js'

export interface OperatorEventGateway {
  /** `event` is plain data; OPERATOR_EVENT_NOT_CLONEABLE. What holds for it over failures: api/dag/operator-coordinator.ts. */
  sendEventToCoordinator(event: unknown): void
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
