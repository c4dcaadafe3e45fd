// Duty: positions in the order of the hashes of the keys there, as elements of one timestamp are taken.
// Invariants: they are sorted once, when the first of them is asked for, and again after `forget`.
// Thread: the task worker that owns the backend.

/** Hash and position are sorted as one number. */
const POSITIONS = 2 ** 21
/** Hashes have a sign. */
const LEAST_HASH = -(2 ** 31)

/** What is ordered. */
export interface OrderedEntries {
  hashAt(position: number): number
  /** Of all, in any order. */
  positions(): Int32Array
  has(position: number): boolean
}

export class HashOrder {
  #sorted: Int32Array | undefined
  #next = 0

  /** Others came. */
  forget(): void {
    this.#sorted = undefined
  }

  /** Of the first one; there must be one. */
  first(entries: OrderedEntries): number {
    let sorted = this.#sorted
    if (sorted === undefined) {
      sorted = sort(entries)
      this.#sorted = sorted
      this.#next = 0
    }
    while (!entries.has(sorted[this.#next] as number)) this.#next += 1
    return sorted[this.#next] as number
  }

  /** Up to `count` positions, beginning with that of the first one; some of them may have no element any more. */
  coming(count: number): Int32Array {
    return this.#sorted?.subarray(this.#next, this.#next + count) ?? new Int32Array(0)
  }
}

function sort(entries: OrderedEntries): Int32Array {
  const positions = entries.positions()
  if (positions.some((position) => position >= POSITIONS)) {
    return positions.sort((left, right) => entries.hashAt(left) - entries.hashAt(right))
  }
  const packed = new Float64Array(positions.length)
  for (let at = 0; at < positions.length; at += 1) {
    const position = positions[at] as number
    packed[at] = (entries.hashAt(position) - LEAST_HASH) * POSITIONS + position
  }
  packed.sort()
  for (let at = 0; at < positions.length; at += 1) positions[at] = (packed[at] as number) % POSITIONS
  return positions
}
