// Duty: how many timers fire before the thread is given back: as long as the output has room, and no longer than a slice of
// time, so that a task with a million timers due at once can be cancelled, and other tasks of the thread go on.
// Invariants: a slice in whose beginning the output has room fires at least one timer.
// Thread: the task worker that owns the operator.
import type { TimerTask } from './timer-environment.js'

const SLICE_MS = 2
/** Looking at the clock costs as much as firing a timer. */
const LOOKS_EVERY = 16

export class FiringSlice {
  readonly #task: TimerTask
  #asked = 0
  #endMs = 0

  constructor(task: TimerTask) {
    this.#task = task
  }

  begin(): void {
    this.#asked = 0
  }

  /** To be asked before each timer. */
  mayContinue(): boolean {
    if (!this.#task.isOutputAvailable()) return false
    this.#asked += 1
    if (this.#asked % LOOKS_EVERY !== 0) return true
    const nowMs = this.#task.clock.monotonicMs()
    // Most watermarks are over before the clock is looked at.
    if (this.#asked === LOOKS_EVERY) this.#endMs = nowMs + SLICE_MS
    return nowMs <= this.#endMs
  }
}
