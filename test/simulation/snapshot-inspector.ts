/** Looks at the disk without the job: whatever has metadata must be whole, at any time. */
import { dirname } from 'node:path'
import { toFileUri } from '../../src/core/fs/file-path.js'
import { FileSystems } from '../../src/core/fs/file-systems.js'
import type { InMemoryFileSystem } from '../../src/core/fs/in-memory-file-system.js'
import { streamHandlesOf, type CheckpointMetadata } from '../../src/storage/checkpoint-metadata.js'
import { METADATA_FILE, SHARED_DIRECTORY } from '../../src/storage/snapshot-directory.js'
import { findLatestCheckpoint } from '../../src/storage/latest-checkpoint.js'
import { openSnapshot } from '../../src/storage/snapshot-locator.js'
import { readStateHandle } from '../../src/storage/state-reader.js'
import { CHECKPOINT_DIRECTORY, SAVEPOINT_DIRECTORY } from './scenario.js'
import type { Simulation } from './simulation.js'
import type { SnapshotDamage } from './snapshot-damage.js'

export class SnapshotInspector {
  readonly #disk: InMemoryFileSystem
  readonly #fileSystems: FileSystems
  readonly #simulation: Simulation
  /** Directories in which something happened since the last look. */
  readonly #touched = new Set<string>()
  /** Snapshots that were seen whole at least once. */
  readonly #seen = new Map<string, CheckpointMetadata>()
  /** Snapshots that somebody else than the engine has damaged. */
  readonly #damaged = new Set<string>()
  readonly #damagedFiles = new Set<string>()
  readonly #promised = new Set<string>()

  constructor(disk: InMemoryFileSystem, simulation: Simulation) {
    this.#disk = disk
    this.#simulation = simulation
    this.#fileSystems = new FileSystems().register('file', disk)
    simulation.observe(async () => {
      const isShared = [...this.#touched].some((directory) => directory.endsWith(`/${SHARED_DIRECTORY}`))
      if (this.#touched.size > 0) await this.#check((directory) => isShared || this.#touched.has(directory))
    })
  }

  get seenCount(): number {
    return this.#seen.size
  }

  /** A file or directory was changed. */
  diskChanged(path: string): void {
    this.#touched.add(path).add(dirname(path))
  }

  damaged({ file, unusable }: Pick<SnapshotDamage, 'file' | 'unusable'>): void {
    this.#damagedFiles.add(file)
    for (const directory of unusable) this.#damaged.add(directory)
  }

  isDamaged(directory: string): boolean {
    return this.#damaged.has(directory)
  }

  get hasDamage(): boolean {
    return this.#damaged.size > 0
  }

  repaired({ file, unusable }: Pick<SnapshotDamage, 'file' | 'unusable'>): void {
    this.#damagedFiles.delete(file)
    for (const directory of unusable) this.#damaged.delete(directory)
  }

  /** Looks at all snapshots there are. */
  async check(): Promise<void> {
    for (const directory of this.#promised) {
      const isThere = (await this.#disk.status(`${directory}/${METADATA_FILE}`)) !== undefined
      if (!isThere) this.#simulation.fail(`the savepoint ${directory}, which was given out, is not there`)
    }
    await this.#check(() => true)
  }

  async #check(isWanted: (directory: string) => boolean): Promise<void> {
    const directories = (await this.#snapshotDirectories()).filter(
      (directory) => isWanted(directory) && !this.#damaged.has(directory),
    )
    this.#touched.clear()
    for (const directory of directories) {
      try {
        this.#seen.set(toFileUri(directory), await this.#readAll(directory))
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        // One that was being completed meanwhile names the damaged file too.
        if ([...this.#damagedFiles].some((file) => reason.includes(file))) this.#damaged.add(directory)
        else this.#simulation.fail(`the completed snapshot ${directory} is unreadable: ${reason}`)
      }
    }
  }

  /** Somebody was told that it is there: it stays. */
  promised(savepoint: string): void {
    this.#promised.add(savepoint.replace('file:', ''))
  }

  /** The job has finished, and its disk was well. */
  async expectNothingOf(jobId: string): Promise<void> {
    const left = await this.#filesBelow(`${CHECKPOINT_DIRECTORY}/${jobId}`)
    if (left.length > 0) this.#simulation.fail(`the job has finished and left ${left.join(', ')}`)
  }

  /** The newest checkpoint of one job. */
  async latestOf(jobId: string): Promise<string | undefined> {
    const search = { fileSystems: this.#fileSystems }
    const { checkpoint, damaged } = await findLatestCheckpoint(`${CHECKPOINT_DIRECTORY}/${jobId}`, search)
    if (!this.hasDamage)
      for (const error of damaged) this.#simulation.fail(`a completed checkpoint is damaged: ${error.message}`)
    return checkpoint?.externalPath
  }

  /** What a snapshot says that a job made, or that lies at a path; also when it was removed meanwhile. */
  find(isWanted: (metadata: CheckpointMetadata, path: string) => boolean): CheckpointMetadata | undefined {
    for (const [path, metadata] of this.#seen) if (isWanted(metadata, path)) return metadata
    return undefined
  }

  async #readAll(directory: string): Promise<CheckpointMetadata> {
    const { metadata } = await openSnapshot(directory, this.#fileSystems)
    for (const handle of streamHandlesOf(metadata)) await readStateHandle(handle, this.#fileSystems)
    return metadata
  }

  async #filesBelow(directory: string): Promise<string[]> {
    const files: string[] = []
    for (const { path, isDirectory } of await this.#disk.list(directory)) {
      if (isDirectory) files.push(...(await this.#filesBelow(path)))
      else files.push(path)
    }
    return files
  }

  async #snapshotDirectories(): Promise<string[]> {
    const jobs = await this.#disk.list(CHECKPOINT_DIRECTORY)
    const parents = [...jobs.map(({ path }) => path), SAVEPOINT_DIRECTORY]
    const directories = (await Promise.all(parents.map((parent) => this.#disk.list(parent)))).flat()
    const isComplete = await Promise.all(directories.map(({ path }) => this.#disk.status(`${path}/${METADATA_FILE}`)))
    return directories.filter((_, index) => isComplete[index] !== undefined).map(({ path }) => path)
  }
}
