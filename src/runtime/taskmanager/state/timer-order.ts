// Duty: the order of a priority queue: a heap, and a sorted run of what is due together.
// Invariants: what comes first is the lesser of the two firsts. The run is taken from the heap when much of it is due; what
// is added meanwhile goes into the heap.
// Thread: the task worker that owns the backend.
import { TimerHeap } from './timer-heap.js'
import type { ComingTimers, TimerRun } from './timer-run.js'

/** Fewer are taken from the heap one by one. */
const LEAST_RUN = 64
/** Taking a run goes through all of the heap: worth it where one in so many is due. */
const HEAP_TO_RUN = 16

export class TimerOrder {
  readonly #heap = new TimerHeap()
  #run: TimerRun | undefined
  /** What `prepare` was told last: looking at all that is due before each single timer would take the square of their number. */
  #preparedUpTo = Number.NaN

  get size(): number {
    return this.#heap.size + (this.#run?.size ?? 0)
  }

  /** Of the first one, here and below; there must be one. */
  get timestamp(): number {
    const run = this.#runFirst()
    return run === undefined ? this.#heap.timestamp : run.timestamp
  }

  get hash(): number {
    const run = this.#runFirst()
    return run === undefined ? this.#heap.hash : run.hash
  }

  get position(): number {
    const run = this.#runFirst()
    return run === undefined ? this.#heap.position : run.position
  }

  push(timestamp: number, hash: number, position: number): void {
    this.#heap.push(timestamp, hash, position)
  }

  pop(): void {
    const run = this.#runFirst()
    if (run === undefined) this.#heap.pop()
    else {
      run.pop()
      if (run.size === 0) this.#run = undefined
    }
  }

  /** All up to `timestamp` will be taken, one after the other. */
  prepare(timestamp: number): void {
    if (timestamp === this.#preparedUpTo) return
    const heap = this.#heap
    if (this.#run !== undefined || heap.size < LEAST_RUN || heap.timestamp > timestamp) return
    this.#preparedUpTo = timestamp
    const least = Math.max(LEAST_RUN, Math.floor(heap.size / HEAP_TO_RUN))
    if (heap.hasUpTo(timestamp, least)) this.#run = heap.takeUpTo(timestamp)
  }

  /** To be called before what comes first is taken. */
  announceTo(coming: ComingTimers): void {
    this.#run?.announceTo(coming)
  }

  /** In the place of what was there. */
  fill(timers: Iterable<readonly [timestamp: number, hash: number, position: number]>): void {
    this.#run = undefined
    this.#preparedUpTo = Number.NaN
    this.#heap.clear()
    for (const [timestamp, hash, position] of timers) this.#heap.append(timestamp, hash, position)
    this.#heap.order()
  }

  /** Keeps those that are wanted, each position once. */
  retain(isWanted: (position: number, timestamp: number) => boolean): void {
    const run = this.#run
    while (run !== undefined && run.size > 0) {
      this.#heap.append(run.timestamp, run.hash, run.position)
      run.pop()
    }
    this.#run = undefined
    this.#heap.retain(isWanted)
  }

  /** Undefined where the heap has what comes first. */
  #runFirst(): TimerRun | undefined {
    const run = this.#run
    if (run === undefined) return undefined
    const heap = this.#heap
    if (heap.size === 0 || run.timestamp < heap.timestamp) return run
    return run.timestamp === heap.timestamp && run.hash <= heap.hash ? run : undefined
  }
}
