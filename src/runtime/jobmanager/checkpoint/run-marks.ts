// Duty: what a later run of the same job name learns of this one: stamps that put what both leave in order, that checkpoints
// have been complete and which is the newest, that the run has ended.
// Invariants: what this run leaves is stamped later than all that it found at its start, whatever the clock does. Its
// end mark counts only for checkpoints that it could have gone on from: those of a run that lived beside it stay
// usable.
// Thread: main thread.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { SavepointOptions } from '../../../core/config/savepoint-options.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { CheckpointMetadata, SnapshotHeader } from '../../../storage/checkpoint-metadata.js'
import { FileCheckpointStorage, type CheckpointStorage } from '../../../storage/checkpoint-storage.js'
import type { EndStatus } from '../../../storage/completed-checkpoint-store.js'
import { writeEndMark } from '../../../storage/end-mark.js'
import { findPredecessors, type Predecessors } from '../../../storage/predecessors.js'
import { Stamps } from '../../../storage/stamps.js'
import type { JobEnvironment } from '../job-environment.js'

/** Jobs that are asked at once whether they live. */
const ASKED_AT_ONCE = 16
const NOBODY: Predecessors = { checkpoints: [], end: undefined, jobIds: new Set(), stamps: [] }

export class RunMarks {
  /** Where checkpoints are found again by a later run. */
  readonly directory: string | undefined
  readonly #environment: JobEnvironment
  readonly #storage: CheckpointStorage
  readonly #stamps = new Stamps()
  /** See EndedRun. */
  #since = -1
  readonly #beside = new Set<string>()
  /** That a checkpoint of this run has been complete is on the disk. */
  #isMarked = false
  /** Of the user's, with which the job was asked to end. */
  #lastSavepoint: string | undefined

  constructor(environment: JobEnvironment, storage: CheckpointStorage) {
    this.#environment = environment
    this.#storage = storage
    const isInFiles = storage instanceof FileCheckpointStorage
    this.directory = isInFiles ? environment.configuration.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY) : undefined
  }

  /** Before anything is stamped, or looked for to go on from: who lives now is not among those that this run succeeds. */
  async begin(isJobRunning: (jobId: string) => Promise<boolean>): Promise<Predecessors> {
    const predecessors = await this.#predecessors()
    for (const stamp of predecessors.stamps) {
      this.#stamps.saw(stamp)
      this.#since = Math.max(this.#since, stamp)
    }
    if (this.#isEndMarked) await this.#findLiving(predecessors.jobIds, isJobRunning)
    return predecessors
  }

  /** `found`: it lay in the directory, completed perhaps by a run that has ended since `begin`. */
  goesOnFrom({ jobId, timestamp }: SnapshotHeader, how: 'found' | 'named'): void {
    this.#stamps.saw(timestamp)
    if (how === 'named') return
    this.#since = Math.max(this.#since, timestamp)
    this.#beside.delete(jobId)
  }

  /** For a snapshot that was triggered at `timeMs` by the clock. */
  stamp(timeMs: number): number {
    return this.#stamps.next(timeMs)
  }

  /** A disk that does not take it costs a later run its certainty, not this one its checkpoint: the next one tries again. */
  async completed(newest: CheckpointMetadata): Promise<void> {
    // It was to end, and has gone on.
    this.#lastSavepoint = undefined
    try {
      if (!this.#isMarked) await this.#storage.markCompleted(newest)
      this.#isMarked = true
      await this.#storage.noteNewest(newest)
    } catch (error) {
      const reason = messageOf(error)
      this.#environment.logger.warn('could not note that a checkpoint is complete, which is tried again', { reason })
    }
  }

  /** The job is to end with this savepoint, and may go on from it later. */
  endsWith(savepoint: string): void {
    this.#lastSavepoint = savepoint
  }

  /** For good: what is left of the run's checkpoints is about to be removed. */
  async ended(status: EndStatus): Promise<void> {
    const { jobId, jobGraph, clock, fileSystems } = this.#environment
    if (this.directory !== undefined && this.#isEndMarked) {
      const run = { jobId, since: this.#since, beside: [...this.#beside] }
      const savepoint = this.#lastSavepoint
      const end = {
        timestamp: this.#stamps.next(clock.now()),
        status,
        ...(savepoint !== undefined && { savepoint }),
        run,
      }
      await writeEndMark(this.directory, { jobName: jobGraph.name, ...end }, fileSystems)
    }
    await this.#storage.unmarkCompleted(jobGraph.name)
  }

  get #isEndMarked(): boolean {
    return this.#environment.configuration.get(SavepointOptions.RECOVER_FROM_LATEST)
  }

  async #predecessors(): Promise<Predecessors> {
    const { jobGraph, fileSystems, logger } = this.#environment
    if (this.directory === undefined) return NOBODY
    try {
      return await findPredecessors(this.directory, jobGraph.name, fileSystems)
    } catch (error) {
      // Whoever needs what lies there says so; for the stamps of this run its clock has to do.
      const reason = messageOf(error)
      logger.warn('could not look for what earlier runs left', { reason })
      return NOBODY
    }
  }

  async #findLiving(jobIds: ReadonlySet<string>, isJobRunning: (jobId: string) => Promise<boolean>): Promise<void> {
    const left = jobIds.values()
    const askNext = async (): Promise<void> => {
      for (const jobId of left) if (await isJobRunning(jobId)) this.#beside.add(jobId)
    }
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askNext))
  }
}
