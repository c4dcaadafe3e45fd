// Duty: how many keys each state of a store has, without a look into it: a number that goes up and down with what comes and goes.
// Invariants: of what a checkpoint in files holds, it says so (files-manifest.ts), and of blocks what stands before them. Of changes
// that build on whole state that is at most so many: a key that changed counts again. NaN where it is not known, and from then on.
// Thread: the task worker that owns the backend.

export interface KeyCount {
  keys: number
}

export class KeyCounts {
  readonly #counts: KeyCount[] = []

  /** Of the state with this id. */
  of(stateId: number): KeyCount {
    for (let id = this.#counts.length; id <= stateId; id += 1) this.#counts.push({ keys: 0 })
    return this.#counts[stateId] as KeyCount
  }

  /** So many came with a snapshot. */
  add(stateId: number, keys: number): void {
    this.of(stateId).keys += keys
  }

  /** Of so many states, in the order of their ids. */
  list(numberOfStates: number): number[] {
    return Array.from({ length: numberOfStates }, (_, id) => this.of(id).keys)
  }
}
