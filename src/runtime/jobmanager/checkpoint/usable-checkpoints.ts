// Duty: which completed checkpoint an attempt may start from.
// Invariants: the rule of the first start holds for every restart: all state is read before it is used; an older checkpoint is
// taken only with a note; and where there was one and none can be used the job fails instead of starting at zero. State that
// subtasks have kept beside them is not read here: what they have to read of it all the same they verify.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { Logger } from '../../../core/logging/logger.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { CompletedCheckpointStore } from '../../../storage/completed-checkpoint-store.js'
import { verifyState } from '../../../storage/snapshot-verification.js'
import type { JobEnvironment } from '../job-environment.js'
import { notesOf } from './restore-point.js'
import type { TaskLocalStateStores } from './task-local-state-stores.js'

export class UsableCheckpoints {
  readonly #store: CompletedCheckpointStore
  readonly #fileSystems: FileSystems
  readonly #logger: Logger
  readonly #localStates: TaskLocalStateStores
  /** The snapshot that the run starts from, until an attempt has asked. */
  #verified: CompletedCheckpoint | undefined
  /** Newest first, since the last checkpoint that was completed. */
  #damaged: FlinkError[] = []

  constructor(
    store: CompletedCheckpointStore,
    { fileSystems, logger }: Pick<JobEnvironment, 'fileSystems' | 'logger'>,
    localStates: TaskLocalStateStores,
  ) {
    this.#store = store
    this.#fileSystems = fileSystems
    this.#logger = logger
    this.#localStates = localStates
  }

  /** It was read just now, before the job was accepted: once is enough. */
  verified(checkpoint: CompletedCheckpoint): void {
    this.#verified = checkpoint
  }

  /** There is a newer one than all that were passed over. */
  completed(): void {
    this.#damaged = []
  }

  /**
   * Passes over the damaged ones, so that the store's latest is usable; resolves with what the user should know. Rejects with
   * SNAPSHOT_CORRUPT when none is left, and with the error of a disk that cannot be read.
   */
  async findNewest(): Promise<readonly string[]> {
    for (let latest = this.#store.latest(); latest !== undefined; latest = this.#store.latest()) {
      const damage = await this.#damageOf(latest)
      if (damage === undefined) return notesOf(this.#damaged, latest)
      this.#logger.warn('a damaged checkpoint is passed over', { reason: damage.message })
      this.#damaged.push(damage)
      this.#store.passOver(latest)
    }
    const [newest] = this.#damaged
    if (newest !== undefined) throw newest
    return []
  }

  async #damageOf(checkpoint: CompletedCheckpoint): Promise<FlinkError | undefined> {
    const isVerified = checkpoint === this.#verified
    this.#verified = undefined
    try {
      if (isVerified) return undefined
      const kept = await this.#localStates.keptOf(checkpoint.metadata)
      await verifyState(checkpoint.metadata, this.#fileSystems, kept)
      return undefined
    } catch (error) {
      if (FlinkError.is(error, 'SNAPSHOT_CORRUPT')) return error
      throw error
    }
  }
}
