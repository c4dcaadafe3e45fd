// Duty: buckets under a sink function, in one subtask: which of their files wait for which checkpoint, and what a snapshot has of them.
//
//   record ─► Buckets ── snapshot: what is whole ──► pending ── its checkpoint, or a later one, is complete ──► committed
//
// Invariants: a snapshot has all files that are pending, and a restore commits them. A restored subtask removes what attempts of the same job
// have left in progress after the snapshot, of those with its index: no other subtask writes under it.
// Thread: the task worker that owns the sink.
import type { SinkProcessingTimeService } from '../../../api/functions/sink/sink-processing-time-service.js'
import type { FunctionInitializationContext } from '../../../api/functions/checkpointed-function.js'
import { ListStateDescriptor } from '../../../api/state/list-state-descriptor.js'
import type { ListState } from '../../../api/state/list-state.js'
import type { FileSystem } from '../../../core/fs/file-system.js'
import type { CommitRecoverable, Committer, RecoverableWriter } from '../../../core/fs/recoverable-writer.js'
import type { BucketAssigner, BucketAssignerContext } from './bucket-assigner.js'
import { BucketWriter, type PartWriterFactory } from './bucket-writer.js'
import { Buckets } from './buckets.js'
import type { OutputFileConfig } from './output-file-config.js'
import { PartFileNames } from './part-file-names.js'
import { numberInName, numbersBelow } from './part-numbers.js'
import type { RollingPolicy } from './rolling-policy.js'
import { storedBucket, storedFile, storedParts } from './stored-parts.js'

const COMMITTED_AT_ONCE = 16

export interface HelperParts<IN> {
  /** Absolute, as its file system has it. */
  readonly basePath: string
  readonly fileSystem: FileSystem
  readonly files: RecoverableWriter
  readonly createPartWriter: PartWriterFactory<IN, string>
  readonly bucketAssigner: BucketAssigner<IN>
  readonly rollingPolicy: RollingPolicy<IN, string>
  readonly outputFileConfig: OutputFileConfig
  readonly bucketCheckIntervalMs: number
}

/** Whose buckets they are. */
export interface HelperSubtask {
  readonly jobId: string
  readonly index: number
  readonly parallelism: number
}

/** Files of the subtask with this number, or a greater one, are not in the snapshot. */
interface PartCounter {
  readonly jobId: string
  readonly index: number
  readonly nextNumber: number
}

export class StreamingFileSinkHelper<IN> {
  readonly #parts: HelperParts<IN>
  readonly #subtask: HelperSubtask
  readonly #names: PartFileNames
  readonly #buckets: Buckets<IN, string>
  readonly #bucketStates: ListState<Uint8Array>
  readonly #partCounters: ListState<PartCounter>
  /** For the next checkpoint. */
  #whole: readonly CommitRecoverable[] = []
  /** By checkpoint, in their order. */
  readonly #pending = new Map<number, readonly CommitRecoverable[]>()
  readonly #isRestored: boolean
  /** Some snapshot is there to go back to, so what it does not have will be written again. */
  #hasSnapshot: boolean
  #phase: 'open' | 'finished' | 'closed' = 'open'

  private constructor(
    parts: HelperParts<IN>,
    subtask: HelperSubtask,
    context: FunctionInitializationContext,
    nextNumber: number,
  ) {
    this.#parts = parts
    this.#subtask = subtask
    this.#names = new PartFileNames(parts.outputFileConfig, String(subtask.index), nextNumber)
    const bucketWriter = new BucketWriter<IN, string>(parts.files, parts.createPartWriter)
    this.#buckets = new Buckets({ ...parts, bucketWriter, names: this.#names })
    const store = context.getOperatorStateStore()
    this.#bucketStates = store.getListState(BUCKET_STATES)
    this.#partCounters = store.getUnionListState(PART_COUNTERS)
    this.#isRestored = context.isRestored()
    this.#hasSnapshot = this.#isRestored
  }

  static async open<IN>(
    parts: HelperParts<IN>,
    subtask: HelperSubtask,
    context: FunctionInitializationContext,
  ): Promise<StreamingFileSinkHelper<IN>> {
    const counters = [...context.getOperatorStateStore().getUnionListState(PART_COUNTERS).get()]
    const ofJob = counters.filter(({ jobId }) => jobId === subtask.jobId)
    if (ofJob.length > 0) await removeLeftOvers(parts, subtask, ofJob)
    const numbers = counters.map((counter) => counter.nextNumber)
    const nextNumber = Math.max(await numberAfterAll(parts, subtask.index), ...numbers)
    const helper = new StreamingFileSinkHelper(parts, subtask, context, nextNumber)
    try {
      await helper.#restore()
    } catch (error) {
      // Nobody closes what was not made, and its files would stay open over all restarts.
      await helper.close()
      throw error
    }
    return helper
  }

