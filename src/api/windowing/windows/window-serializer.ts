import type { TypeSerializer } from '../../../core/types/type-serializer.js'
import type { Window } from './window.js'

/**
 * How windows of one class are written into snapshots.
 *
 * @example
 * ```ts
 * import { TimeWindow, type WindowSerializer } from 'flink-ts'
 *
 * const hours: WindowSerializer<TimeWindow> = {
 *   name: 'HOURS',
 *   serialize: (window, output) => output.writeFloat64(window.getStart()),
 *   deserialize: (input) => {
 *     const start = input.readFloat64()
 *     return new TimeWindow(start, start + 3_600_000)
 *   },
 *   copy: (window) => window,
 * }
 * ```
 */
export interface WindowSerializer<W extends Window> extends TypeSerializer<W> {
  /** Goes into snapshots: state is not restored with windows of another name. */
  readonly name: string
}
