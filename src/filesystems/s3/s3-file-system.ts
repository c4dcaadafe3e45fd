// Duty: a bucket as a file system. What is between slashes are directories; one that is made has an object of its own, without bytes and
// with a slash at its end, so that it is there while nothing is in it.
// Invariants: a file is there when its writer is closed, whole and durable. Files are replaced as a whole; `rename` is a copy and a
// removal. A directory is not asked for before a file is written into it.
// Thread: any; each has its own.
import type { Configuration } from '../../core/config/configuration.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { FileReader, FileStatus, FileSystem, FileWriter } from '../../core/fs/file-system.js'
import type { RecoverableWriter } from '../../core/fs/recoverable-writer.js'
import type { Random } from '../../core/random/random.js'
import { SystemRandom } from '../../core/random/system-random.js'
import type { Clock } from '../../core/time/clock.js'
import { SystemClock } from '../../core/time/system-clock.js'
import { copyS3Object, partsBefore } from './copied-objects.js'
import { PartUploads, type UploadedParts } from './part-uploads.js'
import { S3Connection } from './s3-connection.js'
import { S3FileReader, type S3ReaderTerms } from './s3-file-reader.js'
import { S3FileWriter } from './s3-file-writer.js'
import { keyPrefixOf, s3Child, s3LocationOf, s3NameOf, s3ParentOf, type S3Location } from './s3-location.js'
import { S3Objects, type S3Listed } from './s3-objects.js'
import { S3RecoverableWriter } from './s3-recoverable-writer.js'
import { s3SettingsOf } from './s3-settings.js'
import { S3Uploads } from './s3-uploads.js'

const NO_BYTES = new Uint8Array(0)

export class S3FileSystem implements FileSystem {
  readonly isObjectStore = true
  readonly objects: S3Objects
  readonly uploads: S3Uploads
  readonly #random: Random
  readonly #reading: S3ReaderTerms

  constructor(connection: S3Connection, random: Random = new SystemRandom(), clock: Clock = new SystemClock()) {
    this.objects = new S3Objects(connection)
    this.uploads = new S3Uploads(connection)
    this.#random = random
    this.#reading = { objects: this.objects, clock, random }
  }

  /** `scheme`: how paths begin, for messages. FILE_SYSTEM_SCHEME_UNSUPPORTED where the SDK is not installed. */
  static async open(configuration: Configuration, scheme = 's3'): Promise<S3FileSystem> {
    return new S3FileSystem(await S3Connection.open(scheme, s3SettingsOf(configuration)))
  }

