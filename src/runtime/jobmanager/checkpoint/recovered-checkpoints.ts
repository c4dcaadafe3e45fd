// Duty: what an earlier process of the job completed, of which another goes on.
// Invariants: a checkpoint counts when it was written down as the newest: one whose metadata were in place a moment before the
// process died was told to no task, and is removed. Where the newest cannot be read an older one is taken, with a note of what
// that costs; where none can the start is refused, and nothing is removed.
// Thread: main thread.
import { CheckpointingOptions } from '../../../core/config/checkpointing-options.js'
import { checkpointsDirectory } from '../../../core/config/checkpoint-storage-choice.js'
import type { Configuration } from '../../../core/config/configuration.js'
import { FlinkError, type ErrorCode } from '../../../core/errors/flink-error.js'
import { toFileUri } from '../../../core/fs/file-path.js'
import type { LocatedFile } from '../../../core/fs/file-systems.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import { readCompletionMarks } from '../../../storage/completion-mark.js'
import { readHeaderOf } from '../../../storage/metadata-file.js'
import { checkpointIdOf, METADATA_FILE, removeSnapshotDirectory } from '../../../storage/snapshot-directory.js'
import { locateSnapshot } from '../../../storage/snapshot-locator.js'
import { entryDamaged } from '../highavailability/checked-file.js'
import type { CheckpointPointer } from '../highavailability/checkpoint-pointer.js'
import type { JobEnvironment } from '../job-environment.js'
import { notesOf } from './restore-point.js'

export interface RecoveredCheckpoints {
  /** Of the job, and its to remove; oldest first. */
  readonly own: readonly CompletedCheckpoint[]
  /** With which the job was to end. */
  readonly savepoint: CompletedCheckpoint | undefined
  /** What to go on from; undefined where nothing was complete. */
  readonly latest: CompletedCheckpoint | undefined
  /** Of all that are there, damaged ones as well: later ones have greater numbers. */
  readonly newestId: number
  /** What the user should be warned of, a line each. */
  readonly notes: readonly string[]
}

interface Damaged {
  readonly id: number
  readonly error: FlinkError
}

/** What an older checkpoint may be taken for, and a note told. Any other error is one of the disk, and passes. */
const DAMAGE: readonly ErrorCode[] = [
  'SNAPSHOT_CORRUPT',
  'SNAPSHOT_MAGIC_INVALID',
  'SNAPSHOT_NOT_A_FILE',
  'SNAPSHOT_METADATA_MISSING',
  'SNAPSHOT_NOT_FOUND',
]

export async function findRecovered(
  pointer: CheckpointPointer | undefined,
  environment: JobEnvironment,
): Promise<RecoveredCheckpoints> {
  if (pointer?.kind === 'memory') return of([pointer.checkpoint], [])
  const { fileSystems } = environment
  const directories = await ownDirectories(environment)
  if (pointer === undefined) await refuseOfCounted(environment)
  const newestId = pointer?.checkpointId ?? 0
  const own: CompletedCheckpoint[] = []
  const damaged: Damaged[] = []
  for (const { id, directory } of directories.filter(({ id }) => id <= newestId)) {
    const read = await readOrError(toFileUri(directory), environment)
    if (FlinkError.is(read)) damaged.unshift({ id, error: read })
    else own.push(read)
  }
  const savepoint = pointer && (await savepointOf(pointer, own, environment))
  const isLost = pointer !== undefined && savepoint === undefined && !directories.some(({ id }) => id === newestId)
  if (isLost) damaged.unshift({ id: newestId, error: lost(pointer.externalPath, newestId) })
  const [newest] = damaged
  if (newest !== undefined && savepoint === undefined && own.length === 0) throw newest.error
  for (const { id, directory } of directories) {
    if (id > newestId) await removeSnapshotDirectory(fileSystems.forUri(toFileUri(directory)).fileSystem, directory)
  }
  return of(own, damaged, savepoint)
}

