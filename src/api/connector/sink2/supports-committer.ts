import type { SimpleVersionedSerializer } from '../source/simple-versioned-serializer.js'
import type { Committer } from './committer.js'
import type { CommitterInitContext } from './init-context.js'
import type { SinkWriter } from './sink-writer.js'
import type { WriterInitContext } from './writer-init-context.js'

/**
 * A writer of a sink that commits in two phases.
 *
 * @example
 * ```ts
 * import type { CommittingSinkWriter } from 'flink-ts'
 *
 * const batches = (batch: string[]): CommittingSinkWriter<string, string> => ({
 *   write: (element) => void batch.push(element),
 *   flush: () => undefined,
 *   prepareCommit: () => (batch.length === 0 ? [] : [batch.splice(0).join('\n')]),
 * })
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/connector/sink2/CommittingSinkWriter.html
 */
export interface CommittingSinkWriter<T, CommT> extends SinkWriter<T> {
  /**
   * After `flush`: what the committer needs to make visible all that was written since the last call. It is in the checkpoint
   * that follows, and committed once that is complete.
   */
  prepareCommit(): readonly CommT[] | Promise<readonly CommT[]>
}

/**
 * Of a {@link Sink} that commits in two phases, so that its output has each record exactly once.
 *
 * @example
 * ```ts
 * import type { Committer, CommittingSinkWriter, Sink, SupportsCommitter } from 'flink-ts'
 *
 * const visible: string[] = []
 * class Batches implements Sink<string>, SupportsCommitter<string, string> {
 *   createWriter(): CommittingSinkWriter<string, string> {
 *     const batch: string[] = []
 *     return {
 *       write: (element) => void batch.push(element),
 *       flush: () => undefined,
 *       prepareCommit: () => batch.splice(0),
 *     }
 *   }
 *   createCommitter(): Committer<string> {
 *     return { commit: (requests) => void visible.push(...requests.map((request) => request.getCommittable())) }
 *   }
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/connector/sink2/SupportsCommitter.html
 */
export interface SupportsCommitter<T, CommT> {
  createWriter(context: WriterInitContext): CommittingSinkWriter<T, CommT> | Promise<CommittingSinkWriter<T, CommT>>
  createCommitter(context: CommitterInitContext): Committer<CommT> | Promise<Committer<CommT>>
  /** Without it committables may be plain data. */
  getCommittableSerializer?(): SimpleVersionedSerializer<CommT>
}
