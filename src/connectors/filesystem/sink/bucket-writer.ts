// Duty: opens part files, new ones and those of a snapshot, and commits them.
// Thread: the task worker that owns the writer or committer.
import type {
  CommitRecoverable,
  Committer,
  RecoverableWriter,
  ResumeRecoverable,
} from '../../../core/fs/recoverable-writer.js'
import type { InProgressFile, InProgressFileWriter } from './in-progress-file-writer.js'
import { TextMemory } from './part-file-stream.js'

/** Writes the records of one format into a file. */
export type PartWriterFactory<IN, BucketID> = (
  file: InProgressFile<BucketID>,
) => InProgressFileWriter<IN, BucketID> | Promise<InProgressFileWriter<IN, BucketID>>

export interface NewPartFile<BucketID> {
  readonly bucketId: BucketID
  readonly path: string
  /** Ms since the epoch. */
  readonly creationTime: number
}

export class BucketWriter<IN, BucketID> {
  readonly #files: RecoverableWriter
  readonly #createPartWriter: PartWriterFactory<IN, BucketID>
  readonly #memory = new TextMemory()

  constructor(files: RecoverableWriter, createPartWriter: PartWriterFactory<IN, BucketID>) {
    this.#files = files
    this.#createPartWriter = createPartWriter
  }

  async openNewInProgressFile({
    bucketId,
    path,
    creationTime,
  }: NewPartFile<BucketID>): Promise<InProgressFileWriter<IN, BucketID>> {
    const stream = await this.#files.open(path)
    try {
      return await this.#createPartWriter({ bucketId, stream, memory: this.#memory, creationTime })
    } catch (error) {
      await stream.discard()
      throw error
    }
  }

  /** What was written after the snapshot is cut off. */
  async resumeInProgressFileFrom(
    bucketId: BucketID,
    file: ResumeRecoverable,
    creationTime: number,
  ): Promise<InProgressFileWriter<IN, BucketID>> {
    const stream = await this.#files.recover(file)
    try {
      return await this.#createPartWriter({ bucketId, stream, memory: this.#memory, creationTime })
    } catch (error) {
      // The snapshot has it: the next attempt goes on with it.
      await stream.close()
      throw error
    }
  }

  recoverPendingFile(file: CommitRecoverable): Committer {
    return this.#files.recoverForCommit(file)
  }

  /** Removes a file that will not be committed. */
  discard(file: CommitRecoverable): Promise<void> {
    return this.#files.cleanupRecoverableState(file)
  }

  /** All that are below a directory and not committed, whoever wrote them. */
  listInProgress(directory: string): Promise<CommitRecoverable[]> {
    return this.#files.listInProgress(directory)
  }
}
