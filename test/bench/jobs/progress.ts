/** How far a stream of records has come, by the clock that all threads of a process share. */
export interface Progress {
  readonly count: number
  /** A sample every so many records. */
  readonly step: number
  /** Epoch ms, with fractions, at which `(index + 1) * step` records had come. */
  readonly timesMs: readonly number[]
}

export const PROGRESS_LINE = 'BENCH '
const SAMPLES = 512

/** Epoch ms with fractions; the threads of one process agree on it, see clock-check.ts. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

/** Counts records at the cost of one comparison each. */
export class ProgressCounter {
  readonly #step: number
  readonly #timesMs: number[] = []
  #count = 0
  #next: number

  /** `expected` records, more or less, will come here. */
  constructor(expected: number) {
    this.#step = Math.max(1, Math.floor(expected / SAMPLES))
    this.#next = this.#step
  }

  add(): void {
    this.#count += 1
    if (this.#count === this.#next) {
      this.#next += this.#step
      this.#timesMs.push(nowMs())
    }
  }

  /** `sink` is what was computed from the records: printing it keeps the optimiser from leaving the work out. */
  line(sink: number): string {
    const timesMs = this.#timesMs.map((timeMs) => Math.round(timeMs * 1000) / 1000)
    return `${PROGRESS_LINE}${JSON.stringify({ count: this.#count, step: this.#step, timesMs, sink })}\n`
  }
}
