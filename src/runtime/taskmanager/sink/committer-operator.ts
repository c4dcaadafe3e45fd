// Duty: commits what the writers have prepared, once it is in a completed checkpoint.
// Invariants: nothing is committed before the checkpoint is complete that it was prepared for, or a later one. What a snapshot has that
// is not committed is committed when the job goes on from it, before any record. Where no checkpoint follows the end of the
// input, all is committed at the end. What was committed goes on, if somebody reads it, when all of its checkpoint and of those
// before is, with a summary for each notice: who has nothing says so.
// Thread: the task worker that owns the operator.
import { CommittableSummary, CommittableWithLineage } from '../../../api/connector/sink2/committable-message.js'
import type { OperatorBinding } from '../../../graph/program-graph.js'
import type { OperatorSubtaskState } from '../../../storage/state-handles.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import type { CheckpointCommittables } from './checkpoint-committables.js'
import { CommittingOperator, type CommitterParts } from './committing-operator.js'

export interface CommitterOperatorParts extends CommitterParts {
  readonly emitsDownstream: boolean
  /** A checkpoint is complete after the end of the input, and commits what came with it. */
  readonly awaitsFinalCheckpoint: boolean
}

export class CommitterOperator extends CommittingOperator {
  readonly #operatorParts: CommitterOperatorParts
  #lastCompletedCheckpointId = 0

  constructor(binding: OperatorBinding, context: OperatorContext, parts: CommitterOperatorParts) {
    super(binding, context, parts)
    this.#operatorParts = parts
  }

  override async initializeState(restored: OperatorSubtaskState | undefined, checkpointId?: number): Promise<void> {
    await super.initializeState(restored, checkpointId)
    this.#lastCompletedCheckpointId = checkpointId ?? 0
  }

  override async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    // Notices of two checkpoints may come in another order; the later one was for both.
    if (checkpointId > this.#lastCompletedCheckpointId) {
      this.#lastCompletedCheckpointId = checkpointId
      if (this.#operatorParts.emitsDownstream) this.collector.begin(checkpointId)
    }
    await this.commitDue()
  }

  override async finish(): Promise<boolean> {
    await super.finish()
    this.hasEnded = true
    if (!this.#operatorParts.awaitsFinalCheckpoint) {
      this.#lastCompletedCheckpointId = Number.POSITIVE_INFINITY
      await this.commitDue()
    }
    return true
  }

  protected override due(): readonly CheckpointCommittables<unknown>[] {
    return this.collector.upTo(this.#lastCompletedCheckpointId)
  }

  protected override checkpointFinished(checkpoint: CheckpointCommittables<unknown>): void {
    if (!this.#operatorParts.emitsDownstream) return
    const { subtaskIndex: subtaskId, parallelism: numberOfSubtasks } = this.context.taskInfo
    const { checkpointId, numFailed } = checkpoint
    const committed = checkpoint.committed()
    const summary = new CommittableSummary({
      ...{ subtaskId, numberOfSubtasks, checkpointId },
      numberOfCommittables: committed.length,
      numberOfFailedCommittables: numFailed,
      endOfInput: this.hasEnded && this.collector.isEmpty,
    })
    this.output.collect(summary, NO_TIMESTAMP)
    for (const committable of committed) {
      this.output.collect(new CommittableWithLineage(committable, checkpointId, subtaskId), NO_TIMESTAMP)
    }
  }
}
