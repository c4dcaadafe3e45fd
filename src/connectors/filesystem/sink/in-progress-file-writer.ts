// Duty: a part file that is being written, of any format.
// Thread: the task worker that owns the writer.
import type {
  CommitRecoverable,
  RecoverableOutputStream,
  ResumeRecoverable,
} from '../../../core/fs/recoverable-writer.js'
import type { PartFileInfo } from './part-file-info.js'
import { PartFileStream, type TextMemory } from './part-file-stream.js'

export interface InProgressFile<BucketID> {
  readonly bucketId: BucketID
  readonly stream: RecoverableOutputStream
  readonly memory: TextMemory
  /** Ms since the epoch. */
  readonly creationTime: number
}

export abstract class InProgressFileWriter<IN, BucketID> implements PartFileInfo<BucketID> {
  protected readonly stream: PartFileStream
  protected lastUpdateTime: number
  readonly #file: InProgressFile<BucketID>

  constructor(file: InProgressFile<BucketID>) {
    this.#file = file
    this.lastUpdateTime = file.creationTime
    this.stream = new PartFileStream(file.stream, file.memory)
  }

  getBucketId(): BucketID {
    return this.#file.bucketId
  }

  getCreationTime(): number {
    return this.#file.creationTime
  }

  getLastUpdateTime(): number {
    return this.lastUpdateTime
  }

  getSize(): number {
    return this.stream.sizeBytes
  }

  /** The same as to compare `getSize`, and cheap where it is far away. */
  isLargerThan(sizeBytes: number): boolean {
    return this.stream.isLargerThan(sizeBytes)
  }

  /** Gives a promise where the next record has to wait. */
  abstract write(element: IN, currentTime: number): void | Promise<void>

  /** What is written is durable, and the file can be gone on with. */
  async persist(): Promise<ResumeRecoverable> {
    await this.stream.flush()
    return this.#file.stream.persist()
  }

  /** The file is whole and durable, and waits for its commit. */
  async closeForCommit(): Promise<CommitRecoverable> {
    await this.stream.flush()
    const committer = await this.#file.stream.closeForCommit()
    await this.stream.close()
    return committer.getRecoverable()
  }

  /** The file stays as it is. */
  dispose(): Promise<void> {
    return this.stream.close()
  }

  /** The file is removed. */
  discard(): Promise<void> {
    return this.stream.discard()
  }

  /** After a record that is written when the promise is kept. */
  protected async settleAfter(written: Promise<void>): Promise<void> {
    await written
    await this.stream.settle()
  }
}
