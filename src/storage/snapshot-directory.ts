// Duty: the life of a snapshot's directory on disk: made so that it outlives a crash, removed so that no half of a
// snapshot is ever taken for a whole one.
// Invariants: `_metadata` goes first and durably, the rest after it. Of a directory that a run made itself the files go that
// have names of the engine's; of a snapshot that a user names, only those that its metadata name: others may lie beside them.
// Thread: main thread.
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { parentOf } from '../core/fs/file-path.js'
import { isSpreadFrom } from '../core/fs/path-entropy.js'
import { PART_SUFFIX } from '../core/fs/publish-file.js'
import type { FileStatus, FileSystem } from '../core/fs/file-system.js'

export const METADATA_FILE = '_metadata'
/** Metadata until it is complete. */
const METADATA_PART_FILE = `${METADATA_FILE}${PART_SUFFIX}`

/** Says which job has claimed the snapshot. */
export const CLAIM_MARK_FILE = '_claimed'

/** Beside a job's checkpoints: what several of them name. */
export const SHARED_DIRECTORY = 'shared'

/** In the directory of all jobs: what a job's own is called. */
export const JOB_DIRECTORY: RegExp = /^[0-9a-f]{32}$/

const OWN_FILES: readonly string[] = [METADATA_FILE, METADATA_PART_FILE, CLAIM_MARK_FILE]
const CHECKPOINT_DIRECTORY = /^chk-(\d+)$/
const STATE_FILE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The number in `chk-<n>`; undefined for another name. */
export function checkpointIdOf(directoryName: string): number | undefined {
  const digits = CHECKPOINT_DIRECTORY.exec(directoryName)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** True for the names that files of state get. */
export function isStateFileName(name: string): boolean {
  return STATE_FILE.test(name)
}

/** Whether random characters were put into the path of a file of state of such a directory. */
export function isSpreadFile(uri: string, directoryUri: string): boolean {
  return isStateFileName(path.basename(uri)) && isSpreadFrom(directoryUri, parentOf(uri))
}

/** The `shared/` beside a checkpoint's directory; a URI for a URI, a path for a path. */
export function sharedDirectoryOf(directory: string): string {
  return `${parentOf(directory)}/${SHARED_DIRECTORY}`
}

/** Makes a directory and its missing parents; all their entries are durable afterwards. */
export async function makeDurableDirectory(fileSystem: FileSystem, directory: string): Promise<void> {
  const missing: string[] = []
  let at = directory
  while (at !== parentOf(at) && (await fileSystem.status(at)) === undefined) {
    missing.push(at)
    at = parentOf(at)
  }
  await fileSystem.mkdirs(directory)
  for (const made of missing.reverse()) await fileSystem.syncDirectory(parentOf(made))
}

/** Removes a snapshot, whole or half-written, from the directory that was made for it. Nothing happens when it is not there. */
export async function removeSnapshotDirectory(fileSystem: FileSystem, directory: string): Promise<void> {
  if ((await fileSystem.status(directory)) === undefined) return
  const entries = await fileSystem.list(directory)
  const ours = entries.filter(isMadeByEngine)
  if (entries.some(({ name }) => name === METADATA_FILE) && holdsStateFiles(entries)) {
    await fileSystem.delete(`${directory}/${METADATA_FILE}`)
    // Were state files gone for good before it, a crash would leave a snapshot that names files without bytes.
    await syncIfThere(fileSystem, directory)
  }
  if (ours.length === entries.length) {
    await fileSystem.delete(directory)
    return
  }
  for (const { name } of ours) await fileSystem.delete(`${directory}/${name}`)
}

/** As `removeSnapshotDirectory`, in two calls, where nothing but metadata is in it; false where something else is. */
export async function removeMetadataAlone(fileSystem: FileSystem, directory: string): Promise<boolean> {
  await fileSystem.delete(`${directory}/${METADATA_FILE}`)
  return fileSystem.deleteEmptyDirectory(directory)
}

/** Removes the metadata and the files that they name, then the directory, when it is a snapshot's own and nothing else is in it. */
export async function removeSnapshotFiles(
  fileSystem: FileSystem,
  metadataFile: string,
  stateFiles: Iterable<string>,
): Promise<void> {
  const directory = parentOf(metadataFile)
  await fileSystem.delete(metadataFile)
  await syncIfThere(fileSystem, directory)
  for (const file of stateFiles)
    if ((await fileSystem.status(file))?.isPlainFile === true) await fileSystem.delete(file)
  const isOwn = path.basename(metadataFile) === METADATA_FILE
  if (isOwn) await fileSystem.delete(`${directory}/${CLAIM_MARK_FILE}`)
  if (isOwn && (await fileSystem.list(directory)).length === 0) await fileSystem.delete(directory)
}

/** That the metadata of a snapshot were removed stays so, with its directory or out of it. */
export async function syncRemoval(fileSystem: FileSystem, directory: string): Promise<void> {
  await syncIfThere(fileSystem, directory)
  await syncIfThere(fileSystem, parentOf(directory))
}

/** Somebody else may remove the same directory at the same moment: then it is gone, as it should be. */
async function syncIfThere(fileSystem: FileSystem, directory: string): Promise<void> {
  try {
    await fileSystem.syncDirectory(directory)
  } catch (error) {
    if (!FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
  }
}

/** Removes every `chk-<n>` without metadata: what a crash left of checkpoints that did not complete. */
export async function cleanIncompleteCheckpoints(fileSystem: FileSystem, directory: string): Promise<void> {
  for (const { name, isDirectory } of await fileSystem.list(directory)) {
    if (!isDirectory || checkpointIdOf(name) === undefined) continue
    const checkpoint = `${directory}/${name}`
    const isComplete = (await fileSystem.status(`${checkpoint}/${METADATA_FILE}`)) !== undefined
    if (!isComplete) await removeSnapshotDirectory(fileSystem, checkpoint)
  }
}

function holdsStateFiles(entries: readonly FileStatus[]): boolean {
  return entries.some(({ name }) => STATE_FILE.test(name))
}

function isMadeByEngine({ name, isDirectory }: FileStatus): boolean {
  return !isDirectory && (OWN_FILES.includes(name) || STATE_FILE.test(name))
}