  async readFile(path: string): Promise<Uint8Array> {
    const at = s3LocationOf(path)
    const body = await this.#orDirectory('read', at, () => this.objects.get(at))
    const reader = new S3FileReader(this.#reading, at, body, body)
    try {
      return await reader.read(0, body.sizeBytes)
    } finally {
      await reader.close()
    }
  }

  async openForRead(path: string): Promise<FileReader> {
    const at = s3LocationOf(path)
    const head = await this.objects.head(at)
    if (head !== undefined) return new S3FileReader(this.#reading, at, head)
    throw (await this.#isDirectory(at)) ? refused('open', at, 'it is a directory') : missing(at)
  }

  async openForWrite(path: string): Promise<FileWriter> {
    const at = s3LocationOf(path)
    if (await this.#isDirectory(at)) throw refused('create', at, 'it is a directory')
    return this.#writer(at)
  }

  /** What is kept is copied within the store, or read where it is little; until it is closed the file is as it was. */
  async openToContinue(path: string, keepBytes: number): Promise<FileWriter> {
    const at = s3LocationOf(path)
    if (await this.#isDirectory(at)) throw refused('open', at, 'it is a directory')
    const head = await this.objects.head(at)
    const kept = Math.min(keepBytes, head?.sizeBytes ?? 0)
    if (head === undefined || kept === 0) return this.#writer(at)
    const { partSizeBytes } = this.objects.connection.settings
    if (kept >= partSizeBytes) return this.#writer(at, await partsBefore(this.uploads, at, kept))
    const reader = new S3FileReader(this.#reading, at, head)
    const writer = this.#writer(at)
    await writer.write(await reader.read(0, kept))
    await reader.close()
    return writer
  }

  createNew(path: string, bytes: Uint8Array): Promise<boolean> {
    return this.objects.putNew(s3LocationOf(path), bytes, this.#random.uuid())
  }

  /** Not atomic: a crash leaves both names, or some files of a directory under either. */
  async rename(from: string, to: string): Promise<void> {
    const source = s3LocationOf(from)
    const target = s3LocationOf(to)
    const status = await this.#status(source)
    if (status === undefined) throw missing(source)
    if (!status.isDirectory) {
      if (await this.#isDirectory(target)) throw refused('rename', source, `${target.path} is a directory`)
      await copyS3Object(this, source, target, status.sizeBytes)
      await this.objects.delete(source)
      return
    }
    for await (const { key, sizeBytes } of this.#below(source)) {
      const rest = key.slice(keyPrefixOf(source).length)
      await copyS3Object(this, { ...source, key }, { ...target, key: keyPrefixOf(target) + rest }, sizeBytes)
    }
    await this.delete(from)
  }

  /** What is there is durable. */
  syncDirectory(): Promise<void> {
    return Promise.resolve()
  }

  async mkdirs(path: string): Promise<boolean> {
    const lowest = s3LocationOf(path)
    const made: S3Location[] = []
    for (let at: S3Location | undefined = lowest; at !== undefined && at.key !== ''; at = s3ParentOf(at)) {
      const status = await this.#status(at)
      if (status?.isDirectory === false) throw refused('create', lowest, `${at.path} is a file`)
      if (status !== undefined) break
      made.push(at)
    }
    for (const at of made.reverse()) await this.objects.put(markerOf(at), NO_BYTES)
    return made.length > 0
  }

  async list(path: string): Promise<FileStatus[]> {
    const at = s3LocationOf(path)
    const prefix = keyPrefixOf(at)
    const found: FileStatus[] = []
    let isThere = at.key === ''
    for (let after: string | undefined; ;) {
      const page = await this.objects.list(at, { isDeep: false, after })
      isThere ||= page.objects.length + page.prefixes.length > 0
      for (const { key, sizeBytes } of page.objects) {
        const name = key.slice(prefix.length)
        if (name !== '') found.push(fileStatus(s3Child(at, name), sizeBytes))
      }
      for (const below of page.prefixes) {
        const name = below.slice(prefix.length, -1)
        if (name !== '') found.push(directoryStatus(s3Child(at, name)))
      }
      after = page.next
      if (after === undefined) break
    }
    if (!isThere && (await this.objects.head(at)) !== undefined) throw refused('list', at, 'it is not a directory')
    return found.sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  async realPath(path: string): Promise<string> {
    const at = s3LocationOf(path)
    if ((await this.#status(at)) === undefined) throw missing(at)
    return at.path
  }

  status(path: string): Promise<FileStatus | undefined> {
    return this.#status(s3LocationOf(path))
  }

  async delete(path: string): Promise<void> {
    const at = s3LocationOf(path)
    if (at.key === '') throw refused('delete', at, 'it is a bucket, which is not deleted')
    await Promise.all([this.objects.delete(at), this.#deleteBelow(at)])
  }

  async deleteEmptyDirectory(path: string): Promise<boolean> {
    const at = s3LocationOf(path)
    const marker = markerOf(at).key
    const { objects } = await this.objects.list(at, { isDeep: true, limit: 2 })
    if (objects.some(({ key }) => key !== marker)) return false
    if (objects.length > 0) await this.objects.delete(markerOf(at))
    else if ((await this.objects.head(at)) !== undefined) throw refused('delete', at, 'it is not a directory')
    return true
  }

  createRecoverableWriter(names: Pick<Random, 'uuid'>): RecoverableWriter {
    return new S3RecoverableWriter(() => Promise.resolve(this), names)
  }

  #writer(at: S3Location, uploaded?: UploadedParts): S3FileWriter {
    const { partSizeBytes, maxConcurrentUploads } = this.objects.connection.settings
    const terms = { uploads: this.uploads, at, partSizeBytes, maxConcurrent: maxConcurrentUploads }
    return new S3FileWriter(this.objects, this.uploads, at, new PartUploads(terms, uploaded))
  }

  async #status(at: S3Location): Promise<FileStatus | undefined> {
    if (at.key === '') return directoryStatus(at)
    const [head, isDirectory] = await Promise.all([this.objects.head(at), this.#isDirectory(at)])
    if (head !== undefined) return fileStatus(at, head.sizeBytes)
    return isDirectory ? directoryStatus(at) : undefined
  }

  async #isDirectory(at: S3Location): Promise<boolean> {
    if (at.key === '') return true
    const { objects } = await this.objects.list(at, { isDeep: true, limit: 1 })
    return objects.length > 0
  }

  async *#below(at: S3Location): AsyncGenerator<S3Listed> {
    for (let after: string | undefined; ;) {
      const page = await this.objects.list(at, { isDeep: true, after })
      yield* page.objects
      after = page.next
      if (after === undefined) return
    }
  }

  async #deleteBelow(at: S3Location): Promise<void> {
    for (let after: string | undefined; ;) {
      const page = await this.objects.list(at, { isDeep: true, after })
      await this.objects.deleteAll(
        at,
        page.objects.map(({ key }) => key),
      )
      after = page.next
      if (after === undefined) return
    }
  }

  async #orDirectory<T>(operation: string, at: S3Location, work: () => Promise<T>): Promise<T> {
    if (at.key === '') throw refused(operation, at, 'it is a directory')
    try {
      return await work()
    } catch (error) {
      const isDirectory = FlinkError.is(error, 'FILE_NOT_FOUND') && (await this.#isDirectory(at))
      throw isDirectory ? refused(operation, at, 'it is a directory') : error
    }
  }
}

/** The object that a directory has. */
function markerOf(at: S3Location): S3Location {
  return { ...at, key: `${at.key}/` }
}

function fileStatus(at: S3Location, sizeBytes: number): FileStatus {
  return { name: s3NameOf(at), path: at.path, isDirectory: false, isPlainFile: true, sizeBytes }
}

function directoryStatus(at: S3Location): FileStatus {
  return { name: s3NameOf(at), path: at.path, isDirectory: true, isPlainFile: false, sizeBytes: 0 }
}

function missing({ path }: S3Location): FlinkError {
  return new FlinkError('FILE_NOT_FOUND', { path })
}

function refused(operation: string, { path }: S3Location, reason: string): FlinkError {
  return new FlinkError('FILE_ACCESS_REFUSED', { path, operation, reason })
}
