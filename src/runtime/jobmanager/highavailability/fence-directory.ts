// Duty: a directory by whose name a process holds something: `<prefix><epoch>-<holder>`. Whoever takes it renames it.
// Invariants: one rename takes it from one holder and gives it to one other, never to two; what the one before wanted to rename
// into, out of or within it fails from that moment on, as its path is no more. Names never come again: epochs grow, and holders
// are random. Holds where a rename of a directory is atomic: on a local disk, on NFS as README.md says; not in stores of objects.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystem } from '../../../core/fs/file-system.js'

export interface FenceName {
  /** One more with each process that takes it. */
  readonly epoch: number
  /** Of the process, 16 hex digits. */
  readonly holder: string
}

const HOLDER = /^(\d{1,15})-([0-9a-f]{16})$/

export class FenceDirectory {
  readonly fileSystem: FileSystem
  readonly parent: string
  readonly #prefix: string

  constructor(fileSystem: FileSystem, parent: string, prefix: string) {
    this.fileSystem = fileSystem
    this.parent = parent
    this.#prefix = prefix
  }

  pathOf({ epoch, holder }: FenceName): string {
    return `${this.parent}/${this.#prefix}${String(epoch)}-${holder}`
  }

  /** Newest first: mostly one, or none. */
  async names(): Promise<FenceName[]> {
    const names = (await this.fileSystem.list(this.parent)).flatMap(({ name, isDirectory }) => {
      if (!isDirectory || !name.startsWith(this.#prefix)) return []
      const [, epoch = '', holder = ''] = HOLDER.exec(name.slice(this.#prefix.length)) ?? []
      return holder === '' ? [] : [{ epoch: Number(epoch), holder }]
    })
    return names.toSorted((left, right) => right.epoch - left.epoch)
  }

  async make(name: FenceName): Promise<void> {
    await this.fileSystem.mkdirs(this.pathOf(name))
  }

  /** False where `from` is not there any more: another has taken it. */
  async take(from: FenceName, to: FenceName): Promise<boolean> {
    try {
      await this.fileSystem.rename(this.pathOf(from), this.pathOf(to))
    } catch (error) {
      if (FlinkError.is(error, 'FILE_NOT_FOUND')) return false
      throw error
    }
    await this.fileSystem.syncDirectory(this.parent)
    return true
  }

  async exists(name: FenceName): Promise<boolean> {
    return (await this.fileSystem.status(this.pathOf(name))) !== undefined
  }
}
