// Duty: the order of a priority queue: a heap with four children a node, of timestamp, hash of the key and position.
// Invariants: the least timestamp comes first, of equal ones that with the least hash. It knows nothing of what stands at a
// position. Numbers in typed arrays: nothing in here is an object that the garbage collector would have to visit.
// Thread: the task worker that owns the backend.
import { grownFloat64, grownInt32 } from './growing-numbers.js'
import { TimerRun } from './timer-run.js'

const INITIAL_CAPACITY = 64

export class TimerHeap {
  #timestamps: Float64Array = new Float64Array(INITIAL_CAPACITY)
  #hashes: Int32Array = new Int32Array(INITIAL_CAPACITY)
  #positions: Int32Array = new Int32Array(INITIAL_CAPACITY)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Of the first one, here and below; the heap must not be empty. */
  get timestamp(): number {
    return this.#timestamps[0] as number
  }

  get hash(): number {
    return this.#hashes[0] as number
  }

  get position(): number {
    return this.#positions[0] as number
  }

  push(timestamp: number, hash: number, position: number): void {
    const last = this.append(timestamp, hash, position)
    const timestamps = this.#timestamps
    const hashes = this.#hashes
    let at = last
    while (at > 0) {
      const parent = (at - 1) >>> 2
      const above = timestamps[parent] as number
      if (above < timestamp || (above === timestamp && (hashes[parent] as number) <= hash)) break
      this.#move(parent, at)
      at = parent
    }
    if (at !== last) this.#put(at, timestamp, hash, position)
  }

  pop(): void {
    this.#size -= 1
    if (this.#size > 0) this.#sink(0, this.#size)
  }

  /** Without its place in the order: `order` must follow the last one. */
  append(timestamp: number, hash: number, position: number): number {
    const at = this.#size
    if (at === this.#timestamps.length) this.#grow()
    this.#put(at, timestamp, hash, position)
    this.#size += 1
    return at
  }

  clear(): void {
    this.#size = 0
  }

  order(): void {
    for (let at = (this.#size - 2) >> 2; at >= 0; at -= 1) this.#sink(at, at)
  }

  /** Whether so many are not after `timestamp`: looks at those and their children alone. */
  hasUpTo(timestamp: number, count: number): boolean {
    const timestamps = this.#timestamps
    const found = [0]
    for (let next = 0; next < found.length && found.length < count; next += 1) {
      const child = 4 * (found[next] as number) + 1
      const end = Math.min(child + 4, this.#size)
      for (let at = child; at < end; at += 1) if ((timestamps[at] as number) <= timestamp) found.push(at)
    }
    return found.length >= count
  }

  /** Takes all that are not after `timestamp`, sorted; undefined, and takes none, where they cannot be sorted as a run. */
  takeUpTo(timestamp: number): TimerRun | undefined {
    const size = this.#size
    const timers = {
      timestamps: new Float64Array(size),
      hashes: new Int32Array(size),
      positions: new Int32Array(size),
    }
    let count = 0
    for (let at = 0; at < size; at += 1) {
      if ((this.#timestamps[at] as number) > timestamp) continue
      timers.timestamps[count] = this.#timestamps[at] as number
      timers.hashes[count] = this.#hashes[at] as number
      timers.positions[count] = this.#positions[at] as number
      count += 1
    }
    const run = TimerRun.of(timers, count)
    if (run === undefined) return undefined
    this.#size = 0
    for (let at = 0; at < size; at += 1) {
      if ((this.#timestamps[at] as number) <= timestamp) continue
      this.#move(at, this.#size)
      this.#size += 1
    }
    this.order()
    return run
  }

  /** Keeps those that are wanted, each position once. */
  retain(isWanted: (position: number, timestamp: number) => boolean): void {
    const kept = new Set<number>()
    const size = this.#size
    this.#size = 0
    for (let at = 0; at < size; at += 1) {
      const position = this.#positions[at] as number
      if (kept.has(position) || !isWanted(position, this.#timestamps[at] as number)) continue
      kept.add(position)
      this.#move(at, this.#size)
      this.#size += 1
    }
    this.order()
  }

  /** Finds the place at or below `at` for what stands at `from`. */
  #sink(at: number, from: number): void {
    const timestamps = this.#timestamps
    const hashes = this.#hashes
    const timestamp = timestamps[from] as number
    const hash = hashes[from] as number
    const position = this.#positions[from] as number
    const size = this.#size
    let hole = at
    for (let child = 4 * hole + 1; child < size; child = 4 * hole + 1) {
      const end = Math.min(child + 4, size)
      let least = child
      let leastTimestamp = timestamps[child] as number
      for (let other = child + 1; other < end; other += 1) {
        const candidate = timestamps[other] as number
        if (candidate > leastTimestamp) continue
        if (candidate === leastTimestamp && (hashes[other] as number) >= (hashes[least] as number)) continue
        least = other
        leastTimestamp = candidate
      }
      if (timestamp < leastTimestamp || (timestamp === leastTimestamp && hash <= (hashes[least] as number))) break
      this.#move(least, hole)
      hole = least
    }
    this.#put(hole, timestamp, hash, position)
  }

  #move(from: number, to: number): void {
    this.#timestamps[to] = this.#timestamps[from] as number
    this.#hashes[to] = this.#hashes[from] as number
    this.#positions[to] = this.#positions[from] as number
  }

  #put(at: number, timestamp: number, hash: number, position: number): void {
    this.#timestamps[at] = timestamp
    this.#hashes[at] = hash
    this.#positions[at] = position
  }

  #grow(): void {
    const capacity = 2 * this.#timestamps.length
    this.#timestamps = grownFloat64(this.#timestamps, capacity)
    this.#hashes = grownInt32(this.#hashes, capacity)
    this.#positions = grownInt32(this.#positions, capacity)
  }
}
