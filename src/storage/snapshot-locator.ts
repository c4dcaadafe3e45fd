// Duty: opens the snapshot that a user named.
// Invariants: what is damaged is refused with file, block and reason, never half-used.
// Thread: main thread.
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { parentOf, parseFileUri, toFileUri } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { CompletedCheckpoint, SnapshotHeader } from './checkpoint-metadata.js'
import { readHeaderOf, readMetadataFile } from './metadata-file.js'
import { METADATA_FILE } from './snapshot-directory.js'
import { verifyState } from './snapshot-verification.js'

/** Snapshots that are named where none is, and directories that are looked at for that. */
const MOST_NAMED = 5
const MOST_LOOKED_AT = 200

/** To restore from: all its state is there and unchanged. `pointer` as in `locateSnapshot`. */
export async function openSnapshot(pointer: string, fileSystems: FileSystems): Promise<CompletedCheckpoint> {
  const checkpoint = await locateSnapshot(pointer, fileSystems)
  await verifyState(checkpoint.metadata, fileSystems)
  return checkpoint
}

export interface LocatedSnapshot extends CompletedCheckpoint {
  /** The link through which it was named. */
  readonly link: string | undefined
}

/** `pointer`: a snapshot's directory, a link to it, or its metadata file, as path or URI. */
export async function locateSnapshot(pointer: string, fileSystems: FileSystems): Promise<LocatedSnapshot> {
  const { fileSystem, path: named } = fileSystems.forUri(pointer)
  const status = await fileSystem.status(named)
  if (status === undefined) throw notFound(pointer)
  const link = status.isDirectory ? await linkTargetOf(named, pointer, fileSystem) : undefined
  const directory = link ?? (status.isDirectory ? named : parentOf(named))
  const directoryUri = toFileUri(directory)
  const file = status.isDirectory ? `${directory}/${METADATA_FILE}` : named
  const metadata = await readMetadataFile(file, directoryUri, fileSystem)
  if (metadata === undefined) throw metadataMissing(pointer)
  const elsewhere = path.basename(file) === METADATA_FILE ? {} : { metadataFile: file }
  return { metadata, externalPath: directoryUri, link: link === undefined ? undefined : named, ...elsewhere }
}

/** In a directory without metadata: what lies in it and would do instead, the newest first. */
export async function refusalNamingSnapshots(pointer: string, fileSystems: FileSystems): Promise<FlinkError> {
  const { fileSystem, path: named } = fileSystems.forUri(pointer)
  const directories = (await fileSystem.list(named)).filter(({ isDirectory }) => isDirectory)
  const found: { readonly name: string; readonly timestamp: number }[] = []
  for (const { name, path: directory } of directories.slice(0, MOST_LOOKED_AT)) {
    const header = await headerIn(directory, fileSystem)
    if (header !== undefined) found.push({ name, timestamp: header.timestamp })
  }
  if (found.length === 0) return metadataMissing(pointer)
  const newestFirst = found.toSorted((left, right) => right.timestamp - left.timestamp).map(({ name }) => name)
  const shown = newestFirst.slice(0, MOST_NAMED).join(', ')
  const others = found.length - MOST_NAMED
  return metadataMissing(pointer, `${shown}${others > 0 ? ` and ${String(others)} more` : ''}`)
}

async function headerIn(directory: string, fileSystem: FileSystem): Promise<SnapshotHeader | undefined> {
  try {
    return await readHeaderOf(`${directory}/${METADATA_FILE}`, fileSystem)
  } catch (error) {
    // What cannot be read is no advice; that there is no metadata where the user looked is the error.
    if (FlinkError.is(error)) return undefined
    throw error
  }
}

function metadataMissing(path: string, names?: string): FlinkError {
  const found = names === undefined ? '' : ` Snapshots lie in it, the newest first: ${names}. Name one of them.`
  return new FlinkError('SNAPSHOT_METADATA_MISSING', { path, found })
}

/**
 * Where a link leads to: a checkpoint's shared files lie beside its directory and not beside the link. Undefined when the
 * last part of the path is no link; what is above it stays as the user named it.
 */
async function linkTargetOf(named: string, pointer: string, fileSystem: FileSystem): Promise<string | undefined> {
  try {
    const parent = await fileSystem.realPath(parentOf(named))
    const real = await fileSystem.realPath(named)
    return real === `${parent === '/' ? '' : parent}/${path.basename(named)}` ? undefined : real
  } catch (error) {
    if (FlinkError.is(error, 'FILE_NOT_FOUND')) throw notFound(pointer, error)
    throw error
  }
}

function notFound(pointer: string, cause?: unknown): FlinkError {
  return new FlinkError('SNAPSHOT_NOT_FOUND', { path: pointer, scheme: parseFileUri(pointer).scheme }, { cause })
}
