// Duty: a second fence, in the directory of the checkpoints: what is put into place or removed there goes through it.
// Invariants: taken after the job's fence, so whoever holds both is the only one; a rename out of it is the moment in which a
// checkpoint is complete, and fails for a process that has lost the job, however long ago it was allowed to begin. Where
// somebody has removed it with all that is there it is made anew, and counts only if the job's fence is held after that.
// Thread: main thread.
import type { FileSystem } from '../../../core/fs/file-system.js'
import { FenceDirectory } from './fence-directory.js'
import type { JobFence } from './job-fence.js'

export class CheckpointsFence {
  /** Where checkpoints lie, of this job and maybe of others. */
  readonly root: string
  readonly fileSystem: FileSystem
  /** Where something is before it is in place, and after it has left that. */
  readonly path: string
  readonly #directory: FenceDirectory
  readonly #jobFence: JobFence

  constructor(jobFence: JobFence, { fileSystem, path: root }: { fileSystem: FileSystem; path: string }, jobId: string) {
    this.root = root
    this.fileSystem = fileSystem
    this.#directory = new FenceDirectory(fileSystem, root, `_fence-${jobId}-`)
    this.#jobFence = jobFence
    this.path = this.#directory.pathOf(jobFence.name)
  }

  /** Takes it from whoever had it; what was on its way there is gone. */
  async open(): Promise<void> {
    const { name } = this.#jobFence
    const [newest, ...others] = await this.#directory.names()
    if (newest === undefined || newest.epoch >= name.epoch) await this.#jobFence.check()
    if (newest === undefined) await this.#directory.make(name)
    else if (!(await this.#directory.take(newest, name))) await this.#jobFence.check()
    for (const other of others) await this.fileSystem.delete(this.#directory.pathOf(other))
    for (const { path } of await this.fileSystem.list(this.path)) await this.fileSystem.delete(path)
    await this.check()
  }

  /** JOB_FENCED, or it is there. */
  async check(): Promise<void> {
    if (await this.#directory.exists(this.#jobFence.name)) return
    await this.#jobFence.check()
    await this.#directory.make(this.#jobFence.name)
    try {
      await this.#jobFence.check()
    } catch (error) {
      await this.fileSystem.delete(this.path)
      throw error
    }
  }

  /** The job has ended: nobody comes any more. */
  async remove(): Promise<void> {
    await this.fileSystem.delete(this.path)
  }
}
