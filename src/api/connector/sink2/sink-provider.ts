import type { Sink } from './sink.js'
import { hasMethods } from '../../functions/has-methods.js'

/**
 * What `addSink` takes beside sink functions: an older class of a connector whose work a sink with writers does.
 *
 * @example
 * ```ts
 * import type { SinkProvider } from 'flink-ts'
 *
 * const lines: SinkProvider<string> = {
 *   toSink: () => ({ createWriter: () => ({ write: (line) => void console.log(line), flush: () => undefined }) }),
 * }
 * ```
 */
export interface SinkProvider<T> {
  toSink(): Sink<T>
}

export function isSinkProvider<T>(candidate: unknown): candidate is SinkProvider<T> {
  return hasMethods(candidate, 'toSink')
}
