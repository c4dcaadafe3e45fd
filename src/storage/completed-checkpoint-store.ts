// Duty: the completed checkpoints of one run of a job: the newest to restart from, the older ones as many as are kept.
// Invariants: an older one is removed only after a newer one is durable; a removal that fails is reported, tried
// again with the next ones and at the end of the job, and never makes the newer checkpoint a failed one; what belongs to the user (the snapshot that the run was started from, a
// savepoint that it was to end with) may be restarted from and is never removed. A snapshot that the run claimed goes when
// newer ones have subsumed it or the job has finished, never with a job that failed or was cancelled before that.
// Thread: main thread.
import type { CompletedCheckpoint } from './checkpoint-metadata.js'

export type CheckpointRetention = 'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION'

export type EndStatus = 'FINISHED' | 'CANCELED' | 'FAILED'

/** How checkpoints leave the store. */
export interface CheckpointCleaner {
  remove(checkpoint: CompletedCheckpoint): Promise<void>
  /** A removal failed for the first time: it is tried again. */
  onRemovalFailed(checkpoint: CompletedCheckpoint, error: unknown): void
  /** It is not tried again: its files stay. */
  onLeftBehind(checkpoint: CompletedCheckpoint): void
}

/** How many checkpoints are remembered that could not be removed: a disk may refuse every removal. */
const MAX_UNREMOVED = 100

export class CompletedCheckpointStore {
  readonly #maxRetained: number
  readonly #cleaner: CheckpointCleaner
  readonly #own: CompletedCheckpoint[] = []
  #external: CompletedCheckpoint | undefined
  #claimed: CompletedCheckpoint | undefined
  /** Whose removal failed, oldest first. */
  readonly #unremoved: CompletedCheckpoint[] = []

  constructor(maxRetained: number, cleaner: CheckpointCleaner) {
    this.#maxRetained = Math.max(1, maxRetained)
    this.#cleaner = cleaner
  }

  /** A snapshot of the user's to restart from, until there is a newer checkpoint. */
  setExternal(snapshot: CompletedCheckpoint): void {
    this.#external = snapshot
  }

  /** A snapshot to restart from that belongs to the run from now on, as if it were the first of its checkpoints. */
  claim(snapshot: CompletedCheckpoint): void {
    this.#claimed = snapshot
    this.#own.push(snapshot)
  }

  /** One that the job itself completed in an earlier process. */
  recover(checkpoint: CompletedCheckpoint): void {
    this.#own.push(checkpoint)
  }

  latest(): CompletedCheckpoint | undefined {
    const own = this.#own.at(-1)
    const external = this.#external
    if (own === undefined || external === undefined) return own ?? external
    return own.metadata.checkpointId > external.metadata.checkpointId ? own : external
  }

  /** It cannot be used any more: the next older one is the latest. Its files stay, for whoever wants to look. */
  passOver(checkpoint: CompletedCheckpoint): void {
    if (this.#external === checkpoint) this.#external = undefined
    if (this.#claimed === checkpoint) this.#claimed = undefined
    if (this.#own.includes(checkpoint)) this.#own.splice(this.#own.indexOf(checkpoint), 1)
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

  /** True when `shutdown` is going to remove some. */
  removesOnEnd(status: EndStatus, retention: CheckpointRetention): boolean {
    return this.#removedOnEnd(status, retention).length > 0
  }

  /** The job has ended: removes its checkpoints where they are not to be kept. */
  async shutdown(status: EndStatus, retention: CheckpointRetention): Promise<void> {
    const removed = this.#removedOnEnd(status, retention)
    if (removesOnEnd(status, retention)) this.#own.splice(0)
    await this.#removeAll(removed)
    for (const checkpoint of this.#unremoved.splice(0)) this.#cleaner.onLeftBehind(checkpoint)
  }

  #removedOnEnd(status: EndStatus, retention: CheckpointRetention): readonly CompletedCheckpoint[] {
    const kept = status === 'FINISHED' ? undefined : this.#claimed
    return removesOnEnd(status, retention) ? this.#own.filter((checkpoint) => checkpoint !== kept) : []
  }

  /** Oldest first, so that a crash in between leaves the newest. */
  async #removeAll(checkpoints: readonly CompletedCheckpoint[]): Promise<void> {
    await this.#retryRemovals()
    for (const checkpoint of checkpoints) {
      try {
        await this.#cleaner.remove(checkpoint)
      } catch (error) {
        this.#cleaner.onRemovalFailed(checkpoint, error)
        this.#unremoved.push(checkpoint)
      }
    }
    const leftBehind = this.#unremoved.splice(0, Math.max(0, this.#unremoved.length - MAX_UNREMOVED))
    for (const checkpoint of leftBehind) this.#cleaner.onLeftBehind(checkpoint)
  }

  /** Up to the first that fails again: whatever is wrong with the disk was told already and is still wrong. */
  async #retryRemovals(): Promise<void> {
    for (let [oldest] = this.#unremoved; oldest !== undefined; [oldest] = this.#unremoved) {
      try {
        await this.#cleaner.remove(oldest)
      } catch {
        return
      }
      this.#unremoved.shift()
    }
  }
}

function removesOnEnd(status: EndStatus, retention: CheckpointRetention): boolean {
  switch (status) {
    case 'FINISHED':
      return true
    case 'CANCELED':
      return retention !== 'RETAIN_ON_CANCELLATION'
    case 'FAILED':
      return retention === 'NO_EXTERNALIZED_CHECKPOINTS'
  }
}
