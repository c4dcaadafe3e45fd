import type { DataStream } from '../../datastream/data-stream.js'

/**
 * Of a {@link Sink} that wants its records prepared before the writers have them, such as partitioned in its own way.
 *
 * @example
 * ```ts
 * import type { DataStream, Sink, SupportsPreWriteTopology } from 'flink-ts'
 *
 * class OfOneWriterAKey implements Sink<string>, SupportsPreWriteTopology<string> {
 *   addPreWriteTopology(input: DataStream<string>): DataStream<string> {
 *     return input.keyBy((value) => value)
 *   }
 *   createWriter() {
 *     return { write: (element: string) => console.log(element), flush: () => undefined }
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/connector/sink2/SupportsPreWriteTopology.html
 */
export interface SupportsPreWriteTopology<T> {
  addPreWriteTopology(input: DataStream<T>): DataStream<T>
}
