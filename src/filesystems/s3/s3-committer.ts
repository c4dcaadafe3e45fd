// Duty: gives a file on S3 its name: its upload is completed.
// Invariants: an upload can be completed once. Who finds it gone looks whether the file is there, with all its bytes.
// Thread: any.
import type { CommitOutcome, CommitRecoverable, Committer } from '../../core/fs/recoverable-writer.js'
import { lostRecords } from '../../core/fs/renaming-recoverable-writer.js'
import { s3LocationOf } from './s3-location.js'
import type { S3Recoverable } from './s3-recoverable.js'
import type { S3Store } from './s3-store.js'
import type { S3Completion, S3Part } from './s3-uploads.js'

export class S3Committer implements Committer {
  readonly #store: () => Promise<S3Store>
  readonly #recoverable: S3Recoverable

  constructor(store: () => Promise<S3Store>, recoverable: S3Recoverable) {
    this.#store = store
    this.#recoverable = recoverable
  }

  getRecoverable(): CommitRecoverable {
    return this.#recoverable
  }

  async commit(): Promise<void> {
    const store = await this.#store()
    const { parts, tail } = this.#recoverable
    const outcome = tail === undefined ? await this.#complete(store, parts) : await this.#completeFound(store)
    if (outcome === 'taken') throw lostRecords(this.#recoverable, this.#recoverable.targetPath, undefined)
  }

  async commitAfterRecovery(): Promise<CommitOutcome> {
    return this.#completeFound(await this.#store())
  }

  /** Looks for the upload first: of one that is gone a store may say what it likes when it is to be completed. */
  async #completeFound(store: S3Store): Promise<CommitOutcome> {
    const { targetPath, uploadId, parts, tail } = this.#recoverable
    const uploaded = await store.uploads.parts(s3LocationOf(targetPath), uploadId)
    if (uploaded === undefined) return this.#found(store)
    if (tail === undefined) return this.#complete(store, parts)
    const number = 1 + Math.max(0, ...[...parts, ...uploaded].map((part) => part.number))
    const source = { from: s3LocationOf(tail.path), first: 0, last: tail.sizeBytes - 1 }
    const copied = await store.uploads.copyPart(s3LocationOf(targetPath), uploadId, number, source)
    if (copied === undefined) throw lostRecords(this.#recoverable, tail.path, undefined)
    return this.#complete(store, [...parts, copied])
  }

  async #complete(store: S3Store, parts: readonly S3Part[]): Promise<CommitOutcome> {
    const { targetPath, temporaryPath, offset } = this.#recoverable
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
    if (sizeBytes !== offset) throw lostRecords(this.#recoverable, targetPath, sizeBytes)
    const completion = await this.#completion(store, parts)
    if (completion === 'gone') return this.#found(store)
    if (completion === 'changed') throw lostRecords(this.#recoverable, targetPath, sizeBytes)
    await tailsRemoved(store, temporaryPath)
    return 'committed'
  }

  /** Where nobody knows what became of it, it is looked for. */
  async #completion(store: S3Store, parts: readonly S3Part[]): Promise<S3Completion> {
    const { targetPath, uploadId } = this.#recoverable
    const at = s3LocationOf(targetPath)
    try {
      return await store.uploads.complete(at, uploadId, parts)
    } catch (error) {
      if ((await store.uploads.parts(at, uploadId)) !== undefined) throw error
      return 'gone'
    }
  }

  /** The upload is gone: whoever completed it may have died before the tails were removed. */
  async #found(store: S3Store): Promise<CommitOutcome> {
    const { targetPath, temporaryPath, offset } = this.#recoverable
    const head = await store.objects.head(s3LocationOf(targetPath))
    if (head !== undefined && head.sizeBytes !== offset)
      throw lostRecords(this.#recoverable, targetPath, head.sizeBytes)
    await tailsRemoved(store, temporaryPath)
    return head === undefined ? 'taken' : 'committed'
  }
}

/** All tails of an upload that is no more. */
export async function tailsRemoved({ objects }: S3Store, temporaryPath: string): Promise<void> {
  const at = s3LocationOf(temporaryPath)
  for (;;) {
    const keys = await objects.keysFrom(at, at.key)
    if (keys.length === 0) return
    await objects.deleteAll(at, keys)
  }
}
