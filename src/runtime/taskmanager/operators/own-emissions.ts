// Duty: how an operator emits what no element of its input brings about: results that it has waited for.
// Invariants: an emission runs on the task's thread between two records, while the output has room and no action of the task runs:
// never between a barrier and the snapshot of it, nor between a savepoint that the job is to end with and its result.
// Thread: the task worker that owns the operator.

/** Emits what there is. False: not all of it, because the output is full or others want the thread; it is called again. */
export type Emission = () => boolean

export interface OwnEmissions {
  /** The same emission is asked for once, however often this is called before it has run. */
  request(emission: Emission): void
  /**
   * Resolves with the next request, for an operator that waits within an action and emits there itself. False where none will
   * come, as the task has ended.
   */
  whenRequested(): Promise<boolean>
  /** True while some operator does: a source emits nothing then. */
  readonly holdsInput: boolean
  /** The task takes no input until all holders have released it; barriers wait with the records, all else goes on. */
  holdInput(holder: object): void
  releaseInput(holder: object): void
}
