import { PROGRESS_LINE, type Progress } from './jobs/progress.js'

/** The stretch of the record stream that is measured: after the warm-up, before the first subtask runs dry. */
const FROM = 0.3
const TO = 0.95

export interface TimeSpan {
  readonly startMs: number
  readonly endMs: number
}

/** What the sinks of a job, or the workers of a bound, printed. */
export function parseProgress(stdout: string): Progress[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith(PROGRESS_LINE))
  return lines.map((line) => JSON.parse(line.slice(PROGRESS_LINE.length)) as Progress)
}

/** Samples of all subtasks in the order of time. */
class MergedProgress {
  readonly total: number
  readonly samples: readonly { readonly timeMs: number; readonly count: number; readonly step: number }[]

  constructor(parts: readonly Progress[]) {
    this.total = parts.reduce((sum, { count }) => sum + count, 0)
    const all = parts.flatMap(({ timesMs, step }) => timesMs.map((timeMs) => ({ timeMs, step })))
    let count = 0
    this.samples = all
      .sort((left, right) => left.timeMs - right.timeMs)
      .map(({ timeMs, step }) => ({ timeMs, step, count: (count += step) }))
  }

  /** The first sample at which this share of all records had come. */
  at(share: number): { readonly timeMs: number; readonly count: number } {
    const sample = this.samples.find(({ count }) => count >= share * this.total) ?? this.samples.at(-1)
    if (sample === undefined) throw new Error('the sinks printed no progress')
    return sample
  }
}

/** Millions of records a second between the two points of the stream; `records` entered, of which some were filtered out. */
export function rateOf(parts: readonly Progress[], records: number): number {
  const merged = new MergedProgress(parts)
  const from = merged.at(FROM)
  const to = merged.at(TO)
  const sunkPerSecond = ((to.count - from.count) / (to.timeMs - from.timeMs)) * 1000
  return (sunkPerSecond * (records / merged.total)) / 1_000_000
}

/** The same for the parts of these time spans that lie in the measured stretch; NaN when none does. */
export function rateWithin(parts: readonly Progress[], spans: readonly TimeSpan[]): number {
  const merged = new MergedProgress(parts)
  const from = merged.at(FROM).timeMs
  const to = merged.at(TO).timeMs
  const clipped = spans
    .map(({ startMs, endMs }) => ({ startMs: Math.max(from, startMs), endMs: Math.min(to, endMs) }))
    .filter(({ startMs, endMs }) => endMs > startMs)
  const lengthMs = clipped.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  const within = merged.samples.filter(({ timeMs }) => isWithin(timeMs, clipped))
  return within.reduce((sum, { step }) => sum + step, 0) / lengthMs / 1000
}

export function isWithin(timeMs: number, spans: readonly TimeSpan[]): boolean {
  return spans.some(({ startMs, endMs }) => timeMs >= startMs && timeMs < endMs)
}