function of(
  own: readonly CompletedCheckpoint[],
  damaged: readonly Damaged[],
  savepoint?: CompletedCheckpoint,
): RecoveredCheckpoints {
  const latest = savepoint ?? own.at(-1)
  const latestId = latest?.metadata.checkpointId ?? 0
  // An older one that cannot be read costs nothing.
  const newer = damaged.filter(({ id }) => id > latestId)
  const notes =
    latest === undefined || savepoint !== undefined
      ? []
      : notesOf(
          newer.map(({ error }) => error),
          latest,
        )
  const newestId = Math.max(latestId, ...damaged.map(({ id }) => id))
  return { own, savepoint, latest, newestId, notes }
}

/** The job went on from it when it restarted: older ones hold less than what was committed. */
async function savepointOf(
  { externalPath, checkpointId }: { readonly externalPath: string; readonly checkpointId: number },
  own: readonly CompletedCheckpoint[],
  environment: JobEnvironment,
): Promise<CompletedCheckpoint | undefined> {
  if (own.some(({ metadata }) => metadata.checkpointId === checkpointId)) return undefined
  if (checkpointIdOf(externalPath.slice(externalPath.lastIndexOf('/') + 1)) !== undefined) return undefined
  return locateSnapshot(externalPath, environment.fileSystems)
}

/** That one counts is noted beside it only after it was written down: where that was lost nothing is removed for it. */
async function refuseOfCounted(environment: JobEnvironment): Promise<void> {
  const { jobId } = environment
  const place = placeOf(environment)
  const marks = place === undefined ? [] : await readCompletionMarks(place.path, place.fileSystem)
  if (!marks.some((mark) => mark?.jobId === jobId)) return
  throw entryDamaged('checkpoint.json', jobId, 'it is missing, although checkpoints of the job were complete')
}

function placeOf({ configuration, fileSystems, jobId }: JobEnvironment): LocatedFile | undefined {
  const root = checkpointsDirectory(configuration)
  if (root === undefined) return undefined
  const { fileSystem, path } = fileSystems.forUri(root)
  return { fileSystem, path: isShared(configuration) ? path : `${path}/${jobId}` }
}

/** By several jobs. */
function isShared(configuration: Configuration): boolean {
  return !configuration.get(CheckpointingOptions.CREATE_CHECKPOINT_SUB_DIR)
}

/** Directories of the job's checkpoints that have metadata, oldest first. */
async function ownDirectories(
  environment: JobEnvironment,
): Promise<readonly { readonly id: number; readonly directory: string }[]> {
  const place = placeOf(environment)
  if (place === undefined) return []
  const { configuration, jobId } = environment
  const { fileSystem, path } = place
  const found: { readonly id: number; readonly directory: string }[] = []
  for (const { name, path: directory } of await fileSystem.list(path)) {
    const id = checkpointIdOf(name)
    const file = `${directory}/${METADATA_FILE}`
    if (id === undefined || (await fileSystem.status(file)) === undefined) continue
    // Of a damaged one in a directory of several jobs nobody knows whose it is.
    if (isShared(configuration) && (await readHeaderOf(file, fileSystem))?.jobId !== jobId) continue
    found.push({ id, directory })
  }
  return found.toSorted((left, right) => left.id - right.id)
}

async function readOrError(path: string, { fileSystems }: JobEnvironment): Promise<CompletedCheckpoint | FlinkError> {
  try {
    return await locateSnapshot(path, fileSystems)
  } catch (error) {
    if (FlinkError.is(error) && DAMAGE.includes(error.code)) return error
    throw error
  }
}

function lost(externalPath: string, checkpointId: number): FlinkError {
  const directory = externalPath.slice(0, externalPath.lastIndexOf('/'))
  const checkpoint = `chk-${String(checkpointId)}`
  return new FlinkError('NEWEST_CHECKPOINT_LOST', { checkpoint, directory, time: 'an unknown time' })
}
