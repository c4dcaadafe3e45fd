/** What windows must give, in the simplest way: lists of records, looked through at every step. */

export type AssignerCase =
  | { readonly kind: 'aligned'; readonly size: number; readonly slide: number; readonly offset: number }
  | { readonly kind: 'session'; readonly gap: number }

export type TriggerCase =
  { readonly kind: 'default' } | { readonly kind: 'purging' } | { readonly kind: 'count'; readonly count: number }

export interface WindowCase {
  readonly assigner: AssignerCase
  readonly trigger: TriggerCase
  readonly lateness: number
}

export type Step =
  | { readonly kind: 'record'; readonly key: string; readonly value: number; readonly timestamp: number }
  | { readonly kind: 'watermark'; readonly timestamp: number }

interface LiveWindow {
  readonly key: string
  start: number
  end: number
  values: number[]
  /** Since the count trigger fired last. */
  count: number
}

/** What is emitted up to a watermark, in any order. */
export type Segment = readonly string[]

export function emission(key: string, start: number, end: number, values: readonly number[]): string {
  return `${key} ${start}..${end} ${values.toSorted((a, b) => a - b).join(' ')}`
}

export function lateEmission(value: number): string {
  return `late ${value}`
}

export class WindowOracle {
  readonly #case: WindowCase
  #windows: LiveWindow[] = []
  #watermark = -Infinity
  #segment: string[] = []

  constructor(of: WindowCase) {
    this.#case = of
  }

  run(steps: readonly Step[]): Segment[] {
    const segments: string[][] = []
    for (const step of steps) {
      if (step.kind === 'record') this.#add(step.key, step.value, step.timestamp)
      else {
        this.#advance(step.timestamp)
        segments.push(this.#segment.sort())
        this.#segment = []
      }
    }
    return segments
  }

  #add(key: string, value: number, timestamp: number): void {
    const windows = this.#windowsOf(key, timestamp).filter((window) => !this.#isOver(window, this.#watermark))
    for (const window of windows) {
      if (!this.#windows.includes(window)) this.#windows.push(window)
      window.values.push(value)
      window.count += 1
      this.#fireOnRecord(window)
    }
    const isLate = timestamp + this.#case.lateness <= this.#watermark
    if (windows.length === 0 && isLate) this.#segment.push(lateEmission(value))
  }

  #fireOnRecord(window: LiveWindow): void {
    const { trigger } = this.#case
    if (trigger.kind === 'count') {
      if (window.count < trigger.count) return
      window.count = 0
      this.#emit(window)
    } else if (window.end - 1 <= this.#watermark) this.#emit(window)
  }

  #emit(window: LiveWindow): void {
    if (window.values.length === 0) return
    this.#segment.push(emission(window.key, window.start, window.end, window.values))
    if (this.#case.trigger.kind === 'purging') window.values = []
  }

  #advance(watermark: number): void {
    if (this.#case.trigger.kind !== 'count') {
      const due = this.#windows.filter(({ end }) => end - 1 > this.#watermark && end - 1 <= watermark)
      for (const window of due) this.#emit(window)
    }
    this.#windows = this.#windows.filter((window) => !this.#isOver(window, watermark))
    this.#watermark = watermark
  }

  #isOver({ end }: LiveWindow, watermark: number): boolean {
    return end - 1 + this.#case.lateness <= watermark
  }

  /** Living ones, or new ones. Sessions that meet are one from then on. */
  #windowsOf(key: string, timestamp: number): LiveWindow[] {
    const { assigner } = this.#case
    if (assigner.kind === 'session') return [this.#session(key, timestamp, timestamp + assigner.gap)]
    const { size, slide, offset } = assigner
    const windows: LiveWindow[] = []
    for (let start = timestamp - size + 1; start <= timestamp; start += 1) {
      if ((start - offset) % slide !== 0) continue
      const living = this.#windows.find((window) => window.key === key && window.start === start)
      windows.push(living ?? { key, start, end: start + size, values: [], count: 0 })
    }
    return windows
  }

  #session(key: string, start: number, end: number): LiveWindow {
    const touched = this.#windows.filter((window) => window.key === key && window.start <= end && start <= window.end)
    const [first, ...others] = touched
    if (first === undefined) return { key, start, end, values: [], count: 0 }
    first.start = Math.min(start, ...touched.map((window) => window.start))
    first.end = Math.max(end, ...touched.map((window) => window.end))
    first.values.push(...others.flatMap(({ values }) => values))
    first.count += others.reduce((sum, { count }) => sum + count, 0)
    this.#windows = this.#windows.filter((window) => !others.includes(window))
    return first
  }
}
