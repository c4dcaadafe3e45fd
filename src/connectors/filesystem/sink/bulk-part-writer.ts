// Duty: a part file that a bulk writer writes. It cannot be gone on with after a restore, so it ends with each checkpoint.
// Thread: the task worker that owns the writer.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { CommitRecoverable } from '../../../core/fs/recoverable-writer.js'
import type { BulkWriter, BulkWriterFactory } from './bulk-writer.js'
import { InProgressFileWriter, type InProgressFile } from './in-progress-file-writer.js'

export class BulkPartWriter<IN, BucketID> extends InProgressFileWriter<IN, BucketID> {
  #writer: BulkWriter<IN> | undefined

  static async open<IN, BucketID>(
    file: InProgressFile<BucketID>,
    factory: BulkWriterFactory<IN>,
  ): Promise<BulkPartWriter<IN, BucketID>> {
    const part = new BulkPartWriter<IN, BucketID>(file)
    part.#writer = await factory.create(part.stream)
    return part
  }

  write(element: IN, currentTime: number): void | Promise<void> {
    const added = this.#writer?.addElement(element)
    this.lastUpdateTime = currentTime
    return added === undefined ? this.stream.settle() : this.settleAfter(added)
  }

  override persist(): Promise<never> {
    const reason = 'its rolling policy left a part file open at a checkpoint, which no bulk format can go on with'
    return Promise.reject(new FlinkError('GRAPH_INVALID', { operator: 'FileSink.forBulkFormat', reason }))
  }

  override async closeForCommit(): Promise<CommitRecoverable> {
    await this.#writer?.flush()
    await this.#writer?.finish()
    return super.closeForCommit()
  }
}
