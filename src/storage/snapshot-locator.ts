// Duty: finds and opens the snapshot that a user named, or the newest one in a directory of checkpoints.
// Invariants: a directory counts only with `_metadata` in it; what is damaged is reported, never half-used.
// Thread: main thread.
import { FlinkError } from '../core/errors/flink-error.js'
import { parseFileUri, toFileUri } from '../core/fs/file-path.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import type { CompletedCheckpoint } from './checkpoint-metadata.js'
import { METADATA_FILE } from './checkpoint-storage.js'
import { decodeMetadata } from './metadata-codec.js'

/** `pointer`: a snapshot's directory or its metadata file, as path or URI. */
export async function openSnapshot(pointer: string, fileSystems: FileSystems): Promise<CompletedCheckpoint> {
  const { fileSystem, path } = fileSystems.forUri(pointer)
  const status = await fileSystem.status(path)
  if (status === undefined) {
    throw new FlinkError('SNAPSHOT_NOT_FOUND', { path: pointer, scheme: parseFileUri(pointer).scheme })
  }
  const file = status.isDirectory ? `${path}/${METADATA_FILE}` : path
  if ((await fileSystem.status(file)) === undefined) {
    throw new FlinkError('SNAPSHOT_METADATA_MISSING', { path: pointer })
  }
  const directoryUri = toFileUri(file.slice(0, file.lastIndexOf('/')))
  const metadata = decodeMetadata(await fileSystem.readFile(file), file, directoryUri)
  return { metadata, externalPath: directoryUri }
}

/** Newest usable `chk-<n>` below a directory; undefined without one. Damaged ones are told and passed over. */
export async function findLatestCheckpoint(
  directory: string,
  fileSystems: FileSystems,
  onDamaged: (error: Error) => void,
): Promise<CompletedCheckpoint | undefined> {
  const { fileSystem, path } = fileSystems.forUri(directory)
  const names = (await fileSystem.list(path)).map((status) => status.name)
  const ids = names.flatMap((name) => /^chk-(\d+)$/.exec(name)?.slice(1).map(Number) ?? [])
  for (const id of ids.sort((left, right) => right - left)) {
    try {
      return await openSnapshot(`${path}/chk-${String(id)}`, fileSystems)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      // Half-written ones are normal behind a crash and not worth a word.
      if (!FlinkError.is(error, 'SNAPSHOT_METADATA_MISSING')) onDamaged(error)
    }
  }
  return undefined
}
