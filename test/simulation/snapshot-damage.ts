/**
 * What a crash may leave: the newest checkpoint damaged in one of its files. The next run is given the directory; what it must
 * make of it is known here: the newest checkpoint that does not name the file, or a refusal, never a start at zero.
 */
import { FileSystems } from '../../src/core/fs/file-systems.js'
import type { InMemoryFileSystem } from '../../src/core/fs/in-memory-file-system.js'
import type { Random } from '../../src/core/random/random.js'
import { streamHandlesOf, type CompletedCheckpoint } from '../../src/storage/checkpoint-metadata.js'
import { checkpointIdOf, METADATA_FILE } from '../../src/storage/snapshot-directory.js'
import { locateSnapshot } from '../../src/storage/snapshot-locator.js'

export type DamageKind = 'missing' | 'cut off' | 'flipped'

export interface SnapshotDamage {
  readonly kind: DamageKind
  readonly file: string
  /** What the next run is given after -s. */
  readonly directory: string
  /** Directories of the checkpoints that cannot be used any more; the newest first. */
  readonly unusable: readonly string[]
  /** What the next run must go on from; undefined when it must refuse. */
  readonly expected: CompletedCheckpoint | undefined
  /** How many are newer than that one. */
  readonly rank: number
  apply(): Promise<void>
  repair(): Promise<void>
}

/** For the newest checkpoint of a job; undefined when there is none. */
export async function planDamage(
  disk: InMemoryFileSystem,
  directory: string,
  random: Random,
  known: { isDamaged(directory: string): boolean },
): Promise<SnapshotDamage | undefined> {
  const checkpoints = await completeOnes(disk, directory, (path) => known.isDamaged(path))
  const newest = checkpoints[0]
  if (newest === undefined) return undefined
  const files = filesOf(newest)
  const file = files[random.nextInt(files.length)] ?? ''
  const kinds = ['missing', 'cut off', 'flipped'] as const
  // Without its metadata it is no checkpoint: that is what an unfinished one looks like.
  const kind = kinds[file.endsWith(METADATA_FILE) ? 1 + random.nextInt(2) : random.nextInt(3)] ?? 'flipped'
  const bytes = await disk.readFile(file)
  const damagedBytes = damaged(bytes, kind, random)
  const unusable = checkpoints.filter((checkpoint) => filesOf(checkpoint).includes(file))
  const expected = checkpoints.find((checkpoint) => !unusable.includes(checkpoint))
  return {
    kind,
    file,
    directory,
    unusable: unusable.map(directoryOf),
    expected,
    rank: expected === undefined ? checkpoints.length : checkpoints.indexOf(expected),
    apply: () => damageFile(disk, file, damagedBytes),
    repair: () => damageFile(disk, file, bytes),
  }
}

async function completeOnes(
  disk: InMemoryFileSystem,
  directory: string,
  isDamaged: (path: string) => boolean,
): Promise<CompletedCheckpoint[]> {
  const fileSystems = new FileSystems().register('file', disk)
  const found: CompletedCheckpoint[] = []
  for (const { name, path } of await disk.list(directory)) {
    const isComplete = (await disk.status(`${path}/${METADATA_FILE}`)) !== undefined
    if (checkpointIdOf(name) === undefined || !isComplete || isDamaged(path)) continue
    found.push(await locateSnapshot(path, fileSystems))
  }
  return found.toSorted((left, right) => right.metadata.checkpointId - left.metadata.checkpointId)
}

function filesOf(checkpoint: CompletedCheckpoint): string[] {
  const uris = streamHandlesOf(checkpoint.metadata).flatMap((handle) => (handle.kind === 'file' ? handle.uri : []))
  return [`${directoryOf(checkpoint)}/${METADATA_FILE}`, ...uris.map((uri) => uri.replace('file:', ''))]
}

function directoryOf({ externalPath }: CompletedCheckpoint): string {
  return externalPath.replace('file:', '')
}

function damaged(bytes: Uint8Array, kind: DamageKind, random: Random): Uint8Array | undefined {
  if (kind === 'missing') return undefined
  const at = random.nextInt(bytes.length)
  // A changed version is a newer format, which nobody passes over. A file of state may have no byte after these.
  const changed = at >= 4 && at < 8 && bytes.length > 8 ? 8 : at
  return kind === 'cut off' ? bytes.slice(0, at) : bytes.map((byte, index) => (index === changed ? byte ^ 1 : byte))
}

/** It stays so when the process is killed. */
async function damageFile(disk: InMemoryFileSystem, file: string, bytes: Uint8Array | undefined): Promise<void> {
  if (bytes === undefined) {
    await disk.delete(file)
  } else {
    const writer = await disk.openForWrite(file)
    await writer.write(bytes)
    await writer.sync()
    await writer.close()
  }
  await disk.syncDirectory(file.slice(0, file.lastIndexOf('/')))
}
