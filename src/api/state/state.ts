/**
 * What all states can do. A state belongs to one key (keyed state) or one subtask (operator state).
 *
 * @example
 * ```ts
 * import type { State } from 'flink-ts'
 *
 * function forget(...states: readonly State[]): void {
 *   for (const state of states) state.clear()
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/
 */
export interface State {
  /** Removes the value (of the current key). */
  clear(): void
}
