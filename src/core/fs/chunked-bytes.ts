// Duty: bytes that come chunk by chunk, read by their position in the whole.
// Invariants: one chunk is kept; what lies before it is gone.
// Thread: any.

export class ChunkedBytes {
  readonly #next: () => Promise<Uint8Array | undefined>
  #chunk: Uint8Array = new Uint8Array(0)
  #start = 0

  /** `next`: the chunk that follows; undefined at the end. */
  constructor(next: () => Promise<Uint8Array | undefined>) {
    this.#next = next
  }

  /** Position of the first byte that is kept. */
  get start(): number {
    return this.#start
  }

  /** From `offset`, which is not before `start`; fewer than `length` bytes at the end only. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const from = offset + filled - this.#start
      if (from >= this.#chunk.length) {
        const next = await this.#next()
        if (next === undefined) break
        this.#start += this.#chunk.length
        this.#chunk = next
        continue
      }
      const part = this.#chunk.subarray(from, from + length - filled)
      bytes.set(part, filled)
      filled += part.length
    }
    return bytes.subarray(0, filled)
  }
}
