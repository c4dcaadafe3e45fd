import type { Dirent } from 'node:fs'
import {
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rmdir,
  stat,
  unlink,
  type FileHandle,
} from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import { messageOf } from '../errors/thrown-value.js'
import { errnoOf } from './errno.js'
import type { DirectoryEntry, FileReader, FileStatus, FileSystem, FileWriter } from './file-system.js'
import { makeDirectories } from './make-directories.js'
import { removeTree } from './remove-tree.js'

/** Trying again does not help: somebody has to change the path, or what is there. */
const REFUSALS: ReadonlySet<string | undefined> = new Set([
  'EACCES',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOTDIR',
  'EPERM',
  'EROFS',
])

/** The machine's own files. */
export class LocalFileSystem implements FileSystem {
  readFile(file: string): Promise<Uint8Array> {
    return explain('read', file, () => readFile(file))
  }

  async openForWrite(file: string): Promise<FileWriter> {
    const handle = await explain('create', file, () => open(file, 'w'))
    return new LocalFileWriter(file, handle)
  }

  openToContinue(file: string, keepBytes: number): Promise<FileWriter> {
    return explain('open', file, async () => {
      const handle = await open(file, 'a')
      try {
        const stats = await handle.stat()
        if (stats.isFile() && stats.size > keepBytes) await handle.truncate(keepBytes)
        return new LocalFileWriter(file, handle)
      } catch (error) {
        await handle.close()
        throw error
      }
    })
  }

  async openForRead(file: string): Promise<FileReader> {
    return explain('open', file, async () => {
      const handle = await open(file, 'r')
      try {
        const stats = await handle.stat()
        if (stats.isDirectory())
          throw new FlinkError('FILE_ACCESS_REFUSED', { path: file, operation: 'open', reason: 'it is a directory' })
        return new LocalFileReader(file, handle, stats.size)
      } catch (error) {
        await handle.close()
        throw error
      }
    })
  }

  rename(from: string, to: string): Promise<void> {
    return explain('rename', from, () => rename(from, to))
  }

  syncDirectory(directory: string): Promise<void> {
    return explain('sync', directory, () => syncEntries(directory))
  }

  mkdirs(directory: string, entry: DirectoryEntry = 'durable'): Promise<boolean> {
    return explain('create', directory, async () => {
      const lowest = path.resolve(directory)
      if (entry === 'synced later' && (await isMadeAtOnce(lowest))) return true
      const firstMade = await makeDirectories(lowest)
      if (firstMade === undefined) return false
      const top = path.dirname(firstMade)
      for (let at = lowest; at !== top && at !== path.dirname(at);) {
        at = path.dirname(at)
        await syncEntries(at)
      }
      return true
    })
  }

