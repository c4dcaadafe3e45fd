// Duty: the files of HDFS by WebHDFS or HttpFS: each method is one or two operations of it, and what they say is said by the error table.
// Invariants: each change is durable when it is answered. What has to be looked at before a change, as WebHDFS does not tell it, may be
// another thing a moment later; nothing is lost by that.
import { FlinkError } from '../../core/errors/flink-error.js'
import { parentOf } from '../../core/fs/file-path.js'
import type { FileReader, FileStatus, FileSystem, FileWriter } from '../../core/fs/file-system.js'
import { cutTo } from './cut-file.js'
import { HdfsFileReader } from './hdfs-file-reader.js'
import { HdfsFileWriter } from './hdfs-file-writer.js'
import { hdfsPathOf, nameOf } from './hdfs-path.js'
import { listingOf, statusIn, type HdfsStatus } from './hdfs-status.js'
import { fieldOf } from './remote-exception.js'
import type { WebHdfsClient } from './web-hdfs-client.js'
import { WebHdfsFailure } from './web-hdfs-failure.js'

export class HdfsFileSystem implements FileSystem {
  readonly #client: WebHdfsClient

  constructor(client: WebHdfsClient) {
    this.#client = client
  }

  async readFile(path: string): Promise<Uint8Array> {
    const reader = await this.openForRead(path)
    try {
      return await reader.read(0, reader.sizeBytes)
    } finally {
      await reader.close()
    }
  }

  openForRead(path: string): Promise<FileReader> {
    return this.#run('open', path, async () => {
      const { sizeBytes } = await this.#file(path)
      return new HdfsFileReader({ client: this.#client, path, sizeBytes })
    })
  }

  openForWrite(path: string): Promise<FileWriter> {
    return this.#run('create', path, async () => {
      const found = await this.#find(path)
      if (found?.isDirectory === true) throw new WebHdfsFailure('refused', 'it is a directory')
      if (found === undefined) await this.#directory(parentOf(path))
      return new HdfsFileWriter({ client: this.#client, path, keptBytes: undefined })
    })
  }

  openToContinue(path: string, keepBytes: number): Promise<FileWriter> {
    return this.#run('open', path, async () => {
      const found = await this.#find(path)
      if (found?.isDirectory === true) throw new WebHdfsFailure('refused', 'it is a directory')
      if (found === undefined) await this.#directory(parentOf(path))
      const keptBytes = found === undefined ? undefined : Math.min(keepBytes, found.sizeBytes)
      // Also where nothing is to be cut off: somebody may be writing to it.
      if (keptBytes !== undefined) await cutTo(this.#client, path, keptBytes)
      return new HdfsFileWriter({ client: this.#client, path, keptBytes })
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#run('rename', from, async () => {
      if (await this.#renamed(await this.#there(from), to, 'OVERWRITE')) return
      throw new WebHdfsFailure('refused', `${to} is there, and HttpFS replaces nothing: ask the NameNode itself`)
    })
  }

  /** An answer of the NameNode is durable. */
  syncDirectory(path: string): Promise<void> {
    return this.#run('sync', path, async () => {
      await this.#directory(path)
    })
  }

