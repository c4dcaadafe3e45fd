import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import { DataOutputView } from '../memory/data-output-view.js'
import { rootOf } from './file-path.js'
import type { DirectoryEntry, FileReader, FileStatus, FileSystem, FileWriter } from './file-system.js'

class MemoryFile {
  readonly content = new DataOutputView(0)
  /** What a crash leaves of the content. */
  durable: Uint8Array = new Uint8Array(0)
}

class MemoryDirectory {
  readonly entries = new Map<string, MemoryFile | MemoryDirectory>()
  /** Entries as a crash leaves them. */
  readonly durableEntries = new Map<string, MemoryFile | MemoryDirectory>()
}

/** Called before every operation; throwing makes it fail. */
export type FaultHook = (operation: string, file: string) => void

/**
 * Files in memory that behave as a disk under a crash, and not as a lucky one: content that was not synced is lost, so is
 * an entry whose directory was not synced, and an overwritten file is empty from the first moment. For simulations.
 */
export class InMemoryFileSystem implements FileSystem {
  readonly #root = new MemoryDirectory()
  fault: FaultHook = () => undefined

  /** Loses everything that is not durable. */
  crash(): void {
    recover(this.#root)
  }

  readFile(file: string): Promise<Uint8Array> {
    return this.#run('read', file, () => this.#file('read', file).content.toBytes())
  }

  openForWrite(file: string): Promise<FileWriter> {
    return this.#run('create', file, () => {
      const parent = this.#parentOf('create', file)
      const existing = parent.entries.get(path.basename(file))
      if (existing instanceof MemoryDirectory) throw refused('create', file, 'it is a directory')
      const opened = existing ?? new MemoryFile()
      opened.content.reset()
      opened.durable = new Uint8Array(0)
      parent.entries.set(path.basename(file), opened)
      return this.#writer(file, opened)
    })
  }

  openToContinue(file: string, keepBytes: number): Promise<FileWriter> {
    return this.#run('continue', file, () => {
      const parent = this.#parentOf('open', file)
      const existing = parent.entries.get(path.basename(file))
      if (existing instanceof MemoryDirectory) throw refused('open', file, 'it is a directory')
      const opened = existing ?? new MemoryFile()
      if (opened.content.position > keepBytes) opened.content.truncate(keepBytes)
      opened.durable = opened.durable.slice(0, keepBytes)
      parent.entries.set(path.basename(file), opened)
      return this.#writer(file, opened)
    })
  }

  openForRead(file: string): Promise<FileReader> {
    return this.#run('open', file, () => {
      const { content } = this.#file('open', file)
      let isOpen = true
      return {
        sizeBytes: content.position,
        read: (offset, length) =>
          this.#run('read', file, () => {
            if (!isOpen) throw failed('read', file, 'it was closed')
            return content.written().slice(offset, offset + length)
          }),
        close: () => this.#run('close', file, () => void (isOpen = false)),
      }
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run('rename', from, () => {
      const node = this.#find(from)
      if (node === undefined) throw new FlinkError('FILE_NOT_FOUND', { path: from })
      const target = this.#parentOf('rename', to)
      if (target.entries.get(path.basename(to)) instanceof MemoryDirectory) {
        throw refused('rename', from, `${to} is a directory`)
      }
      this.#parentOf('rename', from).entries.delete(path.basename(from))
      target.entries.set(path.basename(to), node)
    })
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#run('syncDirectory', directory, () => {
      const { entries, durableEntries } = this.#directory('sync', directory)
      durableEntries.clear()
      for (const [name, node] of entries) durableEntries.set(name, node)
    })
  }

  mkdirs(directory: string, entry: DirectoryEntry = 'durable'): Promise<boolean> {
    return this.#run('mkdirs', directory, () => {
      let at = this.#root
      let isMade = false
      const names = segments(directory)
      for (const [index, name] of names.entries()) {
        const existing = at.entries.get(name)
        if (existing instanceof MemoryFile) throw refused('create', directory, `${name} is a file`)
        const next = existing ?? new MemoryDirectory()
        at.entries.set(name, next)
        const isDurable = entry === 'durable' || index < names.length - 1
        isMade = existing === undefined
        if (isMade && isDurable) at.durableEntries.set(name, next)
        at = next
      }
      return isMade
    })
  }

  list(directory: string): Promise<FileStatus[]> {
    return this.#run('list', directory, () => {
      if (this.#find(directory) === undefined) return []
      const { entries } = this.#directory('list', directory)
      return [...entries.keys()].sort().map((name) => this.#statusOf(`${directory === '/' ? '' : directory}/${name}`))
    })
  }

  realPath(file: string): Promise<string> {
    return this.#run('realPath', file, () => {
      if (this.#find(file) === undefined) throw new FlinkError('FILE_NOT_FOUND', { path: file })
      return rootOf(file) === '/' ? path.resolve('/', file) : file
    })
  }

  status(file: string): Promise<FileStatus | undefined> {
    return this.#run('status', file, () => (this.#find(file) === undefined ? undefined : this.#statusOf(file)))
  }

  delete(file: string): Promise<void> {
    return this.#run('delete', file, () => {
      if (this.#find(file) !== undefined) this.#parentOf('delete', file).entries.delete(path.basename(file))
    })
  }

  deleteEmptyDirectory(directory: string): Promise<boolean> {
    return this.#run('deleteEmptyDirectory', directory, () => {
      if (this.#find(directory) === undefined) return true
      if (this.#directory('delete', directory).entries.size > 0) return false
      this.#parentOf('delete', directory).entries.delete(path.basename(directory))
      return true
    })
  }

  #writer(file: string, opened: MemoryFile): FileWriter {
    let isOpen = true
    const run = (operation: string, work: () => void): Promise<void> =>
      this.#run(operation, file, () => {
        if (!isOpen) throw failed(operation, file, 'it was closed')
        work()
      })
    return {
      write: (bytes) => run('write', () => opened.content.writeBytes(bytes)),
      sync: () => run('sync', () => void (opened.durable = opened.content.toBytes())),
      close: () => this.#run('close', file, () => void (isOpen = false)),
    }
  }

  #statusOf(file: string): FileStatus {
    const node = this.#find(file)
    const sizeBytes = node instanceof MemoryFile ? node.content.position : 0
    const kind = { isDirectory: node instanceof MemoryDirectory, isPlainFile: node instanceof MemoryFile }
    return { name: path.basename(file), path: file, ...kind, sizeBytes }
  }

  #file(operation: string, file: string): MemoryFile {
    const node = this.#find(file)
    if (node === undefined) throw new FlinkError('FILE_NOT_FOUND', { path: file })
    if (node instanceof MemoryDirectory) throw refused(operation, file, 'it is a directory')
    return node
  }

  #directory(operation: string, directory: string): MemoryDirectory {
    const node = this.#find(directory)
    if (node === undefined) throw new FlinkError('FILE_NOT_FOUND', { path: directory })
    if (node instanceof MemoryFile) throw refused(operation, directory, 'it is not a directory')
    return node
  }

  #parentOf(operation: string, file: string): MemoryDirectory {
    return this.#directory(operation, path.dirname(file))
  }

  #find(file: string): MemoryFile | MemoryDirectory | undefined {
    let node: MemoryFile | MemoryDirectory | undefined = this.#root
    for (const name of segments(file)) {
      node = node instanceof MemoryDirectory ? node.entries.get(name) : undefined
    }
    return node
  }

  /** Errors come as rejections, as from a real disk. */
  async #run<T>(operation: string, file: string, work: () => T): Promise<T> {
    this.fault(operation, file)
    return Promise.resolve(work())
  }
}

function recover(directory: MemoryDirectory): void {
  directory.entries.clear()
  for (const [name, node] of directory.durableEntries) {
    directory.entries.set(name, node)
    if (node instanceof MemoryDirectory) {
      recover(node)
    } else {
      node.content.reset()
      node.content.writeBytes(node.durable)
    }
  }
}

const HAS_STEPS_ASIDE = /(?:^|\/)\.{0,2}(?:\/|$)/

/** Nearly all paths are plain, and simulations ask for millions of them. */
function segments(file: string): string[] {
  const isPlain = file.startsWith('/') && path.sep === '/' && !HAS_STEPS_ASIDE.test(file.slice(1))
  if (isPlain) return file.slice(1).split('/')
  return path
    .resolve('/', file)
    .split(path.sep)
    .filter((name) => name !== '')
}

function failed(operation: string, file: string, reason: string): FlinkError {
  return new FlinkError('FILE_IO_FAILED', { path: file, operation, reason })
}

function refused(operation: string, file: string, reason: string): FlinkError {
  return new FlinkError('FILE_ACCESS_REFUSED', { path: file, operation, reason })
}
