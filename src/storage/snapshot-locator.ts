// Duty: finds and opens the snapshot that a user named, or the newest one in a directory of checkpoints.
// Invariants: a directory counts only with `_metadata` in it; what is damaged is reported, never half-used; a disk that
// cannot be read is an error and not a reason to go back to something older.
// Thread: main thread.
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import { parseFileUri, toFileUri } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { streamHandlesOf, type CheckpointMetadata, type CompletedCheckpoint } from './checkpoint-metadata.js'
import { decodeMetadata } from './metadata-codec.js'
import { checkpointIdOf, METADATA_FILE } from './snapshot-directory.js'

const JOB_DIRECTORY = /^[0-9a-f]{32}$/

/** To restore from: all its state files are there and long enough. `pointer` as in `locateSnapshot`. */
export async function openSnapshot(pointer: string, fileSystems: FileSystems): Promise<CompletedCheckpoint> {
  const checkpoint = await locateSnapshot(pointer, fileSystems)
  await checkStateFiles(checkpoint.metadata, fileSystems)
  return checkpoint
}

/** `pointer`: a snapshot's directory or its metadata file, as path or URI. */
export async function locateSnapshot(pointer: string, fileSystems: FileSystems): Promise<CompletedCheckpoint> {
  const { fileSystem, path: named } = fileSystems.forUri(pointer)
  const status = await fileSystem.status(named)
  if (status === undefined) {
    throw new FlinkError('SNAPSHOT_NOT_FOUND', { path: pointer, scheme: parseFileUri(pointer).scheme })
  }
  const file = status.isDirectory ? `${named}/${METADATA_FILE}` : named
  const directoryUri = toFileUri(status.isDirectory ? named : path.dirname(named))
  const metadata = decodeMetadata(await readMetadata(file, pointer, fileSystem), file, directoryUri)
  return { metadata, externalPath: directoryUri }
}

