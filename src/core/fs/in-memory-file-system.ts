import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import type { FileReader, FileStatus, FileSystem, FileWriter } from './file-system.js'

interface MemoryFile {
  bytes: Uint8Array
  /** What a crash leaves of it; undefined: nothing. */
  durable: Uint8Array | undefined
}

/** Called before every operation; throwing makes it fail. */
export type FaultHook = (operation: string, file: string) => void

/**
 * Files in memory that behave as a disk under a crash: what was not synced is lost, and so is an entry whose directory
 * was not synced. For simulations.
 */
export class InMemoryFileSystem implements FileSystem {
  readonly #files = new Map<string, MemoryFile>()
  /** Entries as a crash leaves them. */
  readonly #durableEntries = new Map<string, MemoryFile>()
  readonly #directories = new Set<string>(['/'])
  fault: FaultHook = () => undefined

  /** Loses everything that is not durable. */
  crash(): void {
    this.#files.clear()
    for (const [name, file] of this.#durableEntries) {
      if (file.durable === undefined) continue
      this.#files.set(name, { bytes: file.durable, durable: file.durable })
    }
  }

  async readFile(file: string): Promise<Uint8Array> {
    return Promise.resolve(this.#file('read', file).bytes.slice())
  }

  openForWrite(file: string): Promise<FileWriter> {
    return this.#run('create', file, () => {
      if (!this.#directories.has(path.dirname(file))) throw new FlinkError('FILE_NOT_FOUND', { path: file })
      const entry: MemoryFile = { bytes: new Uint8Array(0), durable: undefined }
      this.#files.set(file, entry)
      return {
        write: (bytes) =>
          this.#run('write', file, () => {
            const grown = new Uint8Array(entry.bytes.length + bytes.length)
            grown.set(entry.bytes)
            grown.set(bytes, entry.bytes.length)
            entry.bytes = grown
          }),
        sync: () =>
          this.#run('sync', file, () => {
            entry.durable = entry.bytes
          }),
        close: () => Promise.resolve(),
      }
    })
  }

  openForRead(file: string): Promise<FileReader> {
    return this.#run('open', file, () => {
      const { bytes } = this.#file('open', file)
      return {
        sizeBytes: bytes.length,
        read: (offset, length) => this.#run('read', file, () => bytes.slice(offset, offset + length)),
        close: () => Promise.resolve(),
      }
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run('rename', from, () => {
      const file = this.#file('rename', from)
      this.#files.delete(from)
      this.#files.set(to, file)
    })
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#run('syncDirectory', directory, () => {
      for (const name of this.#durableEntries.keys()) {
        if (path.dirname(name) === directory && !this.#files.has(name)) this.#durableEntries.delete(name)
      }
      for (const [name, file] of this.#files) {
        if (path.dirname(name) === directory) this.#durableEntries.set(name, file)
      }
    })
  }

  mkdirs(directory: string): Promise<void> {
    return this.#run('mkdirs', directory, () => {
      for (let at = directory; !this.#directories.has(at); at = path.dirname(at)) this.#directories.add(at)
    })
  }

  list(directory: string): Promise<FileStatus[]> {
    return this.#run('list', directory, () => {
      const names = [...this.#files.keys(), ...this.#directories].filter((name) => name !== '/')
      return names.filter((name) => path.dirname(name) === directory).map((name) => this.#statusOf(name))
    })
  }

  status(file: string): Promise<FileStatus | undefined> {
    return this.#run('status', file, () => {
      return this.#files.has(file) || this.#directories.has(file) ? this.#statusOf(file) : undefined
    })
  }

  delete(file: string): Promise<void> {
    return this.#run('delete', file, () => {
      const isInside = (name: string): boolean => name === file || name.startsWith(`${file}/`)
      for (const name of this.#files.keys()) if (isInside(name)) this.#files.delete(name)
      for (const name of this.#directories) if (isInside(name)) this.#directories.delete(name)
    })
  }

  #statusOf(name: string): FileStatus {
    const file = this.#files.get(name)
    return {
      name: path.basename(name),
      path: name,
      isDirectory: file === undefined,
      sizeBytes: file?.bytes.length ?? 0,
    }
  }

  #file(operation: string, name: string): MemoryFile {
    this.fault(operation, name)
    const file = this.#files.get(name)
    if (file === undefined) throw new FlinkError('FILE_NOT_FOUND', { path: name })
    return file
  }

  /** Errors come as rejections, as from a real disk. */
  async #run<T>(operation: string, file: string, work: () => T): Promise<T> {
    this.fault(operation, file)
    return Promise.resolve(work())
  }
}
