// Duty: a file that is written from front to back: in one request where it is small, else in parts while it is written.
// Invariants: nobody sees it before it is closed, and then it is whole. After a failure closing it makes no file, and says so.
// Thread: the one that writes.
import { FlinkError } from '../../core/errors/flink-error.js'
import type { FileWriter } from '../../core/fs/file-system.js'
import type { PartUploads } from './part-uploads.js'
import type { S3Location } from './s3-location.js'
import type { S3Objects } from './s3-objects.js'
import type { S3Uploads } from './s3-uploads.js'

export class S3FileWriter implements FileWriter {
  readonly #objects: S3Objects
  readonly #uploads: S3Uploads
  readonly #at: S3Location
  readonly #parts: PartUploads
  #isOpen = true

  /** `parts`: what there is of it already. */
  constructor(objects: S3Objects, uploads: S3Uploads, at: S3Location, parts: PartUploads) {
    this.#objects = objects
    this.#uploads = uploads
    this.#at = at
    this.#parts = parts
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#isOpen) throw this.#failed('write', 'it was closed')
    const { partSizeBytes } = this.#objects.connection.settings
    for (let at = 0; at < bytes.length; at += partSizeBytes) {
      await this.#parts.write(bytes.subarray(at, at + partSizeBytes))
    }
  }

  /** An object is durable when it is there, which closing does: a part of it is not known to anybody. */
  async sync(): Promise<void> {
    if (!this.#isOpen) throw this.#failed('sync', 'it was closed')
    this.#parts.throwFailure()
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    try {
      this.#parts.throwFailure()
      if (this.#parts.hasUpload) await this.#complete()
      else await this.#objects.put(this.#at, this.#parts.buffered())
    } catch (error) {
      // What failed is what the caller has to know; a store removes what is left of it by a rule for incomplete uploads.
      await Promise.allSettled([this.#parts.abort()])
      throw error
    }
  }

  async #complete(): Promise<void> {
    const { uploadId, parts } = await this.#parts.finish()
    const outcome = await this.#uploads.complete(this.#at, uploadId, parts)
    if (outcome === 'completed') return
    // A request that was repeated finds what it has done.
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
    const head = outcome === 'gone' ? await this.#objects.head(this.#at) : undefined
    if (head?.sizeBytes !== sizeBytes) throw this.#failed('write', 'somebody else removed it while it was written')
  }

  #failed(operation: string, reason: string): FlinkError {
    return new FlinkError('FILE_IO_FAILED', { operation, path: this.#at.path, reason })
  }
}
