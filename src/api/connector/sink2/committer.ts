/**
 * One committable, and what became of it. Where a method of it was not called until the promise of `commit` is kept, it is committed.
 * A method that is called later is the error COMMIT_ANSWERED_LATE.
 *
 * @example
 * ```ts
 * import type { CommitRequest } from 'flink-ts'
 *
 * const giveUpAfter = (request: CommitRequest<string>, most: number, reason: Error): void => {
 *   if (request.getNumberOfRetries() < most) request.retryLater()
 *   else request.signalFailedWithKnownReason(reason)
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/connector/sink2/Committer.CommitRequest.html
 */
export interface CommitRequest<CommT> {
  getCommittable(): CommT
  /** How often `retryLater` was called of it before. */
  getNumberOfRetries(): number
  /** It cannot be committed, which is known and must not stop the job: what it stands for is lost. It is logged. */
  signalFailedWithKnownReason(reason: unknown): void
  /** It cannot be committed: throws COMMIT_FAILED, so the job restarts and tries again, also where that is caught. */
  signalFailedWithUnknownReason(reason: unknown): never
  /** The outer system does not answer: tried again after a second, or with the next completed checkpoint, and after a restart. */
  retryLater(): void
  /** The same with another committable, such as the part of it that is left. */
  updateAndRetryLater(committable: CommT): void
  /** It was committed by an earlier attempt. */
  signalAlreadyCommitted(): void
}

/**
 * Commits to the outer system what writers have prepared. It is given committables of completed checkpoints only, and may be given
 * one several times: after a failure nobody knows which of them were committed, so committing again has to change nothing.
 *
 * @example
 * ```ts
 * import type { Committer } from 'flink-ts'
 *
 * const visible = new Set<string>()
 * const committer: Committer<string> = {
 *   commit(requests) {
 *     for (const request of requests) {
 *       if (visible.has(request.getCommittable())) request.signalAlreadyCommitted()
 *       else visible.add(request.getCommittable())
 *     }
 *   },
 * }
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/api/connector/sink2/Committer.html
 */
export interface Committer<CommT> {
  /** What it throws restarts the job, after which it is asked again for all of them. The task takes no input meanwhile. */
  commit(requests: readonly CommitRequest<CommT>[]): void | Promise<void>
  close?(): void | Promise<void>
}
