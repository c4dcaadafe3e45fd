// Duty: the work on the disk for an attempt's checkpoints: to begin one, to complete one, to discard the files of one.
// Invariants: work that needs an order begins when its predecessor has ended, well or not; `settled` waits for all of
// it.
// Thread: main thread.
import { asError } from '../../../core/errors/thrown-value.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { CheckpointLocation } from '../../../storage/checkpoint-stream-factory.js'
import type { TaskStateSnapshot } from '../../../storage/state-handles.js'
import type { SnapshotRepository } from './snapshot-repository.js'

export class DiskWork {
  readonly #repository: SnapshotRepository
  readonly #logger: Logger
  readonly #underWay = new Set<Promise<unknown>>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(repository: SnapshotRepository, logger: Logger) {
    this.#repository = repository
    this.#logger = logger
  }

  /** Removes what an aborted checkpoint has written. */
  discard(location: CheckpointLocation, acknowledged: readonly TaskStateSnapshot[]): void {
    this.track(this.#discard(location, acknowledged))
  }

  /** Of work that never rejects. */
  track(work: Promise<unknown>): void {
    this.#underWay.add(work)
    void work.finally(() => this.#underWay.delete(work))
  }

  /** One after the other. */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = Promise.allSettled([result])
    this.track(this.#last)
    return result
  }

  /** Resolves when the disk is left alone. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  async #discard(location: CheckpointLocation, acknowledged: readonly TaskStateSnapshot[]): Promise<void> {
    try {
      await this.#repository.discard(location, acknowledged)
    } catch (error) {
      const reason = asError(error).message
      this.#logger.warn('could not remove the files of an aborted checkpoint', { reason })
    }
  }
}
