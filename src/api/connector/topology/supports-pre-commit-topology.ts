import type { DataStream } from '../../datastream/data-stream.js'
import type { SimpleVersionedSerializer } from '../source/simple-versioned-serializer.js'
import type { CommittableMessage } from '../sink2/committable-message.js'

/**
 * Of a sink with {@link SupportsCommitter} that changes committables on their way to the committers. What comes out has to be as
 * before: of each subtask and checkpoint one summary, then as many committables as it says.
 *
 * @example
 * ```ts
 * import { CommittableWithLineage, type CommittableMessage, type DataStream, type SupportsPreCommitTopology } from 'flink-ts'
 *
 * const inUpperCase: SupportsPreCommitTopology<string, string> = {
 *   addPreCommitTopology: (committables: DataStream<CommittableMessage<string>>) =>
 *     committables.map((message) =>
 *       message instanceof CommittableWithLineage ? message.map((name) => name.toUpperCase()) : message,
 *     ),
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/connector/sink2/SupportsPreCommitTopology.html
 */
export interface SupportsPreCommitTopology<WriterResultT, CommT> {
  addPreCommitTopology(
    committables: DataStream<CommittableMessage<WriterResultT>>,
  ): DataStream<CommittableMessage<CommT>>
  /** Of what the writers give, where that is something else than what is committed. */
  getWriteResultSerializer?(): SimpleVersionedSerializer<WriterResultT>
}
