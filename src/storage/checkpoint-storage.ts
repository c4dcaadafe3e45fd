// Duty: where snapshots lie: makes their locations, makes them visible, removes them.
// Invariants: a snapshot exists from the moment at which `_metadata` was renamed into place and the directory synced, or in a
// store of objects was put there, last of all and where there is none; everything before that is rubbish that may be removed. A location is never one in which a snapshot lies already.
// Thread: main thread.
import { ReasonError } from '../core/errors/reason-error.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { parentOf, parseFileUri, toFileUri } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { NOT_ADDRESSABLE } from '../core/fs/not-addressable.js'
import { replaceFile } from '../core/fs/publish-file.js'
import type { Random } from '../core/random/random.js'
import { streamHandlesOf, type CheckpointMetadata, type CompletedCheckpoint } from './checkpoint-metadata.js'
import type { CheckpointLocation } from './checkpoint-stream-factory.js'
import { removeCompletionMark, unmarkRemoved, writeCompletionMark, writeNewest } from './completion-mark.js'
import { encodeMetadata } from './metadata-codec.js'
import {
  handlesOfTasks,
  promoteSharedFiles,
  removeSharedFilesOf,
  removeUnnamedSharedFiles,
  sharedFilesOf,
} from './shared-files.js'
import type { StreamStateHandle, TaskStateSnapshot } from './state-handles.js'
import {
  cleanIncompleteCheckpoints,
  makeDurableDirectory,
  METADATA_FILE,
  removeMetadataAlone,
  removeSnapshotDirectory,
  removeSnapshotFiles,
  isSpreadFile,
  SHARED_DIRECTORY,
} from './snapshot-directory.js'

const SAVEPOINT_ATTEMPTS = 10

export interface CheckpointStorage {
  /** Called once before the first location is asked for. */
  initialise(): Promise<void>
  checkpointLocation(checkpointId: number): Promise<CheckpointLocation>
  /** A first checkpoint is complete: a later run expects to find one. */
  markCompleted(first: CheckpointMetadata): Promise<void>
  /** It is complete, and the newest: a later run expects to find it, as far as the marks say. */
  noteNewest(newest: CheckpointMetadata): Promise<void>
  /** What is left of this run's checkpoints is about to be removed: nobody is to expect any. */
  unmarkCompleted(jobName: string): Promise<void>
}

export interface SnapshotWriterServices {
  readonly fileSystems: FileSystems
  readonly random: Random
  readonly inlineThresholdBytes: number
}

/** `<dir>/<job id>/chk-<n>/`, with `shared/` and `taskowned/` beside; `<dir>/chk-<n>/` without a job id. */
export class FileCheckpointStorage implements CheckpointStorage {
  readonly #fileSystem: FileSystem
  readonly #directory: string
  readonly #entropyDirectory: string | undefined
  readonly #isOwnedByJob: boolean
  readonly #inlineThresholdBytes: number

  constructor(directory: string, jobId: string | undefined, services: SnapshotWriterServices) {
    const located = services.fileSystems.forUri(directory)
    this.#fileSystem = located.fileSystem
    const within = jobId === undefined ? '' : `/${jobId}`
    this.#directory = located.path + within
    const spread = entropyUriOf(directory, located.fileSystem)
    this.#entropyDirectory = spread === undefined ? undefined : spread + within
    this.#isOwnedByJob = jobId !== undefined
    this.#inlineThresholdBytes = services.inlineThresholdBytes
  }

