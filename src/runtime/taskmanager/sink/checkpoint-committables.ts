// Duty: the committables of one checkpoint, and which of them have come.
// Thread: the task worker that owns the operator.
import type { CommittableSummary, CommittableWithLineage } from '../../../api/connector/sink2/committable-message.js'
import { CommitCall } from './commit-call.js'

interface OfSubtask {
  /** How many are still to come. */
  missing: number
}

export class CheckpointCommittables<CommT> {
  readonly checkpointId: number
  readonly #calls: CommitCall<CommT>[] = []
  readonly #subtasks = new Map<number, OfSubtask>()
  /** Those that committers upstream gave up. */
  #numFailedBefore = 0

  constructor(checkpointId: number) {
    this.checkpointId = checkpointId
  }

  /** False where the subtask has said it before. */
  addSummary(summary: CommittableSummary): boolean {
    const subtask = summary.getSubtaskId()
    if (this.#subtasks.has(subtask)) return false
    this.#subtasks.set(subtask, { missing: summary.getNumberOfCommittables() })
    this.#numFailedBefore += summary.getNumberOfFailedCommittables()
    return true
  }

  /** False where it is one too many. */
  addCommittable(message: CommittableWithLineage<CommT>): boolean {
    const subtask = this.#subtasks.get(message.getSubtaskId())
    if (subtask === undefined || subtask.missing === 0) return false
    subtask.missing -= 1
    this.#calls.push(new CommitCall(message.getCommittable()))
    return true
  }

  addRestored(calls: readonly CommitCall<CommT>[]): void {
    this.#calls.push(...calls)
  }

  /** True where no summary has come: all it has was restored. */
  get isRestored(): boolean {
    return this.#subtasks.size === 0
  }

  get hasReceivedAll(): boolean {
    return [...this.#subtasks.values()].every(({ missing }) => missing === 0)
  }

  get isFinished(): boolean {
    return this.hasReceivedAll && this.pending().length === 0
  }

  pending(): readonly CommitCall<CommT>[] {
    return this.#calls.filter((call) => !call.isFinished)
  }

  committed(): readonly CommT[] {
    return this.#calls.filter(({ isCommitted }) => isCommitted).map((call) => call.getCommittable())
  }

  get numFailed(): number {
    return this.#numFailedBefore + this.#calls.filter(({ state }) => state === 'failed').length
  }
}
