/**
 * What the enumerator and the readers of a source tell each other beside splits: plain data, which is copied on its way
 * (OPERATOR_EVENT_NOT_CLONEABLE otherwise).
 *
 * @example
 * ```ts
 * import type { SourceEvent } from 'flink-ts'
 *
 * const event: SourceEvent = { kind: 'partition-closed', partition: 3 }
 * ```
 */
export type SourceEvent = unknown
