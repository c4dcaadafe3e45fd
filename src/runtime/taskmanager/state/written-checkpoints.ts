// Duty: what a backend keeps of each checkpoint that it wrote in this attempt, or was restored from, for those that build on it.
// Invariants: one builds on a checkpoint that the JobMaster names as completed, never on one that may still be aborted: what
// such a one has written goes with it.
// Thread: the task worker that owns the backend.

/** Of checkpoints none of which completes. */
const MAX_REMEMBERED = 64

export class WrittenCheckpoints<T> {
  readonly #written = new Map<number, T>()

  /** Of the named checkpoint; undefined where none is named or known. Older ones are never built on again. */
  baseOf(checkpointId: number | undefined): T | undefined {
    if (checkpointId === undefined) return undefined
    for (const id of [...this.#written.keys()]) if (id < checkpointId) this.#written.delete(id)
    return this.#written.get(checkpointId)
  }

  /** None of them is built on again. */
  forget(): void {
    this.#written.clear()
  }

  written(checkpointId: number, checkpoint: T): void {
    if (this.#written.size === MAX_REMEMBERED) this.#written.clear()
    this.#written.set(checkpointId, checkpoint)
  }
}
