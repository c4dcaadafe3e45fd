import type { SourceOutput } from '../../api/connector/source/reader-output.js'

/**
 * Makes a record of what was fetched, emits it, and moves the position of its split, in one call.
 *
 * @example
 * ```ts
 * import type { RecordEmitter } from 'flink-ts/connectors/base'
 *
 * interface Message {
 *   readonly offset: number
 *   readonly text: string
 * }
 * const emitter: RecordEmitter<Message, string, { next: number }> = {
 *   emitRecord: ({ offset, text }, output, position) => {
 *     output.collect(text)
 *     position.next = offset + 1
 *   },
 * }
 * ```
 */
export interface RecordEmitter<E, T, SplitStateT> {
  emitRecord(element: E, output: SourceOutput<T>, splitState: SplitStateT): void
}
