// Duty: whether this task is being stopped with a savepoint, and how.
// Invariants: after a suspending savepoint operators are not finished and time does not jump to its end, because the job
// goes on later; after a draining one both happen, because it does not. The task ends only when the savepoint is known
// to be complete, so that what its functions have to commit is committed.
// Thread: the task's worker.

export class StopProgress {
  #checkpointId: number | undefined
  #mode: 'suspend' | 'drain' | undefined
  #isComplete = false

  begin(checkpointId: number, mode: 'suspend' | 'drain'): void {
    this.#checkpointId = checkpointId
    this.#mode = mode
    this.#isComplete = false
  }

  /** The savepoint has been taken here, and nobody knows yet what becomes of it. */
  get isWaiting(): boolean {
    return this.#checkpointId !== undefined && !this.#isComplete
  }

  /** True when this was the savepoint to stop with: the task may end. */
  complete(checkpointId: number): boolean {
    if (!this.isFor(checkpointId)) return false
    this.#isComplete = true
    return true
  }

  isFor(checkpointId: number): boolean {
    return this.#checkpointId === checkpointId
  }

  /** True when this was the savepoint to stop with: the task goes on. */
  giveUp(checkpointId: number): boolean {
    if (!this.isFor(checkpointId)) return false
    this.#checkpointId = undefined
    this.#mode = undefined
    return true
  }

  get finishesOperators(): boolean {
    return this.#mode !== 'suspend'
  }

  /** A draining source has sent it before the savepoint's barrier. */
  get sendsFinalWatermark(): boolean {
    return this.#mode === undefined
  }
}
