// Duty: one file on its way into the parts of an upload.
// Invariants: a tail is an object that is written once and never changed; that of an older checkpoint stays until the file is committed.
// Thread: the task that writes.
import { FlinkError } from '../../core/errors/flink-error.js'
import type { Committer, RecoverableOutputStream, ResumeRecoverable } from '../../core/fs/recoverable-writer.js'
import type { Random } from '../../core/random/random.js'
import type { PartUploads } from './part-uploads.js'
import { S3Committer, tailsRemoved } from './s3-committer.js'
import { s3LocationOf } from './s3-location.js'
import { temporaryPathOf, type S3Recoverable, type S3Tail } from './s3-recoverable.js'
import type { S3Store } from './s3-store.js'

export interface S3OutputStreamParts {
  readonly store: S3Store
  readonly names: Pick<Random, 'uuid'>
  readonly targetPath: string
  readonly uploadId: string
  readonly parts: PartUploads
  readonly offset: number
  /** The object in which what is buffered is already. */
  readonly tail?: S3Tail | undefined
}

export class S3OutputStream implements RecoverableOutputStream {
  readonly #file: S3OutputStreamParts
  readonly #temporaryPath: string
  #position: number
  #tail: S3Tail | undefined
  /** Where the tail ends. */
  #tailEnd: number
  #isOpen = true

  constructor(file: S3OutputStreamParts) {
    this.#file = file
    this.#temporaryPath = temporaryPathOf(file.targetPath, file.uploadId)
    this.#position = file.offset
    this.#tail = file.tail
    this.#tailEnd = file.offset
  }

  get position(): number {
    return this.#position
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#checkOpen('write')
    const written = this.#file.parts.write(bytes)
    this.#position += bytes.length
    return written
  }

  async persist(): Promise<ResumeRecoverable> {
    this.#checkOpen('sync')
    const { parts, targetPath, uploadId } = this.#file
    const uploaded = await parts.uploaded()
    const offset = this.#position
    const tail = await this.#persistedTail()
    const recoverable: S3Recoverable = {
      targetPath,
      temporaryPath: this.#temporaryPath,
      offset,
      uploadId,
      parts: uploaded.parts,
      tail,
    }
    return recoverable
  }

  async closeForCommit(): Promise<Committer> {
    const { parts, targetPath, uploadId, store } = this.#file
    const finished = await parts.finish()
    const offset = this.#position
    const known = { targetPath, temporaryPath: this.#temporaryPath, offset, uploadId, parts: finished.parts }
    this.#isOpen = false
    return new S3Committer(() => Promise.resolve(store), { ...known, tail: undefined })
  }

  async close(): Promise<void> {
    this.#isOpen = false
    await this.#file.parts.settled()
  }

  async discard(): Promise<void> {
    await this.close()
    const { store, targetPath, uploadId } = this.#file
    await store.uploads.abort(s3LocationOf(targetPath), uploadId)
    await tailsRemoved(store, this.#temporaryPath)
  }

  #checkOpen(operation: string): void {
    if (this.#isOpen) return
    throw new FlinkError('FILE_IO_FAILED', { operation, path: this.#file.targetPath, reason: 'it was closed' })
  }

  async #persistedTail(): Promise<S3Tail | undefined> {
    const { store, parts, names } = this.#file
    if (parts.bufferedBytes === 0) return undefined
    if (this.#tail !== undefined && this.#tailEnd === this.#position) return this.#tail
    const tail = { path: `${this.#temporaryPath}.${names.uuid()}`, sizeBytes: parts.bufferedBytes }
    await store.objects.put(s3LocationOf(tail.path), parts.buffered())
    this.#tail = tail
    this.#tailEnd = this.#position
    return tail
  }
}