  /** Looks at the buckets by the clock from now on. */
  startClock(service: SinkProcessingTimeService): void {
    const atMs = service.getCurrentProcessingTime() + this.#parts.bucketCheckIntervalMs
    service.registerTimer(atMs, async (timestampMs) => {
      if (this.#phase !== 'open') return
      await this.#buckets.onProcessingTime(timestampMs)
      this.startClock(service)
    })
  }

  /** Gives a promise where the next record has to wait. */
  write(element: IN, context: BucketAssignerContext): void | Promise<void> {
    return this.#buckets.write(element, context)
  }

  async snapshotState(checkpointId: number): Promise<void> {
    await this.#prepare(this.#phase !== 'open')
    this.#pending.set(checkpointId, this.#whole)
    this.#whole = []
    const buckets = await this.#buckets.snapshotState()
    this.#hasSnapshot = true
    this.#bucketStates.update([...buckets.map(storedBucket), ...[...this.#pending.values()].flat().map(storedFile)])
    const { jobId, index } = this.#subtask
    this.#partCounters.update([{ jobId, index, nextNumber: this.#names.nextNumber }])
  }

  /** What the checkpoint has as whole gets its name. */
  async commitUpToCheckpoint(checkpointId: number): Promise<void> {
    for (const [pendingId, files] of this.#pending) {
      if (pendingId > checkpointId) continue
      await this.#commit(files)
      this.#pending.delete(pendingId)
    }
  }

  /** The input has ended: all files are whole. */
  async finish(): Promise<void> {
    this.#phase = 'finished'
    await this.#prepare(true)
  }

  /** May be called again. */
  async close(): Promise<void> {
    this.#phase = 'closed'
    await this.#buckets.dispose(this.#hasSnapshot ? 'removed' : 'stay')
  }

  async #prepare(endOfInput: boolean): Promise<void> {
    const prepared = await this.#buckets.prepareCommit(endOfInput)
    this.#whole = [...this.#whole, ...prepared.flatMap(({ files }) => files)]
  }

  async #restore(): Promise<void> {
    const { buckets, pendingFiles } = storedParts([...this.#bucketStates.get()])
    await this.#commit(pendingFiles)
    if (this.#parts.files.supportsResume()) await this.#buckets.restore(buckets)
    // At once: where somebody took one, its name is free, and a new file that has it must not be committed in its place.
    else await this.#commit(buckets.map(({ inProgressFile }) => inProgressFile))
  }

  async #commit(files: readonly CommitRecoverable[]): Promise<void> {
    for (let from = 0; from < files.length; from += COMMITTED_AT_ONCE) {
      const some = files.slice(from, from + COMMITTED_AT_ONCE)
      await Promise.all(some.map((file) => this.#commitOne(this.#parts.files.recoverForCommit(file))))
    }
  }

  /** Where the job goes on from a snapshot a file may be gone: somebody took it after an earlier attempt had committed it. */
  async #commitOne(committer: Committer): Promise<void> {
    if (this.#isRestored) await committer.commitAfterRecovery()
    else await committer.commit()
  }
}

const BUCKET_STATES = new ListStateDescriptor<Uint8Array>('bucket-states')
const PART_COUNTERS = new ListStateDescriptor<PartCounter>('max-part-counter')

/** Neither a job that begins anew, nor one that goes on from an old snapshot, writes over what was written since. */
async function numberAfterAll<IN>(parts: HelperParts<IN>, index: number): Promise<number> {
  const { fileSystem, basePath, outputFileConfig } = parts
  const numbers = await numbersBelow(fileSystem, basePath, outputFileConfig, index)
  return numbers.reduce((next, number) => Math.max(next, number + 1), 0)
}

/** All subtasks count on from the greatest number, so that of one without a counter in the snapshot is not below it. */
async function removeLeftOvers<IN>(
  { files, basePath, outputFileConfig }: HelperParts<IN>,
  { index, parallelism }: HelperSubtask,
  counters: readonly PartCounter[],
): Promise<void> {
  const greatest = Math.max(...counters.map(({ nextNumber }) => nextNumber))
  const nextNumbers = new Map(counters.map((counter) => [counter.index, counter.nextNumber]))
  for (const file of await files.listInProgress(basePath)) {
    const name = file.targetPath.slice(file.targetPath.lastIndexOf('/') + 1)
    const found = numberInName(name, outputFileConfig)
    if (found === undefined || found.index % parallelism !== index) continue
    if (found.number >= (nextNumbers.get(found.index) ?? greatest)) await files.cleanupRecoverableState(file)
  }
}
