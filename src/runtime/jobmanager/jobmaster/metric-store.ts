// Duty: the newest metrics of every subtask of one attempt, as its workers reported them.
// Invariants: a report takes the place of the last one; a new attempt has a new store, so nothing of an old one is shown.
// Thread: main thread.

export type SubtaskMetrics = Readonly<Record<string, number | string>>

/** Metrics by name, of subtasks by index, of vertices by id. */
export interface TaskMetrics {
  /** Epoch ms of the newest report; 0 before the first. */
  readonly lastUpdate: number
  readonly vertices: Readonly<Record<string, Readonly<Record<number, SubtaskMetrics>>>>
}

export class MetricStore {
  readonly #vertices = new Map<string, Map<number, SubtaskMetrics>>()
  #lastUpdate = 0

  put(vertexId: string, subtaskIndex: number, values: SubtaskMetrics, nowMs: number): void {
    const subtasks = this.#vertices.get(vertexId) ?? new Map<number, SubtaskMetrics>()
    subtasks.set(subtaskIndex, values)
    this.#vertices.set(vertexId, subtasks)
    this.#lastUpdate = nowMs
  }

  all(): TaskMetrics {
    const vertices = [...this.#vertices].map(([id, subtasks]) => [id, Object.fromEntries(subtasks)] as const)
    return { lastUpdate: this.#lastUpdate, vertices: Object.fromEntries(vertices) }
  }
}
