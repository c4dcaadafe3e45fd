// Duty: the completed checkpoints of one run of a job: the newest to restart from, the older ones as many as are kept.
// Invariants: an older one is removed only after a newer one is durable; a removal that fails is reported and never
// makes the newer checkpoint a failed one; what belongs to the user (the snapshot that the run was started from, a
// savepoint that it was to end with) may be restarted from and is never removed.
// Thread: main thread.
import type { CompletedCheckpoint } from './checkpoint-metadata.js'

export type CheckpointRetention = 'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION'

/** How checkpoints leave the store. */
export interface CheckpointCleaner {
  remove(checkpoint: CompletedCheckpoint): Promise<void>
  /** A removal failed: its files stay behind. */
  onRemovalFailed(checkpoint: CompletedCheckpoint, error: unknown): void
}

export class CompletedCheckpointStore {
  readonly #maxRetained: number
  readonly #cleaner: CheckpointCleaner
  readonly #own: CompletedCheckpoint[] = []
  #external: CompletedCheckpoint | undefined

  constructor(maxRetained: number, cleaner: CheckpointCleaner) {
    this.#maxRetained = Math.max(1, maxRetained)
    this.#cleaner = cleaner
  }

  /** A snapshot of the user's to restart from, until there is a newer checkpoint. */
  setExternal(snapshot: CompletedCheckpoint): void {
    this.#external = snapshot
  }

  latest(): CompletedCheckpoint | undefined {
    const own = this.#own.at(-1)
    const external = this.#external
    if (own === undefined || external === undefined) return own ?? external
    return own.metadata.checkpointId > external.metadata.checkpointId ? own : external
  }

  /** Oldest first. */
  retained(): readonly CompletedCheckpoint[] {
    return [...this.#own]
  }

  /** Takes a durable checkpoint in and removes what is too much. */
  async add(checkpoint: CompletedCheckpoint): Promise<void> {
    this.#own.push(checkpoint)
    this.#own.sort((left, right) => left.metadata.checkpointId - right.metadata.checkpointId)
    const subsumed = this.#own.splice(0, Math.max(0, this.#own.length - this.#maxRetained))
    await this.#removeAll(subsumed)
  }

  /** The job has ended: removes its checkpoints where they are not to be kept. */
  async shutdown(status: 'FINISHED' | 'CANCELED' | 'FAILED', retention: CheckpointRetention): Promise<void> {
    if (!removesOnEnd(status, retention)) return
    await this.#removeAll(this.#own.splice(0))
  }

  /** Oldest first, so that a crash in between leaves the newest. */
  async #removeAll(checkpoints: readonly CompletedCheckpoint[]): Promise<void> {
    for (const checkpoint of checkpoints) {
      try {
        await this.#cleaner.remove(checkpoint)
      } catch (error) {
        this.#cleaner.onRemovalFailed(checkpoint, error)
      }
    }
  }
}

function removesOnEnd(status: 'FINISHED' | 'CANCELED' | 'FAILED', retention: CheckpointRetention): boolean {
  switch (status) {
    case 'FINISHED':
      return true
    case 'CANCELED':
      return retention !== 'RETAIN_ON_CANCELLATION'
    case 'FAILED':
      return retention === 'NO_EXTERNALIZED_CHECKPOINTS'
  }
}
