// Duty: what a checkpoint keeps of a file that is uploaded in parts: plain data, whose bytes are those of core/fs/recoverables.ts.
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CommitRecoverable } from '../../core/fs/recoverable-writer.js'
import { sha256Hex } from '../../core/hash/sha256.js'
import type { S3Part } from './s3-uploads.js'

export interface S3Recoverable extends CommitRecoverable {
  readonly uploadId: string
  readonly parts: readonly S3Part[]
  /** The object with what was too little for a part; undefined where nothing is. */
  readonly tail: S3Tail | undefined
}

export interface S3Tail {
  readonly path: string
  readonly sizeBytes: number
}

/** What tails of an upload begin with, beside the file that it will be. Begins with a dot, so that nobody reads them as files. */
export function temporaryPathOf(targetPath: string, uploadId: string): string {
  const slash = targetPath.lastIndexOf('/')
  const digits = sha256Hex(uploadId).slice(0, 32)
  const id = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  return `${targetPath.slice(0, slash)}/.${targetPath.slice(slash + 1)}.inprogress.${id}`
}

export function asS3Recoverable(recoverable: CommitRecoverable): S3Recoverable {
  if ('uploadId' in recoverable && 'parts' in recoverable) return recoverable as S3Recoverable
  throw new FlinkError('ASSERTION_FAILED', { what: `${recoverable.targetPath} was not written to S3` })
}

/** What the parts and the tail have together. */
export function bytesOf({ parts, tail }: S3Recoverable): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, tail?.sizeBytes ?? 0)
}
