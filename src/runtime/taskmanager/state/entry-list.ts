// Duty: keys and values by position, side by side, in chunks: a list in one piece is copied when it grows, 160 MB with 10,000,000
// entries.
// Invariants: a chunk has a key at 2p and its value at 2p + 1, p counting from its start. The first one is larger. All are arrays without holes, so that
// V8 knows one kind. There are few, so what is beside the entry itself stays in the processor's caches; the entries of a small
// table all lie in the first one.
// Thread: the task worker that owns the backend.

/** Making a further chunk of 4 MB takes a millisecond or two. */
const CHUNK_BITS = 18
/**
 * The first chunk is that of so many: a table of 1,048,576 entries has no other. With 262,144 a count of 1,000,000 keys took 14 % more
 * processor time than with a list in one piece, so 3 %. The last time that it grows copies 16 MB at most.
 */
const FIRST_CHUNKS = 4

export class EntryList {
  /** The first chunk: grows as any array does. Of positions up to `last`, for loops that go through many. */
  readonly first: unknown[] = []
  /** The greatest position in the first chunk. */
  readonly last: number
  /** Those after it. */
  readonly #chunks: unknown[][] = []
  readonly #bits: number
  readonly #chunkMask: number

  constructor(bits: number = CHUNK_BITS) {
    this.#bits = bits
    this.#chunkMask = (1 << bits) - 1
    this.last = FIRST_CHUNKS * (1 << bits) - 1
  }

  /** At the end: positions come one after the other. */
  append(position: number, key: unknown, value: unknown): void {
    if (position <= this.last) {
      this.first.push(key, value)
      return
    }
    if ((position & this.#chunkMask) === 0) {
      const [chunk = this.first.slice(0, 2 << this.#bits)] = this.#chunks
      this.#chunks.push(chunk.slice().fill(undefined))
    }
    this.setAt(position, key, value)
  }

  setAt(position: number, key: unknown, value: unknown): void {
    this.setKeyAt(position, key)
    this.setValueAt(position, value)
  }

  keyAt(position: number): unknown {
    if (position <= this.last) return this.first[2 * position]
    return this.#chunkAt(position)[2 * (position & this.#chunkMask)]
  }

  setKeyAt(position: number, key: unknown): void {
    if (position <= this.last) this.first[2 * position] = key
    else this.#chunkAt(position)[2 * (position & this.#chunkMask)] = key
  }

  valueAt(position: number): unknown {
    if (position <= this.last) return this.first[2 * position + 1]
    return this.#chunkAt(position)[2 * (position & this.#chunkMask) + 1]
  }

  setValueAt(position: number, value: unknown): void {
    if (position <= this.last) this.first[2 * position + 1] = value
    else this.#chunkAt(position)[2 * (position & this.#chunkMask) + 1] = value
  }

  /** After the first one. */
  #chunkAt(position: number): unknown[] {
    return this.#chunks[(position >>> this.#bits) - FIRST_CHUNKS] as unknown[]
  }
}
