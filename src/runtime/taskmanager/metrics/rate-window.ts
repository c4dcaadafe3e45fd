// Duty: how fast totals grow a second, over the last minute, or over the time since the start while that is shorter.
// Invariants: totals never shrink; the divisor is the time that really passed, so a late sample does not bend a rate.
// Thread: the task's worker.

const SPAN_MS = 60_000

interface Sample<T extends string> {
  readonly atMs: number
  readonly totals: Totals<T>
}

export type Totals<T extends string> = Readonly<Record<T, number>>

export class RateWindow<T extends string> {
  readonly #samples: Sample<T>[]

  constructor(atMs: number, totals: Totals<T>) {
    this.#samples = [{ atMs, totals }]
  }

  /** Remembers these totals and forgets those that are not needed for the last minute any more. */
  sample(atMs: number, totals: Totals<T>): void {
    this.#samples.push({ atMs, totals })
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? atMs) <= atMs - SPAN_MS) this.#samples.shift()
  }

  /** Growth of one total a second, up to now. */
  perSecond(name: T, nowMs: number, total: number): number {
    const [oldest] = this.#samples
    if (oldest === undefined || nowMs <= oldest.atMs) return 0
    return ((total - oldest.totals[name]) * 1000) / (nowMs - oldest.atMs)
  }
}
