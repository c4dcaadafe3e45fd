// Duty: how long the newest checkpoint of a task waited for its barriers.
// Invariants: written by the task's part in checkpoints, read by its metrics; times in ms.
// Thread: the task's worker.

export class CheckpointAlignment {
  alignmentMs = 0
  /** From the checkpoint's trigger until its first barrier came here. */
  startDelayMs = 0

  aligned(alignmentMs: number, sinceTriggerMs: number): void {
    this.alignmentMs = alignmentMs
    this.startDelayMs = Math.max(0, sinceTriggerMs - alignmentMs)
  }
}
