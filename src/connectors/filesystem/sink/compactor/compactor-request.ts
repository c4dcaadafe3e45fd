import type { CommitRecoverable } from '../../../../core/fs/recoverable-writer.js'

/** Files of a bucket that are to become one. Plain data. */
export interface CompactorRequest {
  readonly bucketId: string
  readonly files: readonly CommitRecoverable[]
}

/** What the coordinator gives the compactors: files to be compacted, or one that is committed as it is. */
export type CompactorMessage =
  | { readonly kind: 'compact'; readonly request: CompactorRequest }
  | { readonly kind: 'pass'; readonly bucketId: string; readonly file: CommitRecoverable }