  async list(directory: string): Promise<FileStatus[]> {
    const entries = await explain('list', directory, () => entriesIn(directory))
    const found = await Promise.all(entries.map((entry) => this.#statusOf(entry, path.join(directory, entry.name))))
    return found.filter((status) => status !== undefined).sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  realPath(file: string): Promise<string> {
    return explain('lookup', file, () => realpath(file))
  }

  async status(file: string): Promise<FileStatus | undefined> {
    try {
      const stats = await stat(file)
      const kind = { isDirectory: stats.isDirectory(), isPlainFile: stats.isFile() }
      return { name: path.basename(file), path: file, ...kind, sizeBytes: stats.size }
    } catch (error) {
      if (isMissing(error) || errnoOf(error) === 'ENOTDIR') return undefined
      throw explained('lookup', file, error)
    }
  }

  /** A link that leads nowhere is there all the same: whoever looks for its name has to see it. */
  async #statusOf(entry: Dirent, file: string): Promise<FileStatus | undefined> {
    const status = await this.status(file)
    if (status !== undefined || !entry.isSymbolicLink()) return status
    return { name: entry.name, path: file, isDirectory: false, isPlainFile: false, sizeBytes: 0 }
  }

  delete(file: string): Promise<void> {
    return explain('delete', file, () => removeAll(file))
  }

  deleteEmptyDirectory(directory: string): Promise<boolean> {
    return explain('delete', directory, async () => {
      try {
        await rmdir(directory)
        return true
      } catch (error) {
        if (isMissing(error)) return true
        // By POSIX either says that something is in it.
        if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return false
        throw error
      }
    })
  }
}

class LocalFileWriter implements FileWriter {
  readonly #file: string
  readonly #handle: FileHandle

  constructor(file: string, handle: FileHandle) {
    this.#file = file
    this.#handle = handle
  }

  write(bytes: Uint8Array): Promise<void> {
    return explain('write', this.#file, async () => {
      for (let written = 0; written < bytes.length;) {
        written += (await this.#handle.write(bytes, written)).bytesWritten
      }
    })
  }

  sync(): Promise<void> {
    return explain('sync', this.#file, () => withoutRefusedSync(this.#handle.sync()))
  }

  close(): Promise<void> {
    return explain('close', this.#file, () => this.#handle.close())
  }
}

class LocalFileReader implements FileReader {
  readonly sizeBytes: number
  readonly #file: string
  readonly #handle: FileHandle

  constructor(file: string, handle: FileHandle, sizeBytes: number) {
    this.#file = file
    this.#handle = handle
    this.sizeBytes = sizeBytes
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return explain('read', this.#file, async () => {
      const bytes = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return bytes.subarray(0, filled)
    })
  }

  close(): Promise<void> {
    return explain('close', this.#file, () => this.#handle.close())
  }
}

async function entriesIn(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Runs `work`, and says by the error table what of it failed. */
export async function explain<T>(operation: string, file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explained(operation, file, error)
  }
}

/** One call for the directory of a checkpoint, where a look at what is there, and a sync of its parent, would be five more. */
async function isMadeAtOnce(directory: string): Promise<boolean> {
  try {
    await mkdir(directory)
    return true
  } catch {
    // Whatever is wrong, or there already, is looked at on the usual way.
    return false
  }
}

/** A file, or a directory with files alone, in one call each; of seven calls for the directory of a checkpoint four are left. */
async function removeAll(file: string): Promise<void> {
  try {
    await unlink(file)
  } catch (error) {
    if (isMissing(error)) return
    await removeDirectory(file)
  }
}

async function removeDirectory(directory: string): Promise<void> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    if (!entries.some((entry) => entry.isDirectory())) {
      for (const { name } of entries) await unlink(path.join(directory, name))
      await rmdir(directory)
      return
    }
  } catch {
    // What is in the way, or was removed meanwhile, is dealt with where all of it is removed.
  }
  await removeTree(directory)
}

/** Makes the entries of a directory durable, where the file system has a way to do that: Windows and some mounts have none. */
async function syncEntries(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await openToSync(directory)
  if (handle === undefined) return
  try {
    await withoutRefusedSync(handle.sync())
  } finally {
    await handle.close()
  }
}

/** Of a pipe or a terminal nothing is kept back; some mounts have no way to sync a directory. */
export async function withoutRefusedSync(sync: Promise<void>): Promise<void> {
  try {
    await sync
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'ENOTSUP') throw error
  }
}

/** Undefined for a directory that may be written and not read: nothing can sync that. */
async function openToSync(directory: string): Promise<FileHandle | undefined> {
  try {
    return await open(directory, 'r')
  } catch (error) {
    if (errnoOf(error) === 'EACCES') return undefined
    throw error
  }
}

function explained(operation: string, file: string, error: unknown): FlinkError {
  if (FlinkError.is(error)) return error
  if (isMissing(error)) return new FlinkError('FILE_NOT_FOUND', { path: file }, { cause: error })
  if (errnoOf(error) === 'ENOSPC') return new FlinkError('DISK_FULL', { path: file }, { cause: error })
  const code = REFUSALS.has(errnoOf(error)) ? 'FILE_ACCESS_REFUSED' : 'FILE_IO_FAILED'
  return new FlinkError(code, { path: file, operation, reason: messageOf(error) }, { cause: error })
}

function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT'
}
