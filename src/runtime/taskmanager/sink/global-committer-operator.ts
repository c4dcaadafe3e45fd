// Duty: the one committer of a job that is given the committables of all subtasks of a checkpoint together, after committers upstream.
// Invariants: what comes was committed upstream, so its checkpoint is complete; it is committed here when all subtasks have
// given their summary of it, or of a later one, with all that they announce. It is in the state until then. After a restore that waits for the summaries which
// the committers give of the restored checkpoint; they give all of it again that this one had not when the snapshot was taken.
// Thread: the task worker that owns the operator.
import type { CheckpointCommittables } from './checkpoint-committables.js'
import { CommittingOperator } from './committing-operator.js'

export class GlobalCommitterOperator extends CommittingOperator {
  override async notifyCheckpointComplete(_checkpointId: number): Promise<void> {
    if (this.hasEnded) await this.commitDue()
  }

  override async finish(): Promise<boolean> {
    await super.finish()
    this.hasEnded = true
    await this.commitDue()
    return true
  }

  /** In order: none before an earlier one. */
  protected override due(): readonly CheckpointCommittables<unknown>[] {
    const all = this.collector.upTo(Number.POSITIVE_INFINITY)
    const incomplete = all.findIndex((each) => !this.#mayCommit(each))
    return incomplete === -1 ? all : all.slice(0, incomplete)
  }

  protected override checkpointFinished(_checkpoint: CheckpointCommittables<unknown>): void {
    // Nothing is downstream.
  }

  /** Where all committers had finished in the restored snapshot no summary comes of it any more. */
  #mayCommit(checkpoint: CheckpointCommittables<unknown>): boolean {
    return this.collector.isComplete(checkpoint) || (this.hasEnded && checkpoint.isRestored)
  }
}
