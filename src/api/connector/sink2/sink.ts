import type { SinkWriter } from './sink-writer.js'
import type { WriterInitContext } from './writer-init-context.js'

/**
 * A sink of the kind of FLIP-143. The object is a factory: it is made by main in every worker, serves all subtasks, and keeps
 * nothing of them. Its writers take the records. What it can besides it says by more methods: {@link SupportsCommitter} (exactly
 * once), {@link SupportsWriterState}, {@link SupportsPreWriteTopology}, {@link SupportsPreCommitTopology},
 * {@link SupportsPostCommitTopology}.
 *
 * @example
 * ```ts
 * import { StreamExecutionEnvironment, type Sink } from 'flink-ts'
 *
 * const received: string[] = []
 * const collecting: Sink<string> = {
 *   createWriter: () => ({
 *     write: (element) => void received.push(element),
 *     flush: () => undefined,
 *   }),
 * }
 * const env = StreamExecutionEnvironment.getExecutionEnvironment()
 * env.fromElements('a', 'b').sinkTo(collecting).uid('collecting')
 * ```
 * @see https://cwiki.apache.org/confluence/display/FLINK/FLIP-143%3A+Unified+Sink+API
 */
export interface Sink<T> {
  /** Of one subtask. */
  createWriter(context: WriterInitContext): SinkWriter<T> | Promise<SinkWriter<T>>
}
