// Duty: the RecoverableWriter of file systems that can cut a file off, and rename it atomically: the local one, and those in memory.
//
//   open ─► .name.inprogress.uuid ── persist: bytes and entry durable ──► closeForCommit ─► commit: renamed, directory synced
//             ▲                          │ failure
//             └── recover: cut off to what was persisted
//
// Invariants: what `persist` and `closeForCommit` tell of is durable before they resolve. A file has its name only when it is whole. Each
// step of a commit may be done again, after a crash at any point of it.
import { FlinkError } from '../errors/flink-error.js'
import type { Random } from '../random/random.js'
import { parentOf } from './file-path.js'
import type { FileSystem, FileWriter } from './file-system.js'
import { filesBelow } from './files-below.js'
import type {
  CommitOutcome,
  CommitRecoverable,
  Committer,
  RecoverableOutputStream,
  RecoverableWriter,
  ResumeRecoverable,
} from './recoverable-writer.js'
import { BufferMemory, BufferedWrites } from './buffered-writes.js'

const IN_PROGRESS_NAME = /^\.(.+)\.inprogress\.[0-9a-f-]{36}$/

export class RenamingRecoverableWriter implements RecoverableWriter {
  readonly #fileSystem: FileSystem
  readonly #temporaryNameOf: (name: string) => string
  readonly #memory = new BufferMemory()

  /** `temporaryNameOf`: what a file is called until it is committed, in place of a name that no other attempt gives. */
  constructor(
    fileSystem: FileSystem,
    random: Pick<Random, 'uuid'>,
    temporaryNameOf = (name: string): string => `.${name}.inprogress.${random.uuid()}`,
  ) {
    this.#fileSystem = fileSystem
    this.#temporaryNameOf = temporaryNameOf
  }

