// Duty: whether this task is being stopped with a savepoint, and how.
// Invariants: for a suspending snapshot operators are not finished and time does not jump to its end, because the job
// goes on later; before a draining one both happen, because it does not.
// Thread: the task's worker.

export class StopProgress {
  #checkpointId: number | undefined
  #mode: 'suspend' | 'drain' | undefined

  begin(checkpointId: number, mode: 'suspend' | 'drain'): void {
    this.#checkpointId = checkpointId
    this.#mode = mode
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

  /** True as well without a stop: the input ended by itself. */
  get finishesOperators(): boolean {
    return this.#mode !== 'suspend'
  }
}
