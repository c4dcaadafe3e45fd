import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { parentOf } from '../../../src/core/fs/file-path.js'
import type { FileReader, FileStatus, FileSystem, FileWriter } from '../../../src/core/fs/file-system.js'
import { filesBelow } from '../../../src/core/fs/files-below.js'
import type { PathEntropy } from '../../../src/core/fs/path-entropy.js'
import { InMemoryFileSystem, type FaultHook } from '../../../src/core/fs/in-memory-file-system.js'
import type {
  CommitOutcome,
  CommitRecoverable,
  Committer,
  RecoverableOutputStream,
  RecoverableWriter,
} from '../../../src/core/fs/recoverable-writer.js'
import { lostRecords } from '../../../src/core/fs/renaming-recoverable-writer.js'
import { writeDurably } from '../../../src/core/fs/write-durably.js'
import type { Random } from '../../../src/core/random/random.js'

type Names = Pick<Random, 'uuid'>

/**
 * Objects in memory, as S3 has them: an object is there, whole and durable, when its writer is closed, and what was not closed leaves
 * nothing. Nobody renames here: whatever does is a defect.
 */
export class InMemoryObjectStore implements FileSystem {
  readonly isObjectStore = true
  entropy: PathEntropy | undefined
  readonly #objects = new InMemoryFileSystem()
  /** Of two that make an object at once the second comes too late. */
  readonly #beingMade = new Set<string>()

  set fault(hook: FaultHook) {
    this.#objects.fault = hook
  }

  openForWrite(path: string): Promise<FileWriter> {
    return this.#writer(path, [])
  }

  async openToContinue(path: string, keepBytes: number): Promise<FileWriter> {
    const kept = (await this.status(path)) === undefined ? undefined : (await this.readFile(path)).slice(0, keepBytes)
    return this.#writer(path, kept === undefined ? [] : [kept])
  }