  mkdirs(path: string): Promise<boolean> {
    return this.#run('create', path, async () => {
      const found = await this.#find(path)
      if (found?.isDirectory === true) return false
      if (found !== undefined) throw new WebHdfsFailure('refused', 'a file of that name is in the way')
      await this.#client.ask({ method: 'PUT', path, op: 'MKDIRS' })
      return true
    })
  }

  list(path: string): Promise<FileStatus[]> {
    return this.#run('list', path, async () => {
      try {
        return await listingOf(this.#client, path)
      } catch (error) {
        if (WebHdfsFailure.is(error, 'missing')) return []
        throw error
      }
    })
  }

  realPath(path: string): Promise<string> {
    return this.#run('lookup', path, async () => (await this.#there(path)).path)
  }

  status(path: string): Promise<FileStatus | undefined> {
    return this.#run('lookup', path, () => this.#find(path))
  }

  delete(path: string): Promise<void> {
    return this.#run('delete', path, async () => {
      await this.#client.ask({ method: 'DELETE', path, op: 'DELETE', parameters: { recursive: 'true' } })
    })
  }

  deleteEmptyDirectory(path: string): Promise<boolean> {
    return this.#run('delete', path, async () => {
      const found = await this.#find(path)
      if (found === undefined) return true
      if (!found.isDirectory) throw new WebHdfsFailure('refused', 'it is not a directory')
      try {
        await this.#client.ask({ method: 'DELETE', path, op: 'DELETE', parameters: { recursive: 'false' } })
        return true
      } catch (error) {
        if (WebHdfsFailure.is(error, 'not empty')) return false
        throw error
      }
    })
  }

  /** Beside its name, and renamed to it where nothing is there: a file that is there is whole. */
  async createNew(path: string, bytes: Uint8Array): Promise<boolean> {
    if ((await this.status(path)) !== undefined) return false
    const name = nameOf(path)
    const beside = `${path.slice(0, -name.length)}.${name}.new.${this.#client.pace.random.uuid()}`
    const writer = await this.openForWrite(beside)
    await writer.write(bytes)
    await writer.close()
    const isMade = await this.#run('create', path, async () => this.#renamed(await this.#there(beside), path, 'NONE'))
    if (!isMade) await this.delete(beside)
    return isMade
  }

  /** False where something is there already that is not replaced. */
  async #renamed(
    { path: from, identity }: HdfsStatus,
    to: string,
    renameoptions: 'OVERWRITE' | 'NONE',
  ): Promise<boolean> {
    const parameters = { destination: this.#destination(from, to), renameoptions }
    try {
      const answer = await this.#client.ask({ method: 'PUT', path: from, op: 'RENAME', parameters })
      // HttpFS knows no options, replaces nothing, and does not say why it has not renamed.
      if (fieldOf(answer, 'boolean') !== false) return true
    } catch (error) {
      if (renameoptions === 'NONE' && WebHdfsFailure.is(error, 'exists')) return false
      // An answer that was lost, and the second attempt finds it done.
      if (!WebHdfsFailure.is(error, 'missing') || (await this.#find(to))?.identity !== identity) throw error
      return true
    }
    const isThere = (await this.#find(from)) !== undefined
    const found = await this.#find(to)
    if (found === undefined) throw new WebHdfsFailure('refused', `it was not renamed to ${to}, without a reason`)
    return !isThere && found.identity === identity
  }

  async #find(path: string): Promise<HdfsStatus | undefined> {
    try {
      return statusIn(await this.#client.ask({ method: 'GET', path, op: 'GETFILESTATUS' }), path)
    } catch (error) {
      // Below a file there is nothing.
      const isBelowFile = WebHdfsFailure.is(error, 'refused') && error.message.startsWith('ParentNotDirectory')
      if (WebHdfsFailure.is(error, 'missing') || isBelowFile) return undefined
      throw error
    }
  }

  async #there(path: string): Promise<HdfsStatus> {
    const found = await this.#find(path)
    if (found === undefined) throw new FlinkError('FILE_NOT_FOUND', { path })
    return found
  }

  async #file(path: string): Promise<HdfsStatus> {
    const found = await this.#there(path)
    if (found.isDirectory) throw new WebHdfsFailure('refused', 'it is a directory')
    return found
  }

  async #directory(path: string): Promise<void> {
    if (!(await this.#there(path)).isDirectory) throw new WebHdfsFailure('refused', `${path} is not a directory`)
  }

  #destination(from: string, to: string): string {
    const [source, target] = [hdfsPathOf(from), hdfsPathOf(to)]
    if (source.authority === target.authority) return target.file
    throw new WebHdfsFailure('refused', `${to} is of another cluster`)
  }

  #run<T>(operation: string, path: string, work: () => Promise<T>): Promise<T> {
    return this.#client.explain(operation, path, work)
  }
}
