// Duty: what a checkpoint keeps of a file that is uploaded in parts, and its bytes.
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import type { CommitRecoverable, RecoverableSerializer } from '../../core/fs/recoverable-writer.js'
import { sha256Hex } from '../../core/hash/sha256.js'
import { DataInputView } from '../../core/memory/data-input-view.js'
import { DataOutputView } from '../../core/memory/data-output-view.js'
import type { S3Part } from './s3-uploads.js'

const VERSION = 1

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

export const s3Recoverables: RecoverableSerializer = {
  getVersion: () => VERSION,
  serialize: (recoverable) => {
    const { targetPath, temporaryPath, offset, uploadId, parts, tail } = asS3Recoverable(recoverable)
    const output = new DataOutputView()
    output.writeUtf8(targetPath)
    output.writeUtf8(temporaryPath)
    output.writeFloat64(offset)
    output.writeUtf8(uploadId)
    output.writeInt32(parts.length)
    for (const { number, etag, sizeBytes } of parts) {
      output.writeInt32(number)
      output.writeUtf8(etag)
      output.writeFloat64(sizeBytes)
    }
    output.writeUtf8(tail?.path ?? '')
    output.writeFloat64(tail?.sizeBytes ?? 0)
    return output.toBytes()
  },
  deserialize: (version, bytes): S3Recoverable => {
    if (version !== VERSION) throw new ReasonError(`files on S3 of version ${String(version)} are not known`)
    const input = new DataInputView(bytes)
    const known = { targetPath: input.readUtf8(), temporaryPath: input.readUtf8(), offset: input.readFloat64() }
    const uploadId = input.readUtf8()
    const parts = Array.from({ length: input.readInt32() }, () => ({
      number: input.readInt32(),
      etag: input.readUtf8(),
      sizeBytes: input.readFloat64(),
    }))
    const path = input.readUtf8()
    const sizeBytes = input.readFloat64()
    return { ...known, uploadId, parts, tail: path === '' ? undefined : { path, sizeBytes } }
  },
}

/** What the parts and the tail have together. */
export function bytesOf({ parts, tail }: S3Recoverable): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, tail?.sizeBytes ?? 0)
}
