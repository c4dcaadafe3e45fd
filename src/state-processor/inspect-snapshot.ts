import type { FileSystems } from '../core/fs/file-systems.js'
import { METADATA_FILE } from '../storage/snapshot-directory.js'
import { locateSnapshot } from '../storage/snapshot-locator.js'
import { listSnapshots, type ListedSnapshot } from './snapshot-listing.js'
import { summarise, type SnapshotSummary } from './snapshot-summary.js'

/** One of both. */
export interface Inspection {
  readonly summary?: SnapshotSummary
  /** Of a directory that is no snapshot itself: those below it, the newest first. */
  readonly listing?: readonly ListedSnapshot[]
}

/** `pointer`: a snapshot's directory, a link to it, its metadata file, or a directory of snapshots, as path or URI. */
export async function inspectSnapshot(pointer: string, fileSystems: FileSystems): Promise<Inspection> {
  const { fileSystem, path } = fileSystems.forUri(pointer)
  const isDirectory = (await fileSystem.status(path))?.isDirectory === true
  if (isDirectory && (await fileSystem.status(`${path}/${METADATA_FILE}`)) === undefined) {
    return { listing: await listSnapshots(pointer, fileSystems) }
  }
  return { summary: await summarise(await locateSnapshot(pointer, fileSystems), fileSystems) }
}