  async open(targetPath: string): Promise<RecoverableOutputStream> {
    const fileSystem = this.#fileSystem
    const directory = parentOf(targetPath)
    await fileSystem.mkdirs(directory)
    const name = targetPath.slice(directory === '/' ? 1 : directory.length + 1)
    const temporaryPath = `${directory === '/' ? '' : directory}/${this.#temporaryNameOf(name)}`
    const writer = await fileSystem.openForWrite(temporaryPath)
    return new RenamingOutputStream({ fileSystem, writer, targetPath, temporaryPath, offset: 0 }, this.#memory)
  }

  async recover(resumable: ResumeRecoverable): Promise<RecoverableOutputStream> {
    const fileSystem = this.#fileSystem
    const { targetPath, temporaryPath, offset } = resumable
    const status = await fileSystem.status(temporaryPath)
    if (status === undefined || status.sizeBytes < offset)
      throw lostRecords(resumable, temporaryPath, status?.sizeBytes)
    const writer = await fileSystem.openToContinue(temporaryPath, offset)
    return new RenamingOutputStream({ fileSystem, writer, targetPath, temporaryPath, offset }, this.#memory)
  }

  recoverForCommit(recoverable: CommitRecoverable): Committer {
    return new RenamingCommitter(this.#fileSystem, recoverable)
  }

  cleanupRecoverableState({ temporaryPath }: ResumeRecoverable): Promise<void> {
    return this.#fileSystem.delete(temporaryPath)
  }

  async listInProgress(directory: string): Promise<ResumeRecoverable[]> {
    const found: ResumeRecoverable[] = []
    for (const { name, path, sizeBytes } of await filesBelow(this.#fileSystem, directory)) {
      const [, targetName] = IN_PROGRESS_NAME.exec(name) ?? []
      if (targetName === undefined) continue
      const targetPath = path.slice(0, -name.length) + targetName
      found.push({ targetPath, temporaryPath: path, offset: sizeBytes })
    }
    return found
  }

  supportsResume(): boolean {
    return true
  }
}

interface OpenFile extends CommitRecoverable {
  readonly fileSystem: FileSystem
  readonly writer: FileWriter
}

class RenamingOutputStream implements RecoverableOutputStream {
  readonly #file: OpenFile
  readonly #bytes: BufferedWrites
  /** So many bytes are durable; nobody knows of those of an earlier attempt. */
  #syncedBytes = -1
  /** Nobody finds the bytes of a file whose entry a crash takes away. */
  #entryIsDurable = false

  constructor(file: OpenFile, memory: BufferMemory) {
    this.#file = file
    this.#bytes = new BufferedWrites(file.writer, file.offset, memory)
  }

  get position(): number {
    return this.#bytes.position
  }

  write(bytes: Uint8Array): void | Promise<void> {
    return this.#bytes.write(bytes)
  }

  async persist(): Promise<ResumeRecoverable> {
    await this.#bytes.flush()
    const { targetPath, temporaryPath, fileSystem } = this.#file
    const offset = this.position
    if (this.#syncedBytes !== offset) await this.#bytes.sync()
    await this.#checkSize(offset)
    this.#syncedBytes = offset
    if (!this.#entryIsDurable) await fileSystem.syncDirectory(parentOf(temporaryPath))
    this.#entryIsDurable = true
    return { targetPath, temporaryPath, offset }
  }

  /**
   * Another process may go on with the same file: one that was stopped, and wakes up when its job has gone on without it, or another job from
   * the same savepoint. What both have written is mixed, and must not be in a snapshot; a restart cuts it off. One that somebody has removed
   * must not be in one either: after a restart it would count as committed and taken.
   */
  async #checkSize(offset: number): Promise<void> {
    const { fileSystem, temporaryPath: path } = this.#file
    const sizeBytes = (await fileSystem.status(path))?.sizeBytes
    if (sizeBytes === offset) return
    const found =
      sizeBytes === undefined ? 'is gone' : `holds ${String(sizeBytes)}: another process writes to it as well`
    const reason = `this job has written ${String(offset)} bytes to it, and it ${found}`
    throw new FlinkError('FILE_IO_FAILED', { operation: 'sync', path, reason })
  }

  async closeForCommit(): Promise<Committer> {
    const recoverable = await this.persist()
    await this.close()
    return new RenamingCommitter(this.#file.fileSystem, recoverable)
  }

  async close(): Promise<void> {
    await this.#bytes.close()
    await this.#file.writer.close()
  }

  async discard(): Promise<void> {
    await this.close()
    await this.#file.fileSystem.delete(this.#file.temporaryPath)
  }
}

class RenamingCommitter implements Committer {
  readonly #fileSystem: FileSystem
  readonly #recoverable: CommitRecoverable

  constructor(fileSystem: FileSystem, recoverable: CommitRecoverable) {
    this.#fileSystem = fileSystem
    this.#recoverable = recoverable
  }

  getRecoverable(): CommitRecoverable {
    return this.#recoverable
  }

  async commit(): Promise<void> {
    const { temporaryPath, offset } = this.#recoverable
    const status = await this.#fileSystem.status(temporaryPath)
    if (status === undefined) {
      if ((await this.#checkCommitted()) === 'taken') throw lostRecords(this.#recoverable, temporaryPath, undefined)
      return
    }
    if (status.sizeBytes !== offset) throw lostRecords(this.#recoverable, temporaryPath, status.sizeBytes)
    await this.#rename()
  }

  async commitAfterRecovery(): Promise<CommitOutcome> {
    const { temporaryPath, offset } = this.#recoverable
    const status = await this.#fileSystem.status(temporaryPath)
    if (status === undefined) return this.#checkCommitted()
    if (status.sizeBytes < offset) throw lostRecords(this.#recoverable, temporaryPath, status.sizeBytes)
    if (status.sizeBytes > offset) await this.#cutOff()
    await this.#rename()
    return 'committed'
  }

  async #cutOff(): Promise<void> {
    const { temporaryPath, offset } = this.#recoverable
    const writer = await this.#fileSystem.openToContinue(temporaryPath, offset)
    try {
      await writer.sync()
    } finally {
      await writer.close()
    }
  }

  async #rename(): Promise<void> {
    const { temporaryPath, targetPath } = this.#recoverable
    await this.#fileSystem.rename(temporaryPath, targetPath)
    await this.#fileSystem.syncDirectory(parentOf(targetPath))
  }

  /** It was renamed before, and whoever did it may have died before that was durable. */
  async #checkCommitted(): Promise<CommitOutcome> {
    const { targetPath, offset } = this.#recoverable
    const status = await this.#fileSystem.status(targetPath)
    if (status === undefined) return 'taken'
    if (status.sizeBytes !== offset) throw lostRecords(this.#recoverable, targetPath, status.sizeBytes)
    await this.#fileSystem.syncDirectory(parentOf(targetPath))
    return 'committed'
  }
}

/** `sizeBytes`: what the file under this path has in place of what was written; undefined where it is gone. */
export function lostRecords({ offset }: CommitRecoverable, path: string, sizeBytes: number | undefined): FlinkError {
  const found = sizeBytes === undefined ? 'is gone' : `holds ${String(sizeBytes)}`
  return new FlinkError('FILE_LOST_RECORDS', { path, expectedBytes: offset, found })
}
