import { describeValue } from '../../../core/errors/describe-value.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { invalid } from '../window-arguments.js'

/**
 * Gives the gap of a session for a record: whole ms, more than 0. A function serves as well.
 *
 * @example
 * ```ts
 * import { EventTimeSessionWindows, type SessionWindowTimeGapExtractor } from 'flink-ts'
 *
 * const gapOf: SessionWindowTimeGapExtractor<{ readonly shop: string }> = {
 *   extract: ({ shop }) => (shop === 'slow' ? 60_000 : 1000),
 * }
 * const sessions = EventTimeSessionWindows.withDynamicGap(gapOf)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#session-windows
 */
export interface SessionWindowTimeGapExtractor<T> {
  extract(element: T): number
}

/**
 * The gap of a session for a record, as `withDynamicGap` takes it.
 *
 * @example
 * ```ts
 * import type { SessionGapArgument } from 'flink-ts'
 *
 * const gapOf: SessionGapArgument<{ readonly shop: string }> = ({ shop }) => (shop === 'slow' ? 60_000 : 1000)
 * ```
 */
export type SessionGapArgument<T> = SessionWindowTimeGapExtractor<T> | ((element: T) => number)

export function gapExtractorOf<T>(gapOf: SessionGapArgument<T>, method: string): SessionWindowTimeGapExtractor<T> {
  if (typeof gapOf === 'function') return { extract: gapOf }
  if (typeof (gapOf as Partial<SessionWindowTimeGapExtractor<T>> | null | undefined)?.extract === 'function')
    return gapOf
  throw invalid({ method }, `the gap is a function or an object with an extract method, not ${describeValue(gapOf)}`)
}

export function gapOfElement<T>(element: T, gapOf: SessionWindowTimeGapExtractor<T>): number {
  const gap: unknown = gapOf.extract(element)
  if (Number.isSafeInteger(gap) && (gap as number) > 0) return gap as number
  throw new FlinkError('SESSION_GAP_INVALID', { gap: describeValue(gap), element: describeValue(element) })
}
