/** The snapshots below a directory, and what their files have to be. */
import assert from 'node:assert/strict'
import path from 'node:path'
import type { FileSystem } from '../../../../src/core/fs/file-system.js'
import type { FileSystems } from '../../../../src/core/fs/file-systems.js'
import { streamHandlesOf, type CompletedCheckpoint } from '../../../../src/storage/checkpoint-metadata.js'
import { CLAIM_MARK_FILE } from '../../../../src/storage/snapshot-directory.js'
import { readMetadataFile } from '../../../../src/storage/metadata-file.js'

const METADATA = '_metadata'

export class SnapshotFiles {
  readonly #root: string
  readonly #fileSystems: FileSystems

  /** `root/checkpoints/<job>/chk-<n>` and `root/savepoints/<name>`. */
  constructor(root: string, fileSystems: FileSystems) {
    this.#root = root
    this.#fileSystems = fileSystems
  }

  async surviving(): Promise<CompletedCheckpoint[]> {
    const found: CompletedCheckpoint[] = []
    for (const job of await this.#directories(`${this.#root}/checkpoints`))
      found.push(...(await this.#snapshotsIn(job)))
    return [...found, ...(await this.#snapshotsIn(`${this.#root}/savepoints`))]
  }

  /** `isDirty`: a job that was killed with a checkpoint under way leaves what the next start under its id removes. */
  async check(isDirty: (jobId: string) => boolean): Promise<void> {
    for (const job of await this.#directories(`${this.#root}/checkpoints`)) {
      await this.#checkNamed(await this.#snapshotsIn(job))
      if (!isDirty(path.basename(job))) await this.#checkNothingElse(job, `${job}/shared`)
    }
    await this.#checkNamed(await this.#snapshotsIn(`${this.#root}/savepoints`))
  }

  /** Every byte that a snapshot names is there. */
  async #checkNamed(snapshots: readonly CompletedCheckpoint[]): Promise<void> {
    for (const { metadata, externalPath } of snapshots) {
      for (const handle of streamHandlesOf(metadata)) {
        if (handle.kind === 'inline') continue
        const { fileSystem, path: file } = this.#fileSystems.forUri(handle.uri)
        const size = (await fileSystem.status(file))?.sizeBytes ?? -1
        assert.ok(size >= handle.offset + handle.lengthBytes, `${externalPath} names ${file}, which is not there`)
      }
    }
  }

  /** No file is there that nobody names. */
  async #checkNothingElse(job: string, shared: string): Promise<void> {
    const snapshots = await this.#snapshotsIn(job)
    const named = new Set(
      snapshots.flatMap(({ metadata }) =>
        streamHandlesOf(metadata).flatMap((handle) =>
          handle.kind === 'inline' ? [] : [this.#fileSystems.forUri(handle.uri).path],
        ),
      ),
    )
    const directories = [
      shared,
      ...(await this.#directories(job)).filter((each) => path.basename(each).startsWith('chk-')),
    ]
    for (const directory of directories) {
      const files = await this.#fileSystem.list(directory)
      // A claim is of a snapshot that is there.
      const own = files.some(({ name }) => name === METADATA) ? [METADATA, CLAIM_MARK_FILE] : []
      for (const { path: file, name } of files) {
        assert.ok(own.includes(name) || named.has(file), `${file} is there, and nobody names it`)
      }
    }
  }

  async #snapshotsIn(directory: string): Promise<CompletedCheckpoint[]> {
    const found: CompletedCheckpoint[] = []
    for (const each of await this.#directories(directory)) {
      if ((await this.#fileSystem.status(`${each}/${METADATA}`)) === undefined) continue
      const externalPath = `file://${each}`
      const metadata = await readMetadataFile(`${each}/${METADATA}`, externalPath, this.#fileSystem)
      assert.ok(metadata)
      found.push({ metadata, externalPath })
    }
    return found
  }

  async #directories(directory: string): Promise<string[]> {
    return (await this.#fileSystem.list(directory))
      .filter(({ isDirectory }) => isDirectory)
      .map(({ path: file }) => file)
  }

  get #fileSystem(): FileSystem {
    return this.#fileSystems.forUri(`file://${this.#root}`).fileSystem
  }
}