  async createNew(path: string, bytes: Uint8Array): Promise<boolean> {
    if (this.#beingMade.has(path)) return false
    this.#beingMade.add(path)
    try {
      if ((await this.#objects.status(path)) !== undefined) return false
      await this.#put(path, bytes)
      return true
    } finally {
      this.#beingMade.delete(path)
    }
  }

  createRecoverableWriter(names: Names): RecoverableWriter {
    return new UploadingWriter(this, names)
  }

  rename(from: string): Promise<void> {
    return Promise.reject(new FlinkError('ASSERTION_FAILED', { what: `${from} is renamed in a store of objects` }))
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#objects.readFile(path)
  }

  openForRead(path: string): Promise<FileReader> {
    return this.#objects.openForRead(path)
  }

  async syncDirectory(path: string): Promise<void> {
    for (let at = path; at !== parentOf(at); at = parentOf(at)) await this.#objects.syncDirectory(at)
  }

  mkdirs(path: string): Promise<boolean> {
    return this.#objects.mkdirs(path)
  }

  list(path: string): Promise<FileStatus[]> {
    return this.#objects.list(path)
  }

  realPath(path: string): Promise<string> {
    return this.#objects.realPath(path)
  }

  status(path: string): Promise<FileStatus | undefined> {
    return this.#objects.status(path)
  }

  delete(path: string): Promise<void> {
    return this.#objects.delete(path)
  }

  deleteEmptyDirectory(path: string): Promise<boolean> {
    return this.#objects.deleteEmptyDirectory(path)
  }

  /** Where it fails, the object is as it was. */
  async #put(path: string, bytes: Uint8Array): Promise<void> {
    const upload = `${path}.upload`
    await this.#objects.mkdirs(parentOf(path))
    try {
      await writeDurably(this.#objects, upload, bytes)
      await this.#objects.rename(upload, path)
    } catch (error) {
      await this.#objects.delete(upload)
      throw error
    }
    await this.syncDirectory(parentOf(path))
  }

  async #writer(path: string, parts: Uint8Array[]): Promise<FileWriter> {
    if ((await this.status(path))?.isDirectory === true) {
      throw new FlinkError('FILE_ACCESS_REFUSED', { path, operation: 'create', reason: 'it is a directory' })
    }
    let isOpen = true
    const refuseClosed = (): void => {
      if (!isOpen) throw new FlinkError('FILE_IO_FAILED', { path, operation: 'write', reason: 'it was closed' })
    }
    return {
      write: async (bytes) => {
        refuseClosed()
        parts.push(bytes.slice())
        await Promise.resolve()
      },
      sync: async () => {
        refuseClosed()
        await Promise.resolve()
      },
      close: async () => {
        if (!isOpen) return
        isOpen = false
        await this.#put(path, Buffer.concat(parts))
      },
    }
  }
}

/** Each `persist` puts all that was written into an object of the upload; a commit puts it where it belongs. */
class UploadingWriter implements RecoverableWriter {
  readonly #store: FileSystem
  readonly #names: Names

  constructor(store: FileSystem, names: Names) {
    this.#store = store
    this.#names = names
  }

  open(targetPath: string): Promise<RecoverableOutputStream> {
    const name = targetPath.slice(parentOf(targetPath).length + 1)
    const temporaryPath = `${parentOf(targetPath)}/.${name}.inprogress.${this.#names.uuid()}`
    return Promise.resolve(this.#stream({ targetPath, temporaryPath, offset: 0 }, []))
  }

  async recover(recoverable: CommitRecoverable): Promise<RecoverableOutputStream> {
    const { temporaryPath, offset } = recoverable
    const status = await this.#store.status(temporaryPath)
    const sizeBytes = status?.sizeBytes
    if (sizeBytes === undefined || sizeBytes < offset) throw lostRecords(recoverable, temporaryPath, sizeBytes)
    const kept = (await this.#store.readFile(temporaryPath)).slice(0, offset)
    return this.#stream(recoverable, [kept])
  }

  recoverForCommit(recoverable: CommitRecoverable): Committer {
    const commit = async (): Promise<CommitOutcome> => {
      const { temporaryPath, targetPath, offset } = recoverable
      if ((await this.#store.status(temporaryPath)) === undefined) {
        const sizeBytes = (await this.#store.status(targetPath))?.sizeBytes
        if (sizeBytes === undefined) return 'taken'
        if (sizeBytes !== offset) throw lostRecords(recoverable, targetPath, sizeBytes)
        return 'committed'
      }
      const bytes = (await this.#store.readFile(temporaryPath)).slice(0, offset)
      if (bytes.length < offset) throw lostRecords(recoverable, temporaryPath, bytes.length)
      await writeDurably(this.#store, targetPath, bytes)
      await this.#store.delete(temporaryPath)
      return 'committed'
    }
    return {
      commit: async () => {
        if ((await commit()) === 'taken') throw lostRecords(recoverable, recoverable.targetPath, undefined)
      },
      commitAfterRecovery: commit,
      getRecoverable: () => recoverable,
    }
  }

  cleanupRecoverableState({ temporaryPath }: CommitRecoverable): Promise<void> {
    return this.#store.delete(temporaryPath)
  }

  async listInProgress(directory: string): Promise<CommitRecoverable[]> {
    return (await filesBelow(this.#store, directory)).flatMap(({ name, path, sizeBytes }) => {
      const [, target] = /^\.(.+)\.inprogress\.[0-9a-f-]{36}$/.exec(name) ?? []
      if (target === undefined) return []
      return [{ targetPath: path.slice(0, -name.length) + target, temporaryPath: path, offset: sizeBytes }]
    })
  }

  supportsResume(): boolean {
    return true
  }

  #stream(begun: CommitRecoverable, parts: Uint8Array[]): RecoverableOutputStream {
    let position = begun.offset
    const persist = async (): Promise<CommitRecoverable> => {
      await writeDurably(this.#store, begun.temporaryPath, Buffer.concat(parts))
      return { ...begun, offset: position }
    }
    return {
      write: (bytes) => {
        parts.push(bytes.slice())
        position += bytes.length
      },
      get position() {
        return position
      },
      persist,
      closeForCommit: async () => this.recoverForCommit(await persist()),
      close: () => Promise.resolve(),
      discard: () => this.#store.delete(begun.temporaryPath),
    }
  }
}
