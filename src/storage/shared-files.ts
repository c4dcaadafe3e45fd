// Duty: the files that several checkpoints of one job name: which ones a checkpoint names, how they come into `shared/`,
// and which of them nobody needs.
// Invariants: a shared file is written into the directory of the checkpoint that makes it and moved before that
// checkpoint's metadata is published; so what was aborted, or half-written in a crash, goes with that directory. In a store of
// objects nothing can be moved: it is written in place, and removed by name when the checkpoint is aborted. Only files with
// names that the engine makes are removed.
// Thread: main thread.
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { parentOf } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { streamHandlesOf, type CheckpointMetadata, type CompletedCheckpoint } from './checkpoint-metadata.js'
import { readMetadataFile } from './metadata-file.js'
import { streamHandlesOfSubtask, type StreamStateHandle, type TaskStateSnapshot } from './state-handles.js'
import {
  isSpreadFile,
  isStateFileName,
  makeDurableDirectory,
  METADATA_FILE,
  SHARED_DIRECTORY,
  sharedDirectoryOf,
} from './snapshot-directory.js'

/** The files in the `shared/` beside a checkpoint that it names, as URIs or paths as its directory is given. */
export function sharedFilesOf(metadata: CheckpointMetadata, directory: string): Set<string> {
  return sharedAmong(streamHandlesOf(metadata), directory)
}

/** The same of what tasks have acknowledged of a checkpoint under way. */
export function sharedFilesIn(snapshots: readonly TaskStateSnapshot[], directory: string): Set<string> {
  return sharedAmong(handlesOfTasks(snapshots), directory)
}

export function handlesOfTasks(snapshots: readonly TaskStateSnapshot[]): StreamStateHandle[] {
  return snapshots.flatMap(({ operators }) => Object.values(operators)).flatMap(streamHandlesOfSubtask)
}

function sharedAmong(handles: readonly StreamStateHandle[], directory: string): Set<string> {
  const shared = sharedDirectoryOf(directory)
  const uris = handles.flatMap((handle) => (handle.kind === 'file' ? handle.uri : []))
  return new Set(uris.filter((uri) => isSharedIn(shared, uri)))
}

function isSharedIn(shared: string, uri: string): boolean {
  return (parentOf(uri) === shared && isStateFileName(path.basename(uri))) || isSpreadFile(uri, shared)
}

/** Whether a later checkpoint may name it, too. */
export function isSharedStateFile(handle: StreamStateHandle): boolean {
  return handle.kind === 'file' && path.basename(parentOf(handle.uri)) === SHARED_DIRECTORY
}

/** Moves what a checkpoint wrote for later ones, too, to where its handles say; durably. */
export async function promoteSharedFiles(
  directory: string,
  uris: readonly string[],
  fileSystems: FileSystems,
): Promise<void> {
  if (uris.length === 0) return
  const { fileSystem, path: shared } = fileSystems.forUri(sharedDirectoryOf(directory))
  // There they were written in place.
  if (fileSystem.isObjectStore === true) return
  // Somebody may have removed it while the job runs.
  await makeDurableDirectory(fileSystem, shared)
  for (const uri of uris) {
    const { path: target } = fileSystems.forUri(uri)
    await fileSystem.rename(`${directory}/${path.basename(target)}`, target)
  }
  await fileSystem.syncDirectory(shared)
}

/** False when a shared file that a checkpoint names has gone, or is shorter than it was. */
export async function holdsSharedFiles(
  { metadata, externalPath }: CompletedCheckpoint,
  fileSystems: FileSystems,
): Promise<boolean> {
  const named = sharedFilesOf(metadata, externalPath)
  if (named.size === 0) return true
  const { fileSystem, path: shared } = fileSystems.forUri(sharedDirectoryOf(externalPath))
  const sizes = new Map((await fileSystem.list(shared)).map(({ path: file, sizeBytes }) => [file, sizeBytes]))
  for (const uri of named) {
    const { path: file } = fileSystems.forUri(uri)
    // Of those with random characters in their paths there is no list.
    if (parentOf(file) !== shared) sizes.set(file, (await fileSystem.status(file))?.sizeBytes ?? -1)
  }
  return streamHandlesOf(metadata).every((handle) => {
    if (handle.kind === 'inline' || !named.has(handle.uri)) return true
    return (sizes.get(fileSystems.forUri(handle.uri).path) ?? -1) >= handle.offset + handle.lengthBytes
  })
}

/** Removes those of the candidates (all files of the job's `shared/` without them) that no metadata beside it names. */
export async function removeUnnamedSharedFiles(
  fileSystem: FileSystem,
  jobDirectory: string,
  candidates?: Iterable<string>,
): Promise<void> {
  const shared = `${jobDirectory}/${SHARED_DIRECTORY}`
  const listed = candidates ?? (await fileSystem.list(shared)).map(({ name }) => `${shared}/${name}`)
  const files = [...listed].filter((file) => isStateFileName(path.basename(file)))
  if (files.length === 0) return
  const named = await namedFiles(fileSystem, jobDirectory)
  if (named === undefined) return
  for (const file of files) if (!named.has(file)) await fileSystem.delete(file)
}

/** A checkpoint was disposed of: removes what it alone named. */
export async function removeSharedFilesOf(
  metadata: CheckpointMetadata,
  directoryUri: string,
  fileSystems: FileSystems,
): Promise<void> {
  const uris = [...sharedFilesOf(metadata, directoryUri)]
  if (uris.length === 0) return
  const { fileSystem, path: directory } = fileSystems.forUri(directoryUri)
  const files = uris.map((uri) => fileSystems.forUri(uri).path)
  await removeUnnamedSharedFiles(fileSystem, parentOf(directory), files)
}

/** Undefined where some metadata cannot be understood: then nobody knows what it names. */
async function namedFiles(fileSystem: FileSystem, jobDirectory: string): Promise<Set<string> | undefined> {
  const named = new Set<string>()
  for (const { path: directory, isDirectory } of await fileSystem.list(jobDirectory)) {
    const file = `${directory}/${METADATA_FILE}`
    if (!isDirectory || (await fileSystem.status(file)) === undefined) continue
    const metadata = await understood(file, directory, fileSystem)
    if (metadata === undefined) return undefined
    for (const uri of sharedFilesOf(metadata, directory)) named.add(uri)
  }
  return named
}

async function understood(
  file: string,
  directory: string,
  fileSystem: FileSystem,
): Promise<CheckpointMetadata | undefined> {
  try {
    return await readMetadataFile(file, directory, fileSystem)
  } catch (error) {
    if (FlinkError.is(error) && error.code.startsWith('SNAPSHOT_')) return undefined
    throw error
  }
}
