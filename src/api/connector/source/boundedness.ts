/**
 * Whether a source has an end: a job of bounded sources finishes by itself.
 *
 * @example
 * ```ts
 * import { Boundedness } from 'flink-ts'
 *
 * const ofALog: Boundedness = Boundedness.CONTINUOUS_UNBOUNDED
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/
 */
export const Boundedness = { BOUNDED: 'BOUNDED', CONTINUOUS_UNBOUNDED: 'CONTINUOUS_UNBOUNDED' } as const
export type Boundedness = keyof typeof Boundedness
