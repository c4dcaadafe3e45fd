// Duty: a part file that an encoder writes, record by record.
// Thread: the task worker that owns the writer.
import type { Encoder } from './encoder.js'
import { InProgressFileWriter, type InProgressFile } from './in-progress-file-writer.js'

export class RowWisePartWriter<IN, BucketID> extends InProgressFileWriter<IN, BucketID> {
  readonly #encoder: Encoder<IN>

  constructor(file: InProgressFile<BucketID>, encoder: Encoder<IN>) {
    super(file)
    this.#encoder = encoder
  }

  write(element: IN, currentTime: number): void | Promise<void> {
    const encoded = this.#encoder.encode(element, this.stream)
    this.lastUpdateTime = currentTime
    return encoded === undefined ? this.stream.settle() : this.settleAfter(encoded)
  }
}
