// Duty: keys and values by position, side by side, in chunks: a list in one piece is copied when it grows, 160 MB with 10,000,000
// entries.
// Invariants: a chunk has a key at 2p and its value at 2p + 1, p counting from its start. All are arrays without holes, so that
// V8 knows one kind. There are few, so what is beside the entry itself stays in the processor's caches; the entries of a small
// table all lie in the first one.
// Thread: the task worker that owns the backend.

/** So a table of 262,144 entries has one chunk, and making a further one of 4 MB takes a millisecond or two. */
const CHUNK_BITS = 18

export class EntryList {
  /** The first chunk: grows as any array does. Of positions up to `mask`, for loops that go through many. */
  readonly first: unknown[] = []
  readonly #chunks: unknown[][] = [this.first]
  readonly #bits: number
  /** Position within a chunk. */
  readonly mask: number

  constructor(bits: number = CHUNK_BITS) {
    this.#bits = bits
    this.mask = (1 << bits) - 1
  }

  /** Of the position. */
  chunkAt(position: number): unknown[] {
    return position <= this.mask ? this.first : (this.#chunks[position >>> this.#bits] as unknown[])
  }

  /** At the end: positions come one after the other. */
  append(position: number, key: unknown, value: unknown): void {
    if (position <= this.mask) {
      this.first.push(key, value)
      return
    }
    if ((position & this.mask) === 0) this.#chunks.push(this.first.slice().fill(undefined))
    this.setAt(position, key, value)
  }

  setAt(position: number, key: unknown, value: unknown): void {
    const chunk = this.chunkAt(position)
    const at = 2 * (position & this.mask)
    chunk[at] = key
    chunk[at + 1] = value
  }

  keyAt(position: number): unknown {
    return this.chunkAt(position)[2 * (position & this.mask)]
  }

  setKeyAt(position: number, key: unknown): void {
    this.chunkAt(position)[2 * (position & this.mask)] = key
  }

  valueAt(position: number): unknown {
    return this.chunkAt(position)[2 * (position & this.mask) + 1]
  }

  setValueAt(position: number, value: unknown): void {
    this.chunkAt(position)[2 * (position & this.mask) + 1] = value
  }
}
