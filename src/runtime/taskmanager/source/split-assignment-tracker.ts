// Duty: which splits each reader was given since which checkpoint, so that one that goes back alone gives back those that it does not
// have there. In Flink: SplitAssignmentTracker.
// Invariants: a split is noted from its assignment until a checkpoint that has it in the reader's state is complete. What a snapshot of
// the coordinator follows is in the reader's state of the same checkpoint: events before it are handled before the reader's.
// Thread: the task worker of the operator's first subtask.
import { ReasonError } from '../../../core/errors/reason-error.js'
import type { SourceSplit } from '../../../api/connector/source/source-split.js'

type Assignments = Map<number, SourceSplit[]>

export class SplitAssignmentTracker {
  /** After the newest snapshot, by subtask. */
  #uncheckpointed: Assignments = new Map()
  /** Those before a snapshot and after the one before it, by checkpoint; oldest first. */
  readonly #byCheckpoint = new Map<number, Assignments>()
  #newestCompleted = Number.NEGATIVE_INFINITY

  assigned(subtask: number, splits: readonly SourceSplit[]): void {
    add(this.#uncheckpointed, subtask, splits)
  }

  /** The coordinator's snapshot was taken; again, where it is asked once more. */
  snapshotTaken(checkpointId: number): void {
    if (this.#uncheckpointed.size === 0) return
    const assignments = this.#byCheckpoint.get(checkpointId) ?? new Map<number, SourceSplit[]>()
    for (const [subtask, splits] of this.#uncheckpointed) add(assignments, subtask, splits)
    this.#byCheckpoint.set(checkpointId, assignments)
    this.#uncheckpointed = new Map()
  }

  checkpointCompleted(checkpointId: number): void {
    this.#newestCompleted = Math.max(this.#newestCompleted, checkpointId)
    for (const id of this.#byCheckpoint.keys()) if (id <= checkpointId) this.#byCheckpoint.delete(id)
  }

  /** What the subtask was given after the checkpoint, in that order; it is its own no longer. Undefined: from the beginning. */
  takeBack(subtask: number, checkpointId: number = Number.NEGATIVE_INFINITY): SourceSplit[] {
    if (checkpointId < this.#newestCompleted) {
      const [to, newest] = [checkpointId, this.#newestCompleted].map(String)
      throw new ReasonError(`subtask ${String(subtask)} went back alone to checkpoint ${to}, older than ${newest}`)
    }
    const taken: SourceSplit[] = []
    const all = [...this.#byCheckpoint, [Number.POSITIVE_INFINITY, this.#uncheckpointed] as const]
    for (const [id, assignments] of all) {
      if (id > checkpointId) taken.push(...(assignments.get(subtask) ?? []))
      assignments.delete(subtask)
    }
    return taken
  }
}

function add(assignments: Assignments, subtask: number, splits: readonly SourceSplit[]): void {
  const known = assignments.get(subtask)
  if (known === undefined) assignments.set(subtask, [...splits])
  else known.push(...splits)
}
