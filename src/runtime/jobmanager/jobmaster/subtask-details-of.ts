// Duty: an execution as plain data.
// Invariants: pure; the result shares nothing that changes later.
// Thread: main thread.
import type { Execution } from '../executiongraph/execution.js'
import type { SubtaskDetails } from './job-details.js'

export function subtaskDetailsOf(execution: Execution): SubtaskDetails {
  return {
    subtaskIndex: execution.subtaskIndex,
    state: execution.state,
    attemptNumber: execution.attemptNumber,
    executionId: execution.id,
    worker: execution.worker,
    timestamps: { ...execution.timestamps },
    accumulators: execution.accumulators,
  }
}
