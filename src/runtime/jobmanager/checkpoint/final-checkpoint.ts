// Duty: whether the checkpoint is missing that the tasks of a bounded job wait for at their end (FLIP-147).
// Invariants: due once every task has finished or told that its data has ended; from then on one checkpoint that begins and
// is completed is enough for all of them, as each takes it after its end.
// Thread: main thread.
import type { ExecutionGraph } from '../executiongraph/execution-graph.js'

export class FinalCheckpoint {
  readonly #executions: ExecutionGraph
  readonly #ended = new Set<string>()
  /** Under way, and begun when it was due. */
  readonly #candidates = new Set<number>()
  #isComplete = false

  constructor(executions: ExecutionGraph) {
    this.#executions = executions
  }

  /** The task has given out all its data and waits. */
  dataEnded(executionId: string): void {
    this.#ended.add(executionId)
  }

  /** Of a checkpoint whose completion tasks are told. */
  begun(checkpointId: number): void {
    if (this.#isDue) this.#candidates.add(checkpointId)
  }

  /** True where it was the final one. */
  completed(checkpointId: number): boolean {
    const isFinal = this.#candidates.delete(checkpointId)
    this.#isComplete ||= isFinal
    return isFinal
  }

  aborted(checkpointId: number): void {
    this.#candidates.delete(checkpointId)
  }

  /** These tasks start again, be it from the final one: they come to their end once more. */
  restarting(executionIds: Iterable<string>): void {
    for (const executionId of executionIds) this.#ended.delete(executionId)
    this.#isComplete = false
  }

  /** It is due, and none that would do is under way. */
  get isMissing(): boolean {
    return !this.#isComplete && this.#candidates.size === 0 && this.#isDue
  }

  get #isDue(): boolean {
    if (this.#ended.size === 0) return false
    for (const { id, state } of this.#executions.all()) if (state !== 'FINISHED' && !this.#ended.has(id)) return false
    return true
  }
}
