// Duty: the files of a job's main thread, for as long as its process is the one that runs the job. All that the JobManager
// writes and removes goes through it, so there is no place that could forget to ask.
// Invariants: below the directory of the checkpoints a file is written in the fence and renamed out of it, and what is removed is
// renamed into it first: one atomic step, which fails when another process has the job, at whatever moment this one was
// stopped. Elsewhere (savepoints, a snapshot that was claimed) it is asked before, and after something has got its name:
// then that is taken back; so it is in a store of objects everywhere. Reading is free. Tasks write files with names of their own, which count for nothing by themselves.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { DirectoryEntry, FileReader, FileStatus, FileSystem, FileWriter } from '../../../core/fs/file-system.js'
import type { PathEntropy } from '../../../core/fs/path-entropy.js'
import type { CheckpointsFence } from './checkpoints-fence.js'
import type { JobFence } from './job-fence.js'

export class FencedFileSystem implements FileSystem {
  readonly isObjectStore: boolean
  readonly entropy: PathEntropy | undefined
  /** As the file system within has it. */
  readonly createNew?: (path: string, bytes: Uint8Array) => Promise<boolean>
  readonly #inner: FileSystem
  readonly #jobFence: JobFence
  readonly #fence: CheckpointsFence | undefined
  /** By the path under which it was opened: where what is written lies until it is renamed. */
  readonly #written = new Map<string, string>()
  #count = 0

  /** `fence`: where the checkpoints lie in this file system. */
  constructor(inner: FileSystem, jobFence: JobFence, fence: CheckpointsFence | undefined) {
    this.#inner = inner
    this.isObjectStore = inner.isObjectStore === true
    this.entropy = inner.entropy
    if (inner.createNew !== undefined) this.createNew = (path, bytes) => this.#createNew(path, bytes)
    this.#jobFence = jobFence
    this.#fence = fence
  }

  async openForWrite(path: string): Promise<FileWriter> {
    const fence = this.#fenceOf(path)
    if (fence === undefined) {
      await this.#jobFence.check()
      return this.#inner.openForWrite(path)
    }
    const place = this.#written.get(path) ?? this.#newPlace(fence)
    const writer = await this.#through(fence, () => this.#inner.openForWrite(place))
    this.#written.set(path, place)
    return writer
  }

  async openToContinue(path: string, keepBytes: number): Promise<FileWriter> {
    await this.#jobFence.check()
    return this.#inner.openToContinue(path, keepBytes)
  }

  async rename(from: string, to: string): Promise<void> {
    const fence = this.#fenceOf(to)
    if (fence === undefined) {
      await this.#renameOutside(from, to)
      return
    }
    let place = this.#written.get(from)
    if (place === undefined) {
      const taken = this.#newPlace(fence)
      await this.#through(fence, () => this.#inner.rename(from, taken))
      place = taken
    }
    const source = place
    await this.#through(fence, () => this.#inner.rename(source, to))
    this.#written.delete(from)
  }

  async delete(path: string): Promise<void> {
    const fence = this.#fenceOf(path)
    if (fence === undefined) {
      await this.#jobFence.check()
      await this.#inner.delete(path)
      return
    }
    await this.#giveUpBelow(path)
    const place = this.#newPlace(fence)
    try {
      await this.#through(fence, () => this.#inner.rename(path, place))
    } catch (error) {
      // Nothing is there.
      if (FlinkError.is(error, 'FILE_NOT_FOUND')) return
      throw error
    }
    await this.#inner.delete(place)
  }

  async mkdirs(path: string, entry?: DirectoryEntry): Promise<boolean> {
    await this.#jobFence.check()
    return this.#inner.mkdirs(path, entry)
  }

  /**
   * Asked before. What goes so was the directory of a checkpoint that counted, and no process that has the job later gives its
   * number again: there is nothing that one that wakes up late could take away.
   */
  async deleteEmptyDirectory(path: string): Promise<boolean> {
    await this.#jobFence.check()
    return this.#inner.deleteEmptyDirectory(path)
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#inner.readFile(path)
  }

  openForRead(path: string): Promise<FileReader> {
    return this.#inner.openForRead(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.#inner.syncDirectory(path)
  }

  list(path: string): Promise<FileStatus[]> {
    return this.#inner.list(path)
  }

  realPath(path: string): Promise<string> {
    return this.#inner.realPath(path)
  }

  status(path: string): Promise<FileStatus | undefined> {
    return this.#inner.status(path)
  }

  /** Nobody will rename what was written for there: it would lie in the fence, of a full disk perhaps, until the job ends. */
  async #giveUpBelow(path: string): Promise<void> {
    for (const [opened, place] of [...this.#written]) {
      if (opened !== path && !opened.startsWith(`${path}/`)) continue
      this.#written.delete(opened)
      await this.#inner.delete(place)
    }
  }

  /** As what is renamed outside. */
  async #createNew(path: string, bytes: Uint8Array): Promise<boolean> {
    await this.#jobFence.check()
    const isNew = (await this.#inner.createNew?.(path, bytes)) === true
    if (isNew) await this.#checkOrTakeBack(path)
    return isNew
  }

  /** Between the question and the rename another may have come: what is there then is taken away again. */
  async #renameOutside(from: string, to: string): Promise<void> {
    await this.#jobFence.check()
    await this.#inner.rename(from, to)
    await this.#checkOrTakeBack(to)
  }

  async #checkOrTakeBack(path: string): Promise<void> {
    try {
      await this.#jobFence.check()
    } catch (error) {
      await this.#inner.delete(path)
      throw error
    }
  }

  /** The fence may be gone because another has it, or because somebody removed it: then once more. */
  async #through<T>(fence: CheckpointsFence, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
      await fence.check()
      return work()
    }
  }

  #fenceOf(path: string): CheckpointsFence | undefined {
    const fence = this.#fence
    return fence !== undefined && path.startsWith(`${fence.root}/`) ? fence : undefined
  }

  #newPlace({ path }: CheckpointsFence): string {
    this.#count += 1
    return `${path}/${String(this.#count)}`
  }
}
