// Duty: where snapshots lie: makes their locations, makes them visible, removes them.
// Invariants: a snapshot exists from the moment at which `_metadata` was renamed into place and the directory synced;
// everything before that is rubbish that may be removed. Savepoints are never removed by a failure of something else.
// Thread: main thread.
import { FlinkError } from '../core/errors/flink-error.js'
import { toFileUri } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { Random } from '../core/random/random.js'
import type { CheckpointMetadata, CompletedCheckpoint } from './checkpoint-metadata.js'
import type { CheckpointLocation } from './checkpoint-stream-factory.js'
import { encodeMetadata } from './metadata-codec.js'

export const METADATA_FILE = '_metadata'
const SAVEPOINT_ATTEMPTS = 10

export interface CheckpointStorage {
  initialise(): Promise<void>
  checkpointLocation(checkpointId: number): Promise<CheckpointLocation>
}

export interface SnapshotWriterServices {
  readonly fileSystems: FileSystems
  readonly random: Random
  readonly inlineThresholdBytes: number
}

/** `<dir>/<job id>/chk-<n>/`, with `shared/` and `taskowned/` beside. */
export class FileCheckpointStorage implements CheckpointStorage {
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #uri: string
  readonly #inlineThresholdBytes: number

  constructor(directory: string, jobId: string | undefined, services: SnapshotWriterServices) {
    const { fileSystem, path } = services.fileSystems.forUri(directory)
    this.#fileSystem = fileSystem
    this.#directory = jobId === undefined ? path : `${path}/${jobId}`
    this.#uri = toFileUri(this.#directory)
    this.#inlineThresholdBytes = services.inlineThresholdBytes
  }

  async initialise(): Promise<void> {
    await storing(this.#directory, async () => {
      await this.#fileSystem.mkdirs(`${this.#directory}/shared`)
      await this.#fileSystem.mkdirs(`${this.#directory}/taskowned`)
    })
  }

  async checkpointLocation(checkpointId: number): Promise<CheckpointLocation> {
    const name = `chk-${String(checkpointId)}`
    await storing(this.#directory, () => this.#fileSystem.mkdirs(`${this.#directory}/${name}`))
    return { kind: 'file', directoryUri: `${this.#uri}/${name}`, inlineThresholdBytes: this.#inlineThresholdBytes }
  }
}

/** Checkpoints in the memory of the JobMaster: they end with it. */
export class MemoryCheckpointStorage implements CheckpointStorage {
  readonly #maxStateSizeBytes: number

  constructor(maxStateSizeBytes: number) {
    this.#maxStateSizeBytes = maxStateSizeBytes
  }

  async initialise(): Promise<void> {
    await Promise.resolve()
  }

  checkpointLocation(): Promise<CheckpointLocation> {
    return Promise.resolve({ kind: 'memory', maxStateSizeBytes: this.#maxStateSizeBytes })
  }
}

/** A new `savepoint-<job>-<random>` directory below the target. */
export async function makeSavepointLocation(
  targetDirectory: string,
  jobId: string,
  services: SnapshotWriterServices,
): Promise<CheckpointLocation> {
  const { fileSystem, path } = services.fileSystems.forUri(targetDirectory)
  let reason = `no free name after ${String(SAVEPOINT_ATTEMPTS)} attempts`
  for (let attempt = 0; attempt < SAVEPOINT_ATTEMPTS; attempt += 1) {
    const directory = `${path}/savepoint-${jobId.slice(0, 6)}-${services.random.hex(12)}`
    try {
      if ((await fileSystem.status(directory)) !== undefined) continue
      await fileSystem.mkdirs(directory)
      const { inlineThresholdBytes } = services
      return { kind: 'file', directoryUri: toFileUri(directory), inlineThresholdBytes }
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
      break
    }
  }
  throw new FlinkError('SAVEPOINT_DIRECTORY_FAILED', { path, reason })
}

const NOT_ADDRESSABLE = '<checkpoint-not-externally-addressable>'

/** Makes a snapshot visible: metadata written aside, synced, renamed, directory synced. */
export async function publishSnapshot(
  location: CheckpointLocation,
  metadata: CheckpointMetadata,
  fileSystems: FileSystems,
): Promise<CompletedCheckpoint> {
  if (location.kind === 'memory') return { metadata, externalPath: NOT_ADDRESSABLE }
  const { directoryUri } = location
  const { fileSystem, path } = fileSystems.forUri(directoryUri)
  const bytes = encodeMetadata(metadata, directoryUri)
  await storing(path, async () => {
    const temporary = `${path}/${METADATA_FILE}.part`
    const writer = await fileSystem.openForWrite(temporary)
    try {
      await writer.write(bytes)
      await writer.sync()
    } finally {
      await writer.close()
    }
    await fileSystem.rename(temporary, `${path}/${METADATA_FILE}`)
    await fileSystem.syncDirectory(path)
    await fileSystem.syncDirectory(path.slice(0, path.lastIndexOf('/')))
  })
  return { metadata, externalPath: directoryUri }
}

/** Removes what was written into a location that did not become a snapshot. */
export async function discardLocation(location: CheckpointLocation, fileSystems: FileSystems): Promise<void> {
  if (location.kind === 'memory') return
  const { fileSystem, path } = fileSystems.forUri(location.directoryUri)
  await fileSystem.delete(path)
}

/** Removes a snapshot: first what makes it one, so that a crash in between leaves rubbish and not half a snapshot. */
export async function deleteSnapshot(externalPath: string, fileSystems: FileSystems): Promise<void> {
  if (externalPath === NOT_ADDRESSABLE) return
  const { fileSystem, path } = fileSystems.forUri(externalPath)
  await fileSystem.delete(`${path}/${METADATA_FILE}`)
  await fileSystem.delete(path)
}

async function storing(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (FlinkError.is(error, 'DISK_FULL')) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new FlinkError('CHECKPOINT_STORAGE_FAILED', { path, reason }, { cause: error })
  }
}
