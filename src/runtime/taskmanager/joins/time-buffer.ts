// Duty: the records of one stream and key that wait for the other stream, by time.
// Invariants: times rise from `start` to `end`; records of one time stay in the order in which they came. A range of times is
// found in logarithmic time, a record that is the newest is added, and the oldest are removed, at a constant cost.
// Thread: the task worker that owns the operator.

export type CopyValue = (value: unknown) => unknown

export class TimeBuffer {
  #times: number[] = []
  #values: unknown[] = []
  /** What stands before it was removed. */
  #start = 0

  /** Positions of records are from here to `end` - 1. */
  get start(): number {
    return this.#start
  }

  get end(): number {
    return this.#times.length
  }

  get isEmpty(): boolean {
    return this.#start === this.#times.length
  }

  timeAt(position: number): number {
    return this.#times[position] ?? Number.NaN
  }

  valueAt(position: number): unknown {
    return this.#values[position]
  }

  /** -Infinity where there is none. */
  newestTime(): number {
    return this.isEmpty ? Number.NEGATIVE_INFINITY : this.timeAt(this.end - 1)
  }

  add(time: number, value: unknown): void {
    if (this.isEmpty) {
      // Most buffers hold one record or two: a push would make room for seventeen.
      this.#times = [time]
      this.#values = [value]
      this.#start = 0
    } else if (time >= this.newestTime()) {
      this.#times.push(time)
      this.#values.push(value)
    } else {
      const position = this.firstAfter(time)
      this.#times.splice(position, 0, time)
      this.#values.splice(position, 0, value)
    }
  }

  copy(copyValue: CopyValue): TimeBuffer {
    if (this.isEmpty) return NO_RECORDS
    const copy = new TimeBuffer()
    copy.#times = this.#times.slice(this.#start)
    copy.#values = this.#values.slice(this.#start).map(copyValue)
    return copy
  }

  /** The position of the first record of this time or a later one. */
  firstFrom(time: number): number {
    return this.#firstWhere(time, 0)
  }

  /** The position of the first record of a later time. */
  firstAfter(time: number): number {
    return this.#firstWhere(time, 1)
  }

  removeUpTo(time: number): void {
    if (this.isEmpty || this.timeAt(this.#start) > time) return
    const start = this.firstAfter(time)
    if (start === this.end) this.#clear()
    else if (start * 2 < this.end) {
      this.#values.fill(undefined, this.#start, start)
      this.#start = start
    } else {
      this.#times = this.#times.slice(start)
      this.#values = this.#values.slice(start)
      this.#start = 0
    }
  }

  #clear(): void {
    this.#times = []
    this.#values = []
    this.#start = 0
  }

  /** `afterEqual`: 1 where records of just this time are passed over, else 0. */
  #firstWhere(time: number, afterEqual: 0 | 1): number {
    let low = this.#start
    let high = this.#times.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const at = this.timeAt(middle)
      if (at < time || (afterEqual === 1 && at === time)) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Shared by all who have none: nothing is added to it. */
export const NO_RECORDS: TimeBuffer = new TimeBuffer()
