// Duty: what each subtask said of one checkpoint, by vertex; for REST.
// Invariants: a vertex is there from the trigger on, with room for each of its subtasks; a subtask is filled in once.
// Thread: main thread.
import type { CheckpointMetrics } from '../../protocol/worker-to-master.js'
import type { Execution } from '../executiongraph/execution.js'
import type { CheckpointPlan } from './checkpoint-plan.js'

/** Of a subtask that had finished before the checkpoint began all but the time is 0. */
export interface SubtaskStateStatistics extends Omit<CheckpointMetrics, 'entryCounts'> {
  /** Epoch ms at which the coordinator had its acknowledgement. */
  readonly ackTimestamp: number
}

export interface TaskStateStatistics {
  readonly vertexId: string
  /** By subtask; undefined where it has not acknowledged. */
  readonly subtasks: readonly (SubtaskStateStatistics | undefined)[]
}

const NOTHING = { alignmentMs: 0, synchronousMs: 0, asynchronousMs: 0, sizeBytes: 0, checkpointedSizeBytes: 0 } as const

/** As Flink counts them: what has finished has acknowledged when the checkpoint begins. */
export class AcknowledgedSubtasks {
  readonly #subtasks = new Map<string, (SubtaskStateStatistics | undefined)[]>()

  constructor({ toAcknowledge, finished }: CheckpointPlan, now: number) {
    for (const { vertex } of [...toAcknowledge, ...finished]) {
      if (!this.#subtasks.has(vertex.id))
        this.#subtasks.set(vertex.id, new Array<undefined>(vertex.parallelism).fill(undefined))
    }
    for (const execution of finished) this.acknowledged(execution, NOTHING, now)
  }

  acknowledged({ vertex, subtaskIndex }: Execution, metrics: CheckpointMetrics, now: number): void {
    const subtasks = this.#subtasks.get(vertex.id)
    if (subtasks === undefined) return
    // How many keys there are is for the warning of states that grow, and not kept.
    const { entryCounts: _, ...kept } = metrics
    subtasks[subtaskIndex] = { ...kept, ackTimestamp: now }
  }

  /** A copy. */
  all(): TaskStateStatistics[] {
    return [...this.#subtasks].map(([vertexId, subtasks]) => ({ vertexId, subtasks: [...subtasks] }))
  }
}
