import type { DataStream } from '../../datastream/data-stream.js'
import type { CommittableMessage } from '../sink2/committable-message.js'

/**
 * Of a sink with {@link SupportsCommitter} that does something with what is committed, such as compacting files. After a failure it
 * may be given a committable again.
 *
 * @example
 * ```ts
 * import { CommittableWithLineage, type CommittableMessage, type DataStream, type SupportsPostCommitTopology } from 'flink-ts'
 *
 * const announcing: SupportsPostCommitTopology<string> = {
 *   addPostCommitTopology: (committables: DataStream<CommittableMessage<string>>) => {
 *     committables.filter((message) => message instanceof CommittableWithLineage).print('committed')
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/streaming/api/connector/sink2/SupportsPostCommitTopology.html
 */
export interface SupportsPostCommitTopology<CommT> {
  addPostCommitTopology(committables: DataStream<CommittableMessage<CommT>>): void
}
