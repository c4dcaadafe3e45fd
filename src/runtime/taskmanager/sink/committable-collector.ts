// Duty: the committables that an operator has received and that are not committed, by checkpoint.
// Invariants: a checkpoint leaves when all of it is committed or failed. What was restored belongs to the restored checkpoint, whatever
// it was prepared for: all of it was in that snapshot, which is complete.
// Thread: the task worker that owns the operator.
import { CommittableSummary, type CommittableMessage } from '../../../api/connector/sink2/committable-message.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { CheckpointCommittables } from './checkpoint-committables.js'
import type { CommitCall } from './commit-call.js'

export class CommittableCollector<CommT> {
  readonly #sinkName: string
  readonly #checkpoints = new Map<number, CheckpointCommittables<CommT>>()
  /** Of each subtask upstream: its newest summary, Infinity after its last one. A subtask gives them in the order of checkpoints. */
  readonly #newest = new Map<number, number>()
  #numberOfSubtasks = 0

  constructor(sinkName: string) {
    this.#sinkName = sinkName
  }

  add(message: CommittableMessage<CommT>): void {
    const [checkpointId, subtask] = [message.getCheckpointId(), message.getSubtaskId()]
    if (message instanceof CommittableSummary) {
      this.#numberOfSubtasks = Math.max(this.#numberOfSubtasks, message.getNumberOfSubtasks())
      const newest = message.isEndOfInput() ? Number.POSITIVE_INFINITY : checkpointId
      this.#newest.set(subtask, Math.max(newest, this.#newest.get(subtask) ?? 0))
      if (!this.#ofCheckpoint(checkpointId).addSummary(message)) {
        throw this.#invalid('a second summary came', subtask, checkpointId)
      }
    } else if (this.#checkpoints.get(checkpointId)?.addCommittable(message) !== true) {
      throw this.#invalid('a committable came that no summary has announced', subtask, checkpointId)
    }
  }

  restore(checkpointId: number, calls: readonly CommitCall<CommT>[]): void {
    this.#ofCheckpoint(checkpointId).addRestored(calls)
  }

  /** In their order. */
  upTo(checkpointId: number): readonly CheckpointCommittables<CommT>[] {
    const covered = [...this.#checkpoints.values()].filter((each) => each.checkpointId <= checkpointId)
    return covered.sort((one, other) => one.checkpointId - other.checkpointId)
  }

  /** The checkpoint counts also where nothing of it has come. */
  begin(checkpointId: number): void {
    this.#ofCheckpoint(checkpointId)
  }

  /** Whether all subtasks have given what they have of it and of those before, and it has come. */
  isComplete(checkpoint: CheckpointCommittables<CommT>): boolean {
    if (this.#numberOfSubtasks === 0 || this.#newest.size < this.#numberOfSubtasks) return false
    const isGiven = [...this.#newest.values()].every((newest) => newest >= checkpoint.checkpointId)
    return isGiven && checkpoint.hasReceivedAll
  }

  get isEmpty(): boolean {
    return this.#checkpoints.size === 0
  }

  remove(checkpoint: CheckpointCommittables<CommT>): void {
    this.#checkpoints.delete(checkpoint.checkpointId)
  }

  /** All that is neither committed nor failed. */
  pending(): readonly CommitCall<CommT>[] {
    return this.upTo(Number.POSITIVE_INFINITY).flatMap((each) => each.pending())
  }

  #ofCheckpoint(checkpointId: number): CheckpointCommittables<CommT> {
    const known = this.#checkpoints.get(checkpointId)
    if (known !== undefined) return known
    const made = new CheckpointCommittables<CommT>(checkpointId)
    this.#checkpoints.set(checkpointId, made)
    return made
  }

  #invalid(reason: string, subtask: number, checkpointId: number): FlinkError {
    return new FlinkError('SINK_COMMITTABLES_INVALID', { sink: this.#sinkName, reason, subtask, checkpointId })
  }
}
