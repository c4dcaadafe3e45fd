// Duty: watermarks and statuses that the inputs of a task have given to its head, and that the head is not done with.
// Invariants: the head is told in order, one thing at a time; while it is in the middle of one, the task gives it nothing
// else: no record of any input, no barrier, no action.
// Thread: the task's worker.

/** Tells the head; false when it is not done and wants to be told again. */
type Telling = () => boolean

export class PendingTime {
  readonly #tellings: Telling[] = []

  get isPending(): boolean {
    return this.#tellings.length > 0
  }

  /** Does it at once, where nothing is before it. */
  tell(telling: Telling): void {
    if (this.isPending || !telling()) this.#tellings.push(telling)
  }

  /** Goes on where the head stopped; true when it is done with everything. */
  continue(): boolean {
    for (let telling = this.#tellings[0]; telling !== undefined; telling = this.#tellings[0]) {
      if (!telling()) return false
      this.#tellings.shift()
    }
    return true
  }
}
