// Duty: what an operator implements to get the events of its coordinator.
// Invariants: called between two records, never while a snapshot is taken or beside another method of the operator's life.
// Thread: the task worker that owns the task.
import type { StreamOperator } from './stream-operator.js'

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
