// Duty: the recoverable writer of a file system whose driver is not loaded yet.
// Invariants: what a sink asks before it writes (whether files are gone on with) is known without the driver.
// Thread: any.
import type {
  CommitRecoverable,
  Committer,
  RecoverableOutputStream,
  RecoverableWriter,
  ResumeRecoverable,
} from '../core/fs/recoverable-writer.js'

export class LazyRecoverableWriter implements RecoverableWriter {
  readonly #load: () => Promise<RecoverableWriter>
  #loading: Promise<RecoverableWriter> | undefined

  constructor(load: () => Promise<RecoverableWriter>) {
    this.#load = load
  }

  async open(targetPath: string): Promise<RecoverableOutputStream> {
    return (await this.#loaded()).open(targetPath)
  }

  async recover(resumable: ResumeRecoverable): Promise<RecoverableOutputStream> {
    return (await this.#loaded()).recover(resumable)
  }

  recoverForCommit(recoverable: CommitRecoverable): Committer {
    const committer = async (): Promise<Committer> => (await this.#loaded()).recoverForCommit(recoverable)
    return {
      commit: async () => (await committer()).commit(),
      commitAfterRecovery: async () => (await committer()).commitAfterRecovery(),
      getRecoverable: () => recoverable,
    }
  }

  async cleanupRecoverableState(recoverable: ResumeRecoverable): Promise<void> {
    await (await this.#loaded()).cleanupRecoverableState(recoverable)
  }

  async listInProgress(directory: string): Promise<ResumeRecoverable[]> {
    return (await this.#loaded()).listInProgress(directory)
  }

  supportsResume(): boolean {
    return true
  }

  /** Tried again where it failed: of a restart more may be there. */
  #loaded(): Promise<RecoverableWriter> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }
}
