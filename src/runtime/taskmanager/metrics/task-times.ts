// Duty: how long a task was busy, idle and back-pressured.
// Invariants: every ms between the start and the end belongs to exactly one of them; no clock is read here: the
// loop passes in the time that it reads at the borders of steps. A task that has work but waits for its thread is busy.
// Thread: the task's worker.

/** What a task does between two steps; `none`: it does not run yet or no more. */
export type TaskActivity = 'busy' | 'idle' | 'backPressured' | 'none'

export class TaskTimes {
  busyMs = 0
  idleMs = 0
  /** Waiting for room in an output. Nothing blocks in the middle of a record, so all of it is soft in Flink's terms. */
  backPressuredMs = 0
  #activity: TaskActivity = 'none'
  #sinceMs = 0

  get activity(): TaskActivity {
    return this.#activity
  }

  /** The task runs from now on; until its first step it waits for its thread. */
  start(nowMs: number): void {
    this.#activity = 'busy'
    this.#sinceMs = nowMs
  }

  /** A step went from `startMs` to `endMs`; `after` is what the task does from there on. */
  stepped(startMs: number, endMs: number, after: TaskActivity): void {
    this.advance(startMs)
    if (this.#activity !== 'none' || after !== 'none') this.busyMs += endMs - startMs
    this.#activity = after
    this.#sinceMs = endMs
  }

  /** Adds what has passed since the last step, so that the times are those of `nowMs`. */
  advance(nowMs: number): void {
    const passedMs = nowMs - this.#sinceMs
    this.#sinceMs = nowMs
    switch (this.#activity) {
      case 'busy':
        this.busyMs += passedMs
        break
      case 'idle':
        this.idleMs += passedMs
        break
      case 'backPressured':
        this.backPressuredMs += passedMs
        break
      case 'none':
        break
    }
  }
}
