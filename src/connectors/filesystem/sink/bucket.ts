// Duty: one bucket of a sink of files: a directory, at most one part file in progress, and those that are whole and not handed out.
//
//   write ─► in progress ── policy, or end of the input ──► pending ─► prepareCommit: handed out, to be committed
//                ▲                                             ▲
//                └── restore: cut off and gone on with         └── merge: of another bucket of this id
//
// Thread: the task worker that owns the writer.
import type { CommitRecoverable } from '../../../core/fs/recoverable-writer.js'
import type { BucketState } from './bucket-state.js'
import type { BucketWriter } from './bucket-writer.js'
import type { InProgressFileWriter } from './in-progress-file-writer.js'
import type { PartFileNames } from './part-file-names.js'
import type { RollingPolicy } from './rolling-policy.js'

/** What all buckets of a writer share. */
export interface BucketParts<IN, BucketID> {
  readonly bucketWriter: BucketWriter<IN, BucketID>
  readonly rollingPolicy: RollingPolicy<IN, BucketID>
  readonly names: PartFileNames
}

interface PendingFile {
  readonly file: CommitRecoverable
  /** Whether a snapshot has it, from when it was in progress. */
  readonly isInSnapshot: boolean
}

export class Bucket<IN, BucketID> {
  readonly bucketId: BucketID
  readonly bucketPath: string
  readonly #parts: BucketParts<IN, BucketID>
  #inProgressPart: InProgressFileWriter<IN, BucketID> | undefined
  #isInSnapshot = false
  readonly #pendingFiles: PendingFile[] = []

  constructor(parts: BucketParts<IN, BucketID>, bucketId: BucketID, bucketPath: string) {
    this.#parts = parts
    this.bucketId = bucketId
    this.bucketPath = bucketPath
  }

  static async restore<IN, BucketID>(
    parts: BucketParts<IN, BucketID>,
    { bucketId, bucketPath, creationTime, inProgressFile }: BucketState<BucketID>,
  ): Promise<Bucket<IN, BucketID>> {
    const bucket = new Bucket(parts, bucketId, bucketPath)
    const { bucketWriter } = parts
    bucket.#isInSnapshot = true
    bucket.#inProgressPart = await bucketWriter.resumeInProgressFileFrom(bucketId, inProgressFile, creationTime)
    return bucket
  }

  /** False: nothing is lost where it is forgotten. */
  get isActive(): boolean {
    return this.#inProgressPart !== undefined || this.#pendingFiles.length > 0
  }

  /** Gives a promise where the next record has to wait; `currentTime` in ms since the epoch. */
  write(element: IN, currentTime: number): void | Promise<void> {
    const part = this.#inProgressPart
    if (part === undefined || this.#parts.rollingPolicy.shouldRollOnEvent(part, element)) {
      return this.#writeToNewPart(element, currentTime)
    }
    return part.write(element, currentTime)
  }

  async onProcessingTime(currentTime: number): Promise<void> {
    const part = this.#inProgressPart
    if (part !== undefined && this.#parts.rollingPolicy.shouldRollOnProcessingTime(part, currentTime)) {
      await this.#closePart()
    }
  }

  /** Hands out what is whole, before a snapshot. */
  async prepareCommit(endOfInput: boolean): Promise<CommitRecoverable[]> {
    const part = this.#inProgressPart
    if (part !== undefined && (endOfInput || this.#parts.rollingPolicy.shouldRollOnCheckpoint(part))) {
      await this.#closePart()
    }
    return this.#pendingFiles.splice(0).map(({ file }) => file)
  }

  /** After `prepareCommit`; undefined where nothing is in progress. */
  async snapshotState(): Promise<BucketState<BucketID> | undefined> {
    const part = this.#inProgressPart
    if (part === undefined) return undefined
    const { bucketId, bucketPath } = this
    this.#isInSnapshot = true
    return { bucketId, bucketPath, creationTime: part.getCreationTime(), inProgressFile: await part.persist() }
  }

  /** Takes over what another bucket of the same id has, which is given up. */
  async merge(other: Bucket<IN, BucketID>): Promise<void> {
    await other.#closePart()
    this.#pendingFiles.push(...other.#pendingFiles.splice(0))
  }

  /** What no snapshot has is removed, or stays as it is. */
  async dispose(unknownFiles: 'stay' | 'removed'): Promise<void> {
    const part = this.#inProgressPart
    this.#inProgressPart = undefined
    const areRemoved = unknownFiles === 'removed'
    if (areRemoved && !this.#isInSnapshot) await part?.discard()
    else await part?.dispose()
    for (const { file, isInSnapshot } of this.#pendingFiles.splice(0)) {
      if (areRemoved && !isInSnapshot) await this.#parts.bucketWriter.discard(file)
    }
  }

  async #writeToNewPart(element: IN, currentTime: number): Promise<void> {
    await this.#closePart()
    const { bucketWriter, names } = this.#parts
    const path = `${this.bucketPath === '/' ? '' : this.bucketPath}/${names.next()}`
    const newPart = { bucketId: this.bucketId, path, creationTime: currentTime }
    this.#isInSnapshot = false
    this.#inProgressPart = await bucketWriter.openNewInProgressFile(newPart)
    await this.#inProgressPart.write(element, currentTime)
  }

  async #closePart(): Promise<void> {
    const part = this.#inProgressPart
    if (part === undefined) return
    this.#pendingFiles.push({ file: await part.closeForCommit(), isInSnapshot: this.#isInSnapshot })
    this.#inProgressPart = undefined
  }
}
