// Duty: takes away the keys of which nothing waits any more, where all values are in memory: it goes through them now and then,
// so that no key needs a timer.
// Invariants: a key stays at most a step longer than its last record waits, or until there are twice as many keys. A step is a
// quarter of that wait, or more where most records are further ahead of the watermark, so that a key is looked at a few times in
// its life. No call takes much longer than a slice.
// Thread: the task worker that owns the operator.
import type { Clock } from '../../../core/time/clock.js'
import type { ValuesInMemory } from '../state/internal-state.js'
import type { JoinBuffers, WaitingTimes } from './join-buffers.js'

/** As long as timers fire without a pause. */
const SLICE_MS = 2
/** At 10 to 50 ns each the clock is looked at often enough. */
const POSITIONS_A_LOOK = 4096
/** So many steps make the time for which records wait: with 8, the operator takes 3.1 instead of 3.0 µs a record. */
const STEPS_A_WAIT = 4
/** Fewer keys than these are not looked through before their time. */
const LEAST_EARLY = 1024

/** Of the keys that stayed, how many do for more than STEPS_A_WAIT steps, and how many for less than half of these. */
interface Stayed {
  keys: number
  far: number
  near: number
}

export class BuffersSweep {
  readonly #values: ValuesInMemory
  readonly #clock: Clock
  readonly #leastStepMs: number
  #stepMs: number
  #watermark = Number.NEGATIVE_INFINITY
  /** The next one begins with this watermark. */
  #next = Number.NEGATIVE_INFINITY
  /** Where one that has begun goes on; 0 where none has. */
  #position = 0
  #stayed: Stayed = { keys: 0, far: 0, near: 0 }

  constructor(values: ValuesInMemory, { leftMs, rightMs }: WaitingTimes, clock: Clock) {
    this.#values = values
    this.#clock = clock
    this.#leastStepMs = Math.max(1, Math.floor(Math.max(leftMs, rightMs) / STEPS_A_WAIT))
    this.#stepMs = this.#leastStepMs
  }

  /** Time has come to `watermark`. False: not done; to be called again. */
  advance(watermark: number): boolean {
    if (this.#position === 0) {
      if (!this.#isDue(watermark)) return true
      this.#watermark = watermark
      this.#stayed = { keys: 0, far: 0, near: 0 }
    }
    const endMs = this.#clock.monotonicMs() + SLICE_MS
    do {
      this.#position = this.#values.removeWhere(this.#isOver, this.#position, POSITIONS_A_LOOK)
      if (this.#position === 0) {
        this.#fitStep()
        return true
      }
    } while (this.#clock.monotonicMs() <= endMs)
    return false
  }

  #isDue(watermark: number): boolean {
    if (watermark >= this.#next) return true
    if (watermark < this.#watermark + this.#leastStepMs) return false
    if (this.#values.size < 2 * this.#stayed.keys + LEAST_EARLY) return false
    this.#stepMs = this.#leastStepMs
    return true
  }

  readonly #isOver = (value: unknown): boolean => {
    const restMs = (value as JoinBuffers).lastCleanup - this.#watermark
    if (restMs <= 0) return true
    const stayed = this.#stayed
    stayed.keys += 1
    if (restMs > STEPS_A_WAIT * this.#stepMs) stayed.far += 1
    else if (2 * restMs < STEPS_A_WAIT * this.#stepMs) stayed.near += 1
    return false
  }

  /** By what most keys say: what is of a time far ahead must not keep the others. */
  #fitStep(): void {
    const { keys, far, near } = this.#stayed
    if (2 * far > keys) this.#stepMs *= 2
    else if (2 * near > keys) this.#stepMs = Math.max(this.#leastStepMs, this.#stepMs / 2)
    this.#next = this.#watermark + this.#stepMs
  }
}
