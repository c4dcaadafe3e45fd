import { describeValue } from '../../core/errors/describe-value.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { DurationLike } from '../eventtime/time.js'
import { hasMethods } from '../functions/has-methods.js'
import type { OutputTag } from '../functions/output-tag.js'

/** An argument of a window method: what it is, and where. */
export interface ArgumentPlace {
  /** Such as `TumblingEventTimeWindows.of`. */
  readonly method: string
  readonly name: string
}

/** Whole milliseconds, else GRAPH_INVALID. */
export function millisecondsOf(duration: DurationLike, place: ArgumentPlace): number {
  const ms: unknown = typeof duration === 'number' ? duration : lengthOf(duration)
  if (Number.isSafeInteger(ms)) return ms as number
  const given = typeof ms === 'number' ? `${String(ms)} ms` : describeValue(duration)
  throw invalid(place, `${place.name} must be whole milliseconds, a Time or a Duration, not ${given}`)
}

/** As millisecondsOf, and more than none. */
export function positiveMilliseconds(duration: DurationLike, place: ArgumentPlace): number {
  const ms = millisecondsOf(duration, place)
  if (ms > 0) return ms
  throw invalid(place, `${place.name} must be more than 0 ms, not ${String(ms)} ms`)
}

/** Where windows begin within their distance: `limitMs` is that distance. */
export function offsetMilliseconds(offset: DurationLike, limitMs: number, place: ArgumentPlace): number {
  const ms = millisecondsOf(offset, place)
  if (Math.abs(ms) < limitMs) return ms
  const limits = `more than -${String(limitMs)} ms and less than ${String(limitMs)} ms`
  throw invalid(place, `${place.name} must be ${limits}, not ${String(ms)} ms`)
}

export function positiveCount(count: number, place: ArgumentPlace): number {
  if (Number.isSafeInteger(count) && count > 0) return count
  throw invalid(place, `${place.name} must be a whole number from 1 on, not ${describeValue(count)}`)
}

export function thresholdOf(threshold: number, place: ArgumentPlace): number {
  if (typeof threshold === 'number' && !Number.isNaN(threshold)) return threshold
  throw invalid(place, `${place.name} must be a number, not ${describeValue(threshold)}`)
}

/** Id of the side output; GRAPH_INVALID for what is no OutputTag. */
export function outputTagId(tag: unknown, method: string): string {
  if (hasMethods(tag, 'getId')) return (tag as OutputTag<unknown>).getId()
  throw invalid({ method }, `it takes an OutputTag, not ${describeValue(tag)}`)
}

export function invalid({ method }: Pick<ArgumentPlace, 'method'>, reason: string): FlinkError {
  return new FlinkError('GRAPH_INVALID', { operator: method, reason })
}

/** Time and Duration by their methods: a program may have loaded another copy of the package. */
function lengthOf(duration: unknown): unknown {
  if (typeof duration !== 'object' || duration === null) return undefined
  for (const method of ['toMilliseconds', 'toMillis']) {
    const read: unknown = Reflect.get(duration, method)
    if (typeof read === 'function') return Reflect.apply(read, duration, []) as unknown
  }
  return undefined
}
