import type { Random } from '../random/random.js'
import type { PathEntropy } from './path-entropy.js'
import type { RecoverableWriter } from './recoverable-writer.js'

export interface FileStatus {
  readonly name: string
  readonly path: string
  readonly isDirectory: boolean
  /** False for a directory, and for what has no length of its own: a pipe, a device, a socket. */
  readonly isPlainFile: boolean
  readonly sizeBytes: number
}

export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>
  /** Resolves when everything written is durable. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface FileReader {
  readonly sizeBytes: number
  /** Fewer bytes than asked for only at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
  /**
   * The same for who reads from front to back in pieces of any size: at least one byte and at most so many, as they have come, without a
   * copy; none only at the end of the file.
   */
  readSome?(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** When the name of a new directory is durable in the one above it. */
export type DirectoryEntry = 'durable' | 'synced later'

/**
 * The files of a scheme. A path is absolute: in the local file system it carries no scheme, in any other it is the whole URI
 * (`hdfs://namenode:9000/a/b`), so that it is made of another by `${directory}/${name}` and `parentOf`. Errors are FILE_NOT_FOUND,
 * FILE_ACCESS_REFUSED (trying again does not help), DISK_FULL and FILE_IO_FAILED.
 */
export interface FileSystem {
  /**
   * A file appears whole and durable when its writer is closed, and not before; `rename` is a copy that may be half done. Who
   * writes beside a file and renames elsewhere writes it in place here.
   */
  readonly isObjectStore?: boolean
  /** Where files that something else names are spread over the store. `FileSystems` gives no path with its key in it. */
  readonly entropy?: PathEntropy | undefined
  readFile(path: string): Promise<Uint8Array>
  /** Creates or truncates; its directory must exist. */
  openForWrite(path: string): Promise<FileWriter>
  /**
   * Keeps the first `keepBytes` of a file that is there and writes after them; creates one that is not. What is no plain
   * file (a pipe) is written as it is.
   */
  openToContinue(path: string, keepBytes: number): Promise<FileWriter>
  openForRead(path: string): Promise<FileReader>
  /** Atomic; replaces a file that is there. Durable once the directories are synced. */
  rename(from: string, to: string): Promise<void>
  /** Makes the directory's entries durable. */
  syncDirectory(path: string): Promise<void>
  /**
   * With all parents, and durable: a crash afterwards does not take the new directories away. `synced later`: but for the directory
   * itself, whose entry the caller makes durable together with what it puts there. False when it was there already.
   */
  mkdirs(path: string, entry?: DirectoryEntry): Promise<boolean>
  /** By name; empty when the directory does not exist. */
  list(path: string): Promise<FileStatus[]>
  /** Without links; FILE_NOT_FOUND when nothing is there. */
  realPath(path: string): Promise<string>
  /** Undefined when nothing is there. */
  status(path: string): Promise<FileStatus | undefined>
  /** Also a directory with all that is in it; nothing happens when nothing is there. */
  delete(path: string): Promise<void>
  /** False when something is in it; true when it is gone, or was not there. */
  deleteEmptyDirectory(path: string): Promise<boolean>
  /** A whole durable file, atomically: of several that do this at once one gets true. False when something is there already. */
  createNew?(path: string, bytes: Uint8Array): Promise<boolean>
  /**
   * Where files that are exactly once are made in another way than by renaming them; `names` no other attempt gives. Its
   * recoverables are plain data, which `recoverables.ts` writes.
   */
  createRecoverableWriter?(names: Pick<Random, 'uuid'>): RecoverableWriter
}
