import { hasMethods } from './has-methods.js'

/**
 * The short form of operator state: a list that is stored with each checkpoint, and split evenly when the job is restored
 * with another parallelism. It is found by its two methods. Elements must be serialisable values.
 *
 * @example
 * ```ts
 * import type { ListCheckpointed, MapFunction } from 'flink-ts'
 *
 * class Counting implements MapFunction<string, string>, ListCheckpointed<number> {
 *   #count = 0
 *   map(value: string): string {
 *     return `${++this.#count} ${value}`
 *   }
 *   snapshotState(): number[] {
 *     return [this.#count]
 *   }
 *   restoreState(state: number[]): void {
 *     for (const count of state) this.#count += count
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.13/docs/dev/datastream/fault-tolerance/state/#stateful-source-functions
 */
export interface ListCheckpointed<T> {
  /**
   * The state of this subtask, one element a piece that may move to another subtask on its own; null for none. Anything else
   * fails the checkpoint with STATE_LIST_INVALID.
   */
  snapshotState(checkpointId: number, timestampMs: number): T[] | null | Promise<T[] | null>
  /** Called before `open` when the job is restored; the list may be empty after rescaling. */
  restoreState(state: T[]): void | Promise<void>
}

/** True for an object with the two methods of {@link ListCheckpointed}. */
export function isListCheckpointed(candidate: unknown): candidate is ListCheckpointed<unknown> {
  return hasMethods(candidate, 'snapshotState', 'restoreState')
}
