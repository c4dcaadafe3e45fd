/** What joins must give, in the simplest way: lists of records, looked through at every step. */
import { WindowOracle, type Segment, type Step as WindowStep, type WindowCase } from './window-oracle.js'

type Side = 'left' | 'right'

export type JoinStep =
  | {
      readonly kind: 'record'
      readonly side: Side
      readonly key: string
      readonly value: number
      readonly timestamp: number
    }
  | { readonly kind: 'watermark'; readonly side: Side; readonly timestamp: number }
  /** `forgetsTime`: it begins anew. Else each input tells its watermark again. */
  | { readonly kind: 'restore'; readonly forgetsTime: boolean }

export interface IntervalCase {
  readonly lower: number
  readonly upper: number
}

interface Waiting {
  readonly side: Side
  readonly key: string
  readonly value: number
  readonly timestamp: number
}

/** The smaller of both watermarks. */
class CommonTime {
  readonly #times = { left: -Infinity, right: -Infinity }

  /** The new time, where it goes on. */
  advance(side: Side, timestamp: number): number | undefined {
    const before = this.now
    this.#times[side] = Math.max(this.#times[side], timestamp)
    return this.now > before ? this.now : undefined
  }

  get now(): number {
    return Math.min(this.#times.left, this.#times.right)
  }
}

export function pairEmission(key: string, left: number, right: number, timestamp?: number): string {
  return `${key} ${left}-${right}${timestamp === undefined ? '' : ` at ${timestamp}`}`
}

export function lateEmissionOf(side: Side, value: number): string {
  return `late ${side} ${value}`
}

/** What Flink's operator gives: a timer a record takes it out of the buffer of its side. */
export function intervalJoin({ lower, upper }: IntervalCase, steps: readonly JoinStep[]): Segment[] {
  const segments: string[][] = []
  let time = new CommonTime()
  let waiting: Waiting[] = []
  let segment: string[] = []
  const cleanup = ({ side, timestamp }: Waiting): number => timestamp + Math.max(side === 'left' ? upper : -lower, 0)
  for (const step of steps) {
    if (step.kind === 'record') {
      if (step.timestamp < time.now) {
        segment.push(lateEmissionOf(step.side, step.value))
        continue
      }
      for (const other of waiting) {
        if (other.side === step.side || other.key !== step.key) continue
        const [left, right] = step.side === 'left' ? [step, other] : [other, step]
        const distance = right.timestamp - left.timestamp
        if (distance < lower || distance > upper) continue
        segment.push(pairEmission(step.key, left.value, right.value, Math.max(left.timestamp, right.timestamp)))
      }
      waiting.push(step)
      continue
    }
    const now = step.kind === 'watermark' ? time.advance(step.side, step.timestamp) : undefined
    if (now !== undefined) waiting = waiting.filter((record) => cleanup(record) > now)
    // After a restore the watermark comes again, and timers that were not later than it fire.
    if (step.kind === 'restore' && !step.forgetsTime) waiting = waiting.filter((record) => cleanup(record) > time.now)
    if (step.kind === 'restore' && step.forgetsTime) time = new CommonTime()
    if (now === undefined) continue
    segments.push(segment.sort())
    segment = []
  }
  return segments
}

/** Values of the left side are odd, those of the right side even. */
export function coGroup(of: WindowCase, steps: readonly JoinStep[]): Segment[] {
  const time = new CommonTime()
  const together = steps.flatMap((step): WindowStep[] => {
    if (step.kind === 'record') return [step]
    const now = step.kind === 'watermark' ? time.advance(step.side, step.timestamp) : undefined
    return now === undefined ? [] : [{ kind: 'watermark', timestamp: now }]
  })
  return new WindowOracle(of).run(together).map((segment) => segment.filter((line) => !line.startsWith('late')))
}

/** The pairs of what a coGroup gives. */
export function pairsOf(segments: readonly Segment[]): Segment[] {
  return segments.map((segment) => segment.flatMap(pairsOfWindow).sort())
}

function pairsOfWindow(line: string): string[] {
  const [key = '', , ...texts] = line.split(' ')
  const values = texts.map(Number)
  const right = values.filter(isRight)
  return values.filter((value) => !isRight(value)).flatMap((left) => right.map((each) => pairEmission(key, left, each)))
}

export function isRight(value: number): boolean {
  return value % 2 === 0
}
