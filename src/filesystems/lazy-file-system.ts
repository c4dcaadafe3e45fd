// Duty: a file system whose driver is loaded when it is first used: most jobs use the local disk alone, and every thread of theirs would
// load all others.
// Invariants: what is asked before a call (is it a store of objects, has it a recoverable writer of its own) is known without the driver.
// A driver that could not be loaded is tried again with the next call.
// Thread: any.
import { FlinkError } from '../core/errors/flink-error.js'
import type { DirectoryEntry, FileReader, FileStatus, FileSystem, FileWriter } from '../core/fs/file-system.js'
import type { PathEntropy } from '../core/fs/path-entropy.js'
import type { RecoverableWriter } from '../core/fs/recoverable-writer.js'
import type { Random } from '../core/random/random.js'
import { LazyRecoverableWriter } from './lazy-recoverable-writer.js'

export class LazyFileSystem implements FileSystem {
  readonly isObjectStore: boolean
  readonly entropy: PathEntropy | undefined
  /** Stores of objects have one. */
  readonly createRecoverableWriter?: (names: Pick<Random, 'uuid'>) => RecoverableWriter
  readonly #load: () => Promise<FileSystem>
  #loading: Promise<FileSystem> | undefined

  constructor(kind: 'files' | 'objects', load: () => Promise<FileSystem>, entropy?: PathEntropy) {
    this.#load = load
    this.entropy = entropy
    this.isObjectStore = kind === 'objects'
    if (kind === 'files') return
    this.createRecoverableWriter = (names) =>
      new LazyRecoverableWriter(async () => required((await this.#loaded()).createRecoverableWriter?.(names)))
  }

  async createNew(path: string, bytes: Uint8Array): Promise<boolean> {
    return required((await this.#loaded()).createNew?.(path, bytes))
  }

  async readFile(path: string): Promise<Uint8Array> {
    return (await this.#loaded()).readFile(path)
  }

  async openForWrite(path: string): Promise<FileWriter> {
    return (await this.#loaded()).openForWrite(path)
  }

  async openToContinue(path: string, keepBytes: number): Promise<FileWriter> {
    return (await this.#loaded()).openToContinue(path, keepBytes)
  }

  async openForRead(path: string): Promise<FileReader> {
    return (await this.#loaded()).openForRead(path)
  }

  async rename(from: string, to: string): Promise<void> {
    await (await this.#loaded()).rename(from, to)
  }

  async syncDirectory(path: string): Promise<void> {
    await (await this.#loaded()).syncDirectory(path)
  }

  async mkdirs(path: string, entry?: DirectoryEntry): Promise<boolean> {
    return (await this.#loaded()).mkdirs(path, entry)
  }

  async list(path: string): Promise<FileStatus[]> {
    return (await this.#loaded()).list(path)
  }

  async realPath(path: string): Promise<string> {
    return (await this.#loaded()).realPath(path)
  }

  async status(path: string): Promise<FileStatus | undefined> {
    return (await this.#loaded()).status(path)
  }

  async delete(path: string): Promise<void> {
    await (await this.#loaded()).delete(path)
  }

  async deleteEmptyDirectory(path: string): Promise<boolean> {
    return (await this.#loaded()).deleteEmptyDirectory(path)
  }

  #loaded(): Promise<FileSystem> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }
}

function required<T>(given: T | undefined): T {
  if (given === undefined) throw new FlinkError('ASSERTION_FAILED', { what: 'the driver has all that its kind has' })
  return given
}