/** A job that lives may remove the checkpoint at any moment, so nobody asks first whether it is there. */
async function readMetadata(file: string, pointer: string, fileSystem: FileSystem): Promise<Uint8Array> {
  try {
    return await fileSystem.readFile(file)
  } catch (error) {
    if (!FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
    throw new FlinkError('SNAPSHOT_METADATA_MISSING', { path: pointer }, { cause: error })
  }
}

/**
 * The newest usable checkpoint below a directory: of one job (`chk-<n>` in it), or of all jobs whose directories are in
 * it. Undefined without one. Damaged ones are told and passed over, as are, untold, those that `isWanted` refuses.
 */
export async function findLatestCheckpoint(
  directory: string,
  fileSystems: FileSystems,
  onDamaged: (error: Error) => void,
  isWanted: (metadata: CheckpointMetadata) => boolean = () => true,
): Promise<CompletedCheckpoint | undefined> {
  const { fileSystem, path: parent } = fileSystems.forUri(directory)
  const entries = await fileSystem.list(parent)
  const jobDirectories = entries.filter(({ name }) => JOB_DIRECTORY.test(name)).map(({ name }) => `${parent}/${name}`)
  let latest: CompletedCheckpoint | undefined
  for (const candidate of [parent, ...jobDirectories]) {
    const found = await latestIn(candidate, { fileSystems, onDamaged, isWanted })
    if (latest === undefined || (found !== undefined && isNewer(found, latest))) latest = found
  }
  return latest
}

interface Search {
  readonly fileSystems: FileSystems
  readonly onDamaged: (error: Error) => void
  readonly isWanted: (metadata: CheckpointMetadata) => boolean
}

/**
 * Ids only grow within a directory, whatever the clock did. A job that lives completes checkpoints and removes older ones
 * while this looks, and from the newest down each may be passed just before it is complete or just after it was removed. From
 * the oldest up whatever was removed has a successor that lies ahead, or that another look at the directory shows.
 */
async function latestIn(directory: string, search: Search): Promise<CompletedCheckpoint | undefined> {
  const { fileSystem, path: parent } = search.fileSystems.forUri(directory)
  const seen = new Set<number>()
  for (;;) {
    const listed = (await fileSystem.list(parent)).flatMap(({ name }) => checkpointIdOf(name) ?? [])
    const ids = listed.filter((id) => !seen.has(id)).toSorted((left, right) => left - right)
    if (ids.length === 0) return undefined
    for (const id of ids) seen.add(id)
    const settled = new Set<number>()
    const found =
      (await firstOf(ids.toReversed(), parent, search, settled)) ?? (await firstOf(ids, parent, search, settled))
    if (found !== undefined) return found
  }
}

/** The first one of `ids` that is there. `settled`: those that were read and are not wanted, or damaged, which was told. */
async function firstOf(
  ids: readonly number[],
  parent: string,
  search: Search,
  settled: Set<number>,
): Promise<CompletedCheckpoint | undefined> {
  for (const id of ids) {
    if (settled.has(id)) continue
    try {
      const uri = toFileUri(`${parent}/chk-${String(id)}`)
      const { metadata } = await locateSnapshot(uri, search.fileSystems)
      if (search.isWanted(metadata)) return await openSnapshot(uri, search.fileSystems)
      settled.add(id)
    } catch (error) {
      if (!isAbsence(error) && !isDamage(error)) throw error
      // Half-written ones are normal behind a crash, as are removed ones beside a living job: not worth a word.
      if (isAbsence(error) || !(await holdsMetadata(parent, id, search))) continue
      settled.add(id)
      search.onDamaged(error)
    }
  }
  return undefined
}

function isNewer(left: CompletedCheckpoint, right: CompletedCheckpoint): boolean {
  const byTime = left.metadata.timestamp - right.metadata.timestamp
  return byTime === 0 ? left.metadata.checkpointId > right.metadata.checkpointId : byTime > 0
}

const ABSENCE: readonly string[] = ['SNAPSHOT_NOT_FOUND', 'SNAPSHOT_METADATA_MISSING']
const DAMAGE: readonly string[] = ['SNAPSHOT_MAGIC_INVALID', 'SNAPSHOT_VERSION_UNSUPPORTED', 'SNAPSHOT_CORRUPT']

function isAbsence(error: unknown): error is FlinkError {
  return FlinkError.is(error) && ABSENCE.includes(error.code)
}

function isDamage(error: unknown): error is FlinkError {
  return FlinkError.is(error) && DAMAGE.includes(error.code)
}

/** A removal takes the metadata first, so that without it what looked like damage was none. */
async function holdsMetadata(parent: string, id: number, { fileSystems }: Search): Promise<boolean> {
  const { fileSystem, path: file } = fileSystems.forUri(`${parent}/chk-${String(id)}/${METADATA_FILE}`)
  return (await fileSystem.status(file)) !== undefined
}

/** Presence and length only: checksums are verified by whoever reads the bytes. */
async function checkStateFiles(metadata: CheckpointMetadata, fileSystems: FileSystems): Promise<void> {
  const ends = new Map<string, number>()
  for (const handle of streamHandlesOf(metadata)) {
    if (handle.kind === 'inline') continue
    ends.set(handle.uri, Math.max(ends.get(handle.uri) ?? 0, handle.offset + handle.lengthBytes))
  }
  for (const [uri, endBytes] of ends) {
    const { fileSystem, path: file } = fileSystems.forUri(uri)
    const sizeBytes = (await fileSystem.status(file))?.sizeBytes
    if (sizeBytes !== undefined && sizeBytes >= endBytes) continue
    const reason = sizeBytes === undefined ? 'it is missing' : `it is cut off after ${String(sizeBytes)} bytes`
    throw new FlinkError('SNAPSHOT_CORRUPT', { file, block: 'its state', reason })
  }
}
