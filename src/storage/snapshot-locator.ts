// Duty: opens the snapshot that a user named.
// Invariants: what is damaged is refused with file, block and reason, never half-used.
// Thread: main thread.
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { parseFileUri, toFileUri } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { CompletedCheckpoint } from './checkpoint-metadata.js'
import { readMetadataFile } from './metadata-file.js'
import { METADATA_FILE } from './snapshot-directory.js'
import { verifyState } from './snapshot-verification.js'

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
  const directory = link ?? (status.isDirectory ? named : path.dirname(named))
  const directoryUri = toFileUri(directory)
  const file = status.isDirectory ? `${directory}/${METADATA_FILE}` : named
  const metadata = await readMetadataFile(file, directoryUri, fileSystem)
  if (metadata === undefined) throw new FlinkError('SNAPSHOT_METADATA_MISSING', { path: pointer })
  const elsewhere = path.basename(file) === METADATA_FILE ? {} : { metadataFile: file }
  return { metadata, externalPath: directoryUri, link: link === undefined ? undefined : named, ...elsewhere }
}

/**
 * Where a link leads to: a checkpoint's shared files lie beside its directory and not beside the link. Undefined when the
 * last part of the path is no link; what is above it stays as the user named it.
 */
async function linkTargetOf(named: string, pointer: string, fileSystem: FileSystem): Promise<string | undefined> {
  try {
    const parent = await fileSystem.realPath(path.dirname(named))
    const real = await fileSystem.realPath(named)
    return real === path.join(parent, path.basename(named)) ? undefined : real
  } catch (error) {
    if (FlinkError.is(error, 'FILE_NOT_FOUND')) throw notFound(pointer, error)
    throw error
  }
}

function notFound(pointer: string, cause?: unknown): FlinkError {
  return new FlinkError('SNAPSHOT_NOT_FOUND', { path: pointer, scheme: parseFileUri(pointer).scheme }, { cause })
}
