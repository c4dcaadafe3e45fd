// Duty: gives files their names when the checkpoint that knows of them is complete, and removes those for which a compacted one stands.
// Invariants: each may be done again. Of an attempt that goes on from a snapshot a file may be gone: somebody took it after an earlier attempt
// had committed it. Of one that began afresh it has to be there.
// Thread: the task worker that owns the committer.
import type { CommitRequest, Committer } from '../../../api/connector/sink2/committer.js'
import type { LocatedFile } from '../../../core/fs/file-systems.js'
import type { RecoverableWriter } from '../../../core/fs/recoverable-writer.js'
import type { FileSinkCommittable } from './file-sink-committable.js'

const COMMITTED_AT_ONCE = 16

export class FileCommitter implements Committer<FileSinkCommittable> {
  readonly #files: RecoverableWriter
  readonly #fileSystem: LocatedFile['fileSystem']

  readonly #isRestored: boolean

  constructor(files: RecoverableWriter, fileSystem: LocatedFile['fileSystem'], isRestored: boolean) {
    this.#files = files
    this.#fileSystem = fileSystem
    this.#isRestored = isRestored
  }

  async commit(requests: readonly CommitRequest<FileSinkCommittable>[]): Promise<void> {
    for (let from = 0; from < requests.length; from += COMMITTED_AT_ONCE) {
      const some = requests.slice(from, from + COMMITTED_AT_ONCE)
      await Promise.all(some.map((request) => this.#commit(request)))
    }
  }

  async #commit(request: CommitRequest<FileSinkCommittable>): Promise<void> {
    const committable = request.getCommittable()
    if (committable.kind === 'compacted') {
      await this.#fileSystem.delete(committable.path)
      return
    }
    const committer = this.#files.recoverForCommit(committable.file)
    if (!this.#isRestored) await committer.commit()
    else if ((await committer.commitAfterRecovery()) === 'taken') request.signalAlreadyCommitted()
  }
}
