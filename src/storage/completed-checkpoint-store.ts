// Duty: the completed checkpoints of one run of a job: the newest to restart from, the older ones as many as are kept.
// Invariants: an older one is removed only after a newer one is durable; snapshots that the run was started from belong
// to the user and are never removed.
// Thread: main thread.
import type { CompletedCheckpoint } from './checkpoint-metadata.js'

export type CheckpointRetention = 'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION'

export class CompletedCheckpointStore {
  readonly #maxRetained: number
  readonly #remove: (checkpoint: CompletedCheckpoint) => Promise<void>
  readonly #own: CompletedCheckpoint[] = []
  #restored: CompletedCheckpoint | undefined

  constructor(maxRetained: number, remove: (checkpoint: CompletedCheckpoint) => Promise<void>) {
    this.#maxRetained = Math.max(1, maxRetained)
    this.#remove = remove
  }

  /** The snapshot that the run starts from, until it has checkpoints of its own. */
  setRestored(checkpoint: CompletedCheckpoint): void {
    this.#restored = checkpoint
  }

  latest(): CompletedCheckpoint | undefined {
    return this.#own.at(-1) ?? this.#restored
  }

  /** Oldest first. */
  retained(): readonly CompletedCheckpoint[] {
    return this.#own
  }

  /** Takes a durable checkpoint in and removes what is too much. */
  async add(checkpoint: CompletedCheckpoint): Promise<void> {
    this.#own.push(checkpoint)
    this.#own.sort((left, right) => left.metadata.checkpointId - right.metadata.checkpointId)
    while (this.#own.length > this.#maxRetained) {
      const oldest = this.#own.shift()
      if (oldest !== undefined) await this.#remove(oldest)
    }
  }

  /** The job has ended: removes its checkpoints where they are not to be kept. */
  async shutdown(status: 'FINISHED' | 'CANCELED' | 'FAILED', retention: CheckpointRetention): Promise<void> {
    if (!removesOnEnd(status, retention)) return
    for (const checkpoint of this.#own.splice(0)) await this.#remove(checkpoint)
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
