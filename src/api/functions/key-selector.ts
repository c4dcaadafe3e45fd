/**
 * Takes the key out of a record. It must be pure: it runs on both sides of the exchange and again after a restart. An
 * arrow function `(value) => key` serves as well.
 *
 * @example
 * ```ts
 * import type { KeySelector } from 'flink-ts'
 *
 * const byUser: KeySelector<{ user: string }, string> = { getKey: (event) => event.user }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#keyed-datastream
 */
export interface KeySelector<T, K> {
  getKey(value: T): K
}
