// Duty: positions by hash: open addressing, linear probing from the mixed hash. Hash and position + 1 (0: free) lie side by side.
// Invariants: load at most 1/2, while it grows a little more; no marks for removed entries (removal shifts back). A large index
// grows in slices, a few slots with each insertion: `slots` stays the one that is searched, with everything in it, until the
// larger one has everything, too. Home places come from the first bits of the mixed hash, so both have the same order, and an
// entry is in the larger one exactly when its home place is before `#moved`. Moved at once, 8,000,000 entries take 400 ms.
// Thread: the task worker that owns the backend.

/** 2^32 / golden ratio: spreads hashes that differ in few bits. */
const MIX = 0x9e3779b1
/** A smaller index is moved at once, in less than a millisecond. */
const LEAST_SLICED_SLOTS = 1 << 16
/** So a move is over when a further thirty-second of the entries came. */
const SLOTS_A_SLICE = 64

export interface HashIndexOptions {
  /** A power of 2. */
  readonly initialCapacity: number
  readonly leastSlicedSlots?: number | undefined
  /** With fewer than four the smaller one could be full before the larger one has everything. */
  readonly slotsASlice?: number | undefined
}

export class HashIndex {
  /** Two numbers a slot. */
  slots: Int32Array
  /** Of a mixed hash, to its home place: `>>> shift`. */
  shift: number
  readonly #leastSlicedLength: number
  readonly #sliceLength: number
  /** The larger one, while entries move there. */
  #grown: Int32Array | undefined
  /** The slot here that moves next, times 2; it is free. */
  #moved = 0

  constructor(options: HashIndexOptions) {
    const { initialCapacity, leastSlicedSlots = LEAST_SLICED_SLOTS, slotsASlice = SLOTS_A_SLICE } = options
    this.slots = new Int32Array(2 * initialCapacity)
    this.shift = Math.clz32(initialCapacity) + 1
    this.#leastSlicedLength = 2 * leastSlicedSlots
    this.#sliceLength = 2 * slotsASlice
  }

  get isMoving(): boolean {
    return this.#grown !== undefined
  }

  /** `size` is that with the new entry. */
  insert(hash: number, position: number, size: number): void {
    if (size * 4 > this.slots.length && this.#grown === undefined) this.#grow()
    place(this.slots, this.shift, hash, position)
    if (this.#grown === undefined) return
    if (homeOf(hash, this.shift) < this.#moved) place(this.#grown, this.shift - 1, hash, position)
    this.#moveSlice(this.#sliceLength)
  }

  /** It must be there. */
  remove(hash: number, position: number): void {
    if (this.#grown !== undefined && homeOf(hash, this.shift) < this.#moved) {
      take(this.#grown, this.shift - 1, hash, position)
    }
    take(this.slots, this.shift, hash, position)
  }

  #grow(): void {
    this.#grown = new Int32Array(2 * this.slots.length)
    this.#moved = 0
    if (this.slots.length < this.#leastSlicedLength) this.#moveSlice(this.slots.length)
  }

  /** To the next free slot after the slice: no entry whose home place is before it lies beyond. */
  #moveSlice(length: number): void {
    const { slots } = this
    const grown = this.#grown
    if (grown === undefined) return
    const start = this.#moved
    const end = start + length
    let at = start
    for (; at < slots.length && (at < end || slots[at + 1] !== 0); at += 2) {
      const home = homeOf(slots[at] as number, this.shift)
      // Before the start: it is there. After its slot: it went round the end, and moves last.
      if (slots[at + 1] !== 0 && home >= start && home <= at) moveTo(grown, this.shift - 1, slots, at)
    }
    this.#moved = at
    if (at >= slots.length) this.#finishMove(grown)
  }

  #finishMove(grown: Int32Array): void {
    const { slots } = this
    for (let at = 0; slots[at + 1] !== 0; at += 2) {
      if (homeOf(slots[at] as number, this.shift) > at) moveTo(grown, this.shift - 1, slots, at)
    }
    this.slots = grown
    this.shift -= 1
    this.#grown = undefined
  }
}

/** Times 2. */
export function homeOf(hash: number, shift: number): number {
  return (Math.imul(hash, MIX) >>> shift) * 2
}

function moveTo(slots: Int32Array, shift: number, from: Int32Array, at: number): void {
  const mask = slots.length - 1
  let slot = homeOf(from[at] as number, shift)
  while (slots[slot + 1] !== 0) slot = (slot + 2) & mask
  slots[slot] = from[at] as number
  slots[slot + 1] = from[at + 1] as number
}

function place(slots: Int32Array, shift: number, hash: number, position: number): void {
  const mask = slots.length - 1
  let slot = homeOf(hash, shift)
  while (slots[slot + 1] !== 0) slot = (slot + 2) & mask
  slots[slot] = hash
  slots[slot + 1] = position + 1
}

function take(slots: Int32Array, shift: number, hash: number, position: number): void {
  const mask = slots.length - 1
  let hole = homeOf(hash, shift)
  while (slots[hole + 1] !== position + 1) hole = (hole + 2) & mask
  // Backward shift: what would no longer be found across the hole moves into it.
  for (let slot = (hole + 2) & mask; slots[slot + 1] !== 0; slot = (slot + 2) & mask) {
    const distanceFromHome = (slot - homeOf(slots[slot] as number, shift)) & mask
    if (distanceFromHome < ((slot - hole) & mask)) continue
    // By hand: calls of `copyWithin` and `fill` cost more than the two numbers.
    slots[hole] = slots[slot] as number
    slots[hole + 1] = slots[slot + 1] as number
    hole = slot
  }
  slots[hole] = 0
  slots[hole + 1] = 0
}
