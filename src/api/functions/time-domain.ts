/**
 * The time by which a timer fired.
 *
 * @example
 * ```ts
 * import { TimeDomain, type KeyedProcessFunctionOnTimerContext } from 'flink-ts'
 *
 * const isByTheClock = (ctx: KeyedProcessFunctionOnTimerContext<string>): boolean =>
 *   ctx.timeDomain() === TimeDomain.PROCESSING_TIME
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#timers
 */
export const TimeDomain = { EVENT_TIME: 'EVENT_TIME', PROCESSING_TIME: 'PROCESSING_TIME' } as const
export type TimeDomain = (typeof TimeDomain)[keyof typeof TimeDomain]
