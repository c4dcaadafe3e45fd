import type { SimpleVersionedSerializer } from '../source/simple-versioned-serializer.js'
import type { SinkWriter } from './sink-writer.js'
import type { WriterInitContext } from './writer-init-context.js'

/**
 * A writer whose state is in snapshots.
 *
 * @example
 * ```ts
 * import type { StatefulSinkWriter } from 'flink-ts'
 *
 * const counting = (count: number): StatefulSinkWriter<string, number> => ({
 *   write: () => void (count += 1),
 *   flush: () => undefined,
 *   snapshotState: () => [count],
 * })
 * ```
 */
export interface StatefulSinkWriter<T, WriterStateT> extends SinkWriter<T> {
  /** After `flush` of the same checkpoint. After a change of the parallelism the elements are dealt out anew. */
  snapshotState(checkpointId: number): readonly WriterStateT[] | Promise<readonly WriterStateT[]>
}

/**
 * Of a {@link Sink} whose writers have state.
 *
 * @example
 * ```ts
 * import type { Sink, StatefulSinkWriter, SupportsWriterState } from 'flink-ts'
 *
 * class Counting implements Sink<string>, SupportsWriterState<string, number> {
 *   createWriter(): StatefulSinkWriter<string, number> {
 *     return this.#from(0)
 *   }
 *   restoreWriter(_context: unknown, counts: readonly number[]): StatefulSinkWriter<string, number> {
 *     return this.#from(counts.reduce((sum, each) => sum + each, 0))
 *   }
 *   #from(count: number): StatefulSinkWriter<string, number> {
 *     return { write: () => void (count += 1), flush: () => undefined, snapshotState: () => [count] }
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/connector/sink2/SupportsWriterState.html
 */
export interface SupportsWriterState<T, WriterStateT> {
  createWriter(
    context: WriterInitContext,
  ): StatefulSinkWriter<T, WriterStateT> | Promise<StatefulSinkWriter<T, WriterStateT>>
  /** Where the job goes on from a snapshot; `recoveredState` may be empty, and that of several writers. */
  restoreWriter(
    context: WriterInitContext,
    recoveredState: readonly WriterStateT[],
  ): StatefulSinkWriter<T, WriterStateT> | Promise<StatefulSinkWriter<T, WriterStateT>>
  /** Without it state may be plain data. */
  getWriterStateSerializer?(): SimpleVersionedSerializer<WriterStateT>
}
