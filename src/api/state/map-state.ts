import type { State } from './state.js'

/**
 * A map a key. No order of the entries is promised.
 *
 * @example
 * ```ts
 * import type { MapState } from 'flink-ts'
 *
 * function visit(pages: MapState<string, number>, page: string): void {
 *   pages.put(page, (pages.get(page) ?? 0) + 1)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#using-keyed-state
 */
export interface MapState<UK, UV> extends State {
  /** Null where the map has no such key. */
  get(key: UK): UV | null
  put(key: UK, value: UV): void
  putAll(entries: ReadonlyMap<UK, UV> | Iterable<readonly [UK, UV]>): void
  remove(key: UK): void
  contains(key: UK): boolean
  entries(): Iterable<[UK, UV]>
  keys(): Iterable<UK>
  values(): Iterable<UV>
  isEmpty(): boolean
}
