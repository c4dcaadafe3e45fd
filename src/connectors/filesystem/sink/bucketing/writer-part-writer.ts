// Duty: a part file that a Writer writes.
// Thread: the task worker that owns the sink.
import type { CommitRecoverable, ResumeRecoverable } from '../../../../core/fs/recoverable-writer.js'
import { InProgressFileWriter, type InProgressFile } from '../in-progress-file-writer.js'
import type { Writer } from './writer.js'

export class WriterPartWriter<IN, BucketID> extends InProgressFileWriter<IN, BucketID> {
  readonly #writer: Writer<IN>

  constructor(file: InProgressFile<BucketID>, writer: Writer<IN>) {
    super(file)
    this.#writer = writer
    writer.open(this.stream)
  }

  write(element: IN, currentTime: number): void | Promise<void> {
    const written = this.#writer.write(element)
    this.lastUpdateTime = currentTime
    return written === undefined ? this.stream.settle() : this.settleAfter(written)
  }

  override async persist(): Promise<ResumeRecoverable> {
    await this.#writer.flush()
    return super.persist()
  }

  override async closeForCommit(): Promise<CommitRecoverable> {
    await this.#writer.flush()
    await this.#writer.close()
    return super.closeForCommit()
  }
}