  async initialise(): Promise<void> {
    await storing(this.#directory, async () => {
      await makeDurableDirectory(this.#fileSystem, `${this.#directory}/${SHARED_DIRECTORY}`)
      await makeDurableDirectory(this.#fileSystem, `${this.#directory}/taskowned`)
      // In a directory that several jobs share, what has no metadata may be another's checkpoint under way.
      if (!this.#isOwnedByJob) return
      await cleanIncompleteCheckpoints(this.#fileSystem, this.#directory)
      await removeUnnamedSharedFiles(this.#fileSystem, this.#directory)
    })
  }

  async checkpointLocation(checkpointId: number): Promise<CheckpointLocation> {
    const name = `chk-${String(checkpointId)}`
    const directory = `${this.#directory}/${name}`
    await storing(directory, async () => {
      // Durable with its metadata: publishSnapshot syncs the directory above it.
      if (await this.#fileSystem.mkdirs(directory, 'synced later')) return
      if ((await this.#fileSystem.status(`${directory}/${METADATA_FILE}`)) === undefined) return
      throw new ReasonError('another run left a checkpoint there; start from it with -s or choose another directory')
    })
    const spread = this.#entropyDirectory
    const entropy = spread === undefined ? {} : { entropyUri: `${spread}/${name}` }
    const inlineThresholdBytes = this.#inlineThresholdBytes
    return { kind: 'file', directoryUri: toFileUri(directory), inlineThresholdBytes, ...entropy }
  }

  async markCompleted(first: CheckpointMetadata): Promise<void> {
    await writeCompletionMark(this.#directory, first, this.#fileSystem)
  }

  async noteNewest(newest: CheckpointMetadata): Promise<void> {
    await writeNewest(this.#directory, newest, this.#fileSystem)
  }

  async unmarkCompleted(jobName: string): Promise<void> {
    await removeCompletionMark(this.#directory, jobName, this.#fileSystem)
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

  async markCompleted(): Promise<void> {
    await Promise.resolve()
  }

  async noteNewest(): Promise<void> {
    await Promise.resolve()
  }

  async unmarkCompleted(): Promise<void> {
    await Promise.resolve()
  }
}

/** A new `savepoint-<job>-<random>` directory below the target. */
export async function makeSavepointLocation(
  targetDirectory: string,
  jobId: string,
  services: SnapshotWriterServices,
): Promise<CheckpointLocation> {
  const { fileSystem, path: target } = services.fileSystems.forUri(targetDirectory)
  const spread = entropyUriOf(targetDirectory, fileSystem)
  for (let attempt = 0; attempt < SAVEPOINT_ATTEMPTS; attempt += 1) {
    const name = `savepoint-${jobId.slice(0, 6)}-${services.random.hex(12)}`
    const directory = `${target}/${name}`
    try {
      if ((await fileSystem.status(directory)) !== undefined) continue
      await makeDurableDirectory(fileSystem, directory)
      const { inlineThresholdBytes } = services
      const entropy = spread === undefined ? {} : { entropyUri: `${spread}/${name}` }
      return { kind: 'file', directoryUri: toFileUri(directory), inlineThresholdBytes, ...entropy }
    } catch (error) {
      throw savepointFailed(target, messageOf(error), error)
    }
  }
  throw savepointFailed(target, `no free name after ${String(SAVEPOINT_ATTEMPTS)} attempts`)
}

/** A directory as its user named it, where random characters are put into the paths of its files. */
function entropyUriOf(directory: string, { entropy }: FileSystem): string | undefined {
  const { path } = parseFileUri(directory)
  return entropy?.isIn(path) === true ? path : undefined
}

function savepointFailed(target: string, reason: string, cause?: unknown): FlinkError {
  return new FlinkError('SAVEPOINT_DIRECTORY_FAILED', { path: target, reason }, { cause })
}

/**
 * Makes a snapshot visible: metadata written aside, all entries synced, renamed, the rename synced; in a store of objects put in place. `shared` are the files
 * that it wrote for later ones, too.
 */
export async function publishSnapshot(
  location: CheckpointLocation,
  metadata: CheckpointMetadata,
  fileSystems: FileSystems,
  shared: readonly string[] = [],
): Promise<CompletedCheckpoint> {
  if (location.kind === 'memory') return { metadata, externalPath: NOT_ADDRESSABLE }
  const { directoryUri } = location
  const { fileSystem, path: directory } = fileSystems.forUri(directoryUri)
  const bytes = encodeMetadata(metadata, directoryUri)
  await storing(directory, async () => {
    await promoteSharedFiles(directory, shared, fileSystems)
    await replaceFile(fileSystem, `${directory}/${METADATA_FILE}`, bytes, {
      isNew: true,
      // The entries of the state files first: metadata must not survive a crash that they do not.
      beforeNamed: async () => {
        if (namesFilesIn(metadata, directoryUri)) await fileSystem.syncDirectory(directory)
      },
    })
    await syncTogether(fileSystem, [directory, parentOf(directory)])
  })
  return { metadata, externalPath: directoryUri }
}

/** In no order: without either the snapshot is not there. Where one fails the disk is left alone all the same when it is told. */
async function syncTogether(fileSystem: FileSystem, directories: readonly string[]): Promise<void> {
  const syncs = directories.map((directory) => fileSystem.syncDirectory(directory))
  await Promise.allSettled(syncs)
  await Promise.all(syncs)
}

/** Removes what was written into a location that did not become a snapshot; of what lies elsewhere that of which tasks have told. */
export async function discardLocation(
  location: CheckpointLocation,
  fileSystems: FileSystems,
  acknowledged: readonly TaskStateSnapshot[] = [],
): Promise<void> {
  if (location.kind === 'memory') return
  const { directoryUri } = location
  const { fileSystem, path: directory } = fileSystems.forUri(directoryUri)
  await removeSnapshotDirectory(fileSystem, directory)
  await removeSpreadFiles(handlesOfTasks(acknowledged), directoryUri, fileSystems)
}

/**
 * Removes a snapshot that the run itself did not write: its metadata and the files in its directory that they name, no
 * other; and those of `shared/` that no other checkpoint there names.
 */
export async function deleteForeignSnapshot(snapshot: CompletedCheckpoint, fileSystems: FileSystems): Promise<void> {
  const { metadata, externalPath } = snapshot
  const { fileSystem, path: directory } = fileSystems.forUri(externalPath)
  const metadataFile = snapshot.metadataFile ?? `${directory}/${METADATA_FILE}`
  if (!metadata.isSavepoint) await unmarkRemoved(directory, metadata.jobName, fileSystem)
  await removeSnapshotFiles(fileSystem, metadataFile, ownFilesOf(metadata, externalPath, fileSystems))
  await removeSharedFilesOf(metadata, externalPath, fileSystems)
}

function ownFilesOf(metadata: CheckpointMetadata, directoryUri: string, fileSystems: FileSystems): Set<string> {
  const uris = streamHandlesOf(metadata).flatMap((handle) => (handle.kind === 'file' ? handle.uri : []))
  const own = uris.filter((uri) => parentOf(uri) === directoryUri || isSpreadFile(uri, directoryUri))
  return new Set(own.map((uri) => fileSystems.forUri(uri).path))
}

/** Removes a snapshot of this run; nothing happens when it is not there or lay in memory. */
export async function deleteSnapshot(snapshot: CompletedCheckpoint, fileSystems: FileSystems): Promise<void> {
  const { metadata, externalPath } = snapshot
  if (externalPath === NOT_ADDRESSABLE) return
  const { fileSystem, path: directory } = fileSystems.forUri(externalPath)
  const isMetadataAlone = !namesFilesIn(metadata, externalPath)
  if (isMetadataAlone && (await removeMetadataAlone(fileSystem, directory))) return
  await removeSnapshotDirectory(fileSystem, directory)
  await removeSpreadFiles(streamHandlesOf(metadata), externalPath, fileSystems)
}

/** Those that the metadata, which are gone, named in other places. */
async function removeSpreadFiles(
  handles: readonly StreamStateHandle[],
  directoryUri: string,
  fileSystems: FileSystems,
): Promise<void> {
  const uris = handles.flatMap((handle) => (handle.kind === 'file' ? handle.uri : []))
  for (const uri of new Set(uris)) {
    if (!isSpreadFile(uri, directoryUri)) continue
    const { fileSystem, path } = fileSystems.forUri(uri)
    await fileSystem.delete(path)
  }
}

/** Small state lies in the metadata itself: then there is nothing whose order on the disk would matter. */
function namesFilesIn(metadata: CheckpointMetadata, directoryUri: string): boolean {
  const shared = sharedFilesOf(metadata, directoryUri)
  return streamHandlesOf(metadata).some((handle) => handle.kind === 'file' && !shared.has(handle.uri))
}

async function storing(directory: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (FlinkError.is(error, 'DISK_FULL') || FlinkError.is(error, 'JOB_FENCED')) throw error
    const reason = messageOf(error)
    throw new FlinkError('CHECKPOINT_STORAGE_FAILED', { path: directory, reason }, { cause: error })
  }
}
