// Duty: the form of keyed state that every backend reads, as it is written: one stream, key group after key group.
// Invariants: offsets count from the start of the stream; one more than there are key groups. A key group without any
// entry is empty. Bytes go to the stream in chunks.
// Thread: the task worker that owns the backend.
import { DataOutputView } from '../../../core/memory/data-output-view.js'
import type { CheckpointOutputStream } from '../../../storage/checkpoint-stream-factory.js'
import { writeBlock, type KeyGroupBlock } from './key-group-block.js'

const CHUNK_BYTES = 64 * 1024

export class KeyGroupStream {
  readonly #stream: CheckpointOutputStream
  readonly #chunk = new DataOutputView(CHUNK_BYTES * 2)
  readonly #offsets: number[] = []
  #written = 0

  constructor(stream: CheckpointOutputStream) {
    this.#stream = stream
  }

  /** The next key group: a block for each state, in the order of the handle's states. */
  async write(blocks: readonly KeyGroupBlock[]): Promise<void> {
    this.#offsets.push(this.#written + this.#chunk.position)
    if (blocks.every(({ entries }) => entries.length === 0)) return
    for (const block of blocks) writeBlock(block, this.#chunk)
    if (this.#chunk.position >= CHUNK_BYTES) await this.#flush()
  }

  /** All are written: the offsets of the handle. The stream is still open. */
  async finish(): Promise<readonly number[]> {
    await this.#flush()
    return [...this.#offsets, this.#written]
  }

  async #flush(): Promise<void> {
    if (this.#chunk.position === 0) return
    const bytes = this.#chunk.written()
    await this.#stream.write(bytes)
    this.#written += bytes.length
    this.#chunk.reset()
  }
}
