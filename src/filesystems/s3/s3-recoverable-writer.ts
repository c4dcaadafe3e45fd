// Duty: files on S3 of which after a failure exactly those bytes are there that a checkpoint knows of: as in Flink, an upload in parts.
//
//   open: upload begun ─► parts ── persist: full parts uploaded, the tail an object of its own ──► closeForCommit ─► commit: completed,
//                           ▲                           │ failure                                                     tails removed
//                           └── recover: the known parts, the tail read again; others are not in the list that is completed
//
// Invariants: what `persist` and `closeForCommit` tell of is in the store before they resolve. A file has its name only when it is whole.
// Each step of a commit may be done again, after a crash at any point of it: an upload that is gone and a file of the right size are one
// that was committed. Who goes on after a failure gives parts numbers that nobody gave before.
// Thread: any.
import type {
  CommitRecoverable,
  Committer,
  RecoverableOutputStream,
  RecoverableWriter,
  ResumeRecoverable,
} from '../../core/fs/recoverable-writer.js'
import { lostRecords } from '../../core/fs/renaming-recoverable-writer.js'
import type { Random } from '../../core/random/random.js'
import { PartUploads } from './part-uploads.js'
import { S3Committer, tailsRemoved } from './s3-committer.js'
import { keyPrefixOf, s3LocationOf } from './s3-location.js'
import { S3OutputStream } from './s3-output-stream.js'
import { asS3Recoverable, bytesOf, temporaryPathOf, type S3Recoverable } from './s3-recoverable.js'
import type { S3Store } from './s3-store.js'

export class S3RecoverableWriter implements RecoverableWriter {
  readonly #store: () => Promise<S3Store>
  readonly #names: Pick<Random, 'uuid'>

  /** `names`: of objects that no other attempt gives. */
  constructor(store: () => Promise<S3Store>, names: Pick<Random, 'uuid'>) {
    this.#store = store
    this.#names = names
  }

  async open(targetPath: string): Promise<RecoverableOutputStream> {
    const store = await this.#store()
    const at = s3LocationOf(targetPath)
    const uploadId = await store.uploads.create(at)
    const parts = new PartUploads(partTerms(store, at.path), { uploadId, parts: [], nextNumber: 1 })
    return new S3OutputStream({ store, names: this.#names, targetPath: at.path, uploadId, parts, offset: 0 })
  }

  async recover(resumable: ResumeRecoverable): Promise<RecoverableOutputStream> {
    const store = await this.#store()
    const known = asS3Recoverable(resumable)
    const { targetPath, uploadId, tail, offset } = known
    const uploaded = await store.uploads.parts(s3LocationOf(targetPath), uploadId)
    if (uploaded === undefined) throw lostRecords(known, known.temporaryPath, undefined)
    const isThere = known.parts.every(({ number, etag }) =>
      uploaded.some((part) => part.number === number && part.etag === etag),
    )
    if (!isThere || bytesOf(known) !== offset) throw lostRecords(known, targetPath, bytesOf(known))
    const nextNumber = 1 + Math.max(0, ...uploaded.map(({ number }) => number))
    const parts = new PartUploads(partTerms(store, targetPath), { uploadId, parts: known.parts, nextNumber })
    if (tail !== undefined) {
      const head = await store.objects.head(s3LocationOf(tail.path))
      if (head?.sizeBytes !== tail.sizeBytes) throw lostRecords(known, tail.path, head?.sizeBytes)
      await parts.write(await store.readFile(tail.path))
    }
    return new S3OutputStream({ store, names: this.#names, targetPath, uploadId, parts, offset, tail })
  }

  recoverForCommit(recoverable: CommitRecoverable): Committer {
    return new S3Committer(this.#store, asS3Recoverable(recoverable))
  }

  async cleanupRecoverableState(recoverable: ResumeRecoverable): Promise<void> {
    const store = await this.#store()
    const { targetPath, temporaryPath, uploadId } = asS3Recoverable(recoverable)
    await store.uploads.abort(s3LocationOf(targetPath), uploadId)
    await tailsRemoved(store, temporaryPath)
  }

  async listInProgress(directory: string): Promise<ResumeRecoverable[]> {
    const store = await this.#store()
    const at = s3LocationOf(directory)
    const prefix = keyPrefixOf(at)
    const found: S3Recoverable[] = []
    for (const { key, uploadId } of await store.uploads.open(at, prefix)) {
      const targetPath = `${at.path}/${key.slice(prefix.length)}`
      const parts = await store.uploads.parts(s3LocationOf(targetPath), uploadId)
      if (parts === undefined) continue
      const offset = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      const temporaryPath = temporaryPathOf(targetPath, uploadId)
      found.push({ targetPath, temporaryPath, offset, uploadId, parts, tail: undefined })
    }
    return found
  }

  supportsResume(): boolean {
    return true
  }
}

function partTerms({ objects, uploads }: S3Store, path: string): ConstructorParameters<typeof PartUploads>[0] {
  const { partSizeBytes, maxConcurrentUploads } = objects.connection.settings
  return { uploads, at: s3LocationOf(path), partSizeBytes, maxConcurrent: maxConcurrentUploads }
}
