// Duty: attempts of subtasks that others have taken the place of: for whoever asks what became of them.
// Invariants: bounded for each subtask, the oldest go first; plain data, nothing in it lives on.
// Thread: main thread.
import type { Execution } from '../executiongraph/execution.js'
import type { EndedSubtaskDetails } from './job-details.js'
import type { MetricStore } from './metric-store.js'
import { subtaskDetailsOf } from './subtask-details-of.js'

/** Flink's jobmanager.execution.attempts-history-size. */
const MOST_A_SUBTASK = 16

export class EndedExecutions {
  readonly #bySubtask = new Map<string, EndedSubtaskDetails[]>()

  /** `metrics`: what their attempt was told. Those that were never deployed have no history. */
  add(executions: Iterable<Execution>, metrics: MetricStore): void {
    for (const execution of executions) {
      if (execution.timestamps.SCHEDULED === undefined) continue
      const key = keyOf(execution.vertex.id, execution.subtaskIndex)
      const known = this.#bySubtask.get(key) ?? []
      const report = metrics.reportOf(execution.vertex.id, execution.subtaskIndex)
      const values = report?.executionId === execution.id ? report.values : undefined
      known.unshift({ ...subtaskDetailsOf(execution), metrics: values })
      known.splice(MOST_A_SUBTASK)
      this.#bySubtask.set(key, known)
    }
  }

  /** The newest first. */
  of(vertexId: string, subtaskIndex: number): readonly EndedSubtaskDetails[] {
    return [...(this.#bySubtask.get(keyOf(vertexId, subtaskIndex)) ?? [])]
  }
}

function keyOf(vertexId: string, subtaskIndex: number): string {
  return `${vertexId}/${String(subtaskIndex)}`
}
