// Duty: the names of a BucketingSink, over a writer that renames: a file that is closed is pending, under a name of its own, and no name
// is used again.
//
//   _part-0-0.in-progress ─ closeForCommit ─► _part-0-0.pending ─ commit ─► part-0-0
//
// Invariants: a checkpoint may know a file by its first name that has its second by now, or the other way round after a crash of the machine,
// for the renaming is not made durable: both are looked for. Numbers begin at 0 in each directory and skip what is there, and what a
// snapshot has: by the name of a file that somebody took, the next attempt would commit another one.
// In a store of objects there are no other names than the last: what is not committed is an upload.
// Thread: the task worker that owns the sink.
import type { FileSystem } from '../../../../core/fs/file-system.js'
import type {
  CommitRecoverable,
  Committer,
  RecoverableOutputStream,
  RecoverableWriter,
  ResumeRecoverable,
} from '../../../../core/fs/recoverable-writer.js'
import { renamed, type PendingNames } from './pending-names.js'

/** Directories whose next number is known; another one asks the disk for its first files once more. */
const KNOWN_DIRECTORIES = 1024

export interface BucketingFiles {
  /** Its files in progress have the name that is given here. */
  readonly files: RecoverableWriter
  readonly fileSystem: FileSystem
  readonly names: PendingNames
  /** Of the part file with this number. */
  readonly nameOf: (number: number) => string
  /** Undefined: the subtask gives no such name. */
  readonly numberOf: (name: string) => number | undefined
}

export class BucketingRecoverableWriter implements RecoverableWriter {
  readonly #parts: BucketingFiles
  readonly #nextNumbers = new Map<string, number>()

  constructor(parts: BucketingFiles) {
    this.#parts = parts
  }

  /** In the directory of this path, under the next name that is free. */
  async open(targetPath: string): Promise<RecoverableOutputStream> {
    const directory = directoryOf(targetPath)
    let number = this.#nextNumbers.get(directory) ?? 0
    while (await this.#isTaken(directory + this.#parts.nameOf(number))) number += 1
    this.#know(directory, number + 1)
    return this.#pendingWhenClosed(await this.#parts.files.open(directory + this.#parts.nameOf(number)))
  }

  async recover(resumable: ResumeRecoverable): Promise<RecoverableOutputStream> {
    return this.#pendingWhenClosed(await this.#parts.files.recover(await this.#located(resumable)))
  }

  recoverForCommit(recoverable: CommitRecoverable): Committer {
    const directory = directoryOf(recoverable.targetPath)
    const number = this.#parts.numberOf(recoverable.targetPath.slice(directory.length))
    if (number !== undefined) this.#know(directory, number + 1)
    const committer = async (): Promise<Committer> =>
      this.#parts.files.recoverForCommit(await this.#located(recoverable))
    return {
      commit: async () => (await committer()).commit(),
      commitAfterRecovery: async () => (await committer()).commitAfterRecovery(),
      getRecoverable: () => recoverable,
    }
  }

  async cleanupRecoverableState(recoverable: ResumeRecoverable): Promise<void> {
    await this.#parts.files.cleanupRecoverableState(await this.#located(recoverable))
  }

  /** They have names that anybody may give: nobody knows whose they are. */
  listInProgress(): Promise<ResumeRecoverable[]> {
    return Promise.resolve([])
  }

  /** After a failure a file ends where the checkpoint knows it to end. */
  supportsResume(): boolean {
    return false
  }

  #know(directory: string, atLeast: number): void {
    const nextNumber = Math.max(atLeast, this.#nextNumbers.get(directory) ?? 0)
    this.#nextNumbers.delete(directory)
    this.#nextNumbers.set(directory, nextNumber)
    const [oldest] = this.#nextNumbers.keys()
    if (this.#nextNumbers.size > KNOWN_DIRECTORIES && oldest !== undefined) this.#nextNumbers.delete(oldest)
  }

  async #isTaken(path: string): Promise<boolean> {
    return (await this.#firstOf([path, ...this.#temporaryPathsOf(path)])) !== undefined
  }

  async #located(recoverable: CommitRecoverable): Promise<CommitRecoverable> {
    const { targetPath, temporaryPath } = recoverable
    const found = await this.#firstOf([temporaryPath, ...this.#temporaryPathsOf(targetPath)])
    return found === undefined ? recoverable : { ...recoverable, temporaryPath: found }
  }

  #temporaryPathsOf(path: string): string[] {
    const { inProgress, pending } = this.#parts.names
    return [renamed(path, inProgress), renamed(path, pending)]
  }

  async #firstOf(paths: readonly string[]): Promise<string | undefined> {
    for (const path of paths) if ((await this.#parts.fileSystem.status(path)) !== undefined) return path
    return undefined
  }

  #pendingWhenClosed(stream: RecoverableOutputStream): RecoverableOutputStream {
    return {
      write: (bytes) => stream.write(bytes),
      get position() {
        return stream.position
      },
      persist: () => stream.persist(),
      closeForCommit: async () => {
        if (this.#parts.fileSystem.isObjectStore === true) return stream.closeForCommit()
        const recoverable = (await stream.closeForCommit()).getRecoverable()
        const temporaryPath = renamed(recoverable.targetPath, this.#parts.names.pending)
        await this.#parts.fileSystem.rename(recoverable.temporaryPath, temporaryPath)
        return this.recoverForCommit({ ...recoverable, temporaryPath })
      },
      close: () => stream.close(),
      discard: () => stream.discard(),
    }
  }
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}
