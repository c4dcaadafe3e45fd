// Duty: says before a job starts whether all state that a snapshot names is there, unchanged.
// Invariants: one rule for every kind of damage: a file that is missing, no plain file, cut off, longer than what is named, or
// changed is SNAPSHOT_CORRUPT with file, block and reason. A shared file may be longer: of what lies together in it, a later
// checkpoint may name a part. A disk that cannot be read is no damage: its error goes on as it is. Files are read in pieces,
// between which the thread does other things.
// Cost: what the disk and crc32c give, some hundred MB/s; reading the state back takes several times as long.
// Thread: main thread.
import path from 'node:path'
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileReader, FileSystem } from '../core/fs/file-system.js'
import { parentOf } from '../core/fs/file-path.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { crc32c } from '../core/memory/crc32c.js'
import { streamHandlesOf, type CheckpointMetadata } from './checkpoint-metadata.js'
import { SHARED_DIRECTORY } from './snapshot-directory.js'
import type { StreamStateHandle } from './state-handles.js'
import { readPiece } from './state-reader.js'

const PIECE_BYTES = 1_048_576
/** Files under way at once: while one piece is summed up others are being read. */
const CONCURRENCY = 4

type FileHandle = Extract<StreamStateHandle, { readonly kind: 'file' }>

/** SNAPSHOT_CORRUPT names the first damage that was found. What `unread` has is not looked at. */
export async function verifyState(
  metadata: CheckpointMetadata,
  fileSystems: FileSystems,
  unread: ReadonlySet<StreamStateHandle> = new Set(),
): Promise<void> {
  const files = new Map<string, FileHandle[]>()
  for (const handle of streamHandlesOf(metadata)) {
    // The bytes of inline state are covered by the checksum of the block that holds them.
    if (handle.kind === 'file' && !unread.has(handle)) files.set(handle.uri, [...(files.get(handle.uri) ?? []), handle])
  }
  const left = files.entries()
  const failures: unknown[] = []
  const verifyNext = async (): Promise<void> => {
    for (const [uri, handles] of left) {
      try {
        await verifyFile(uri, handles, fileSystems)
      } catch (error) {
        failures.push(error)
      }
      if (failures.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, verifyNext))
  if (failures.length > 0) throw failures[0]
}

async function verifyFile(uri: string, handles: readonly FileHandle[], fileSystems: FileSystems): Promise<void> {
  const { fileSystem, path: file } = fileSystems.forUri(uri)
  const endBytes = Math.max(...handles.map(endOf))
  const whole = `bytes 0 to ${String(endBytes)}`
  const status = await fileSystem.status(file)
  if (status === undefined) throw damaged(file, whole, 'it is missing')
  if (!status.isPlainFile) throw damaged(file, whole, 'it is no plain file')
  const { sizeBytes } = status
  if (sizeBytes < endBytes) throw damaged(file, whole, `it is cut off after ${String(sizeBytes)} bytes`)
  const mayBeLonger = path.basename(parentOf(file)) === SHARED_DIRECTORY
  if (sizeBytes > endBytes && !mayBeLonger)
    throw damaged(file, whole, `${String(sizeBytes - endBytes)} bytes follow its end`)
  const reader = await openState(file, whole, fileSystem)
  try {
    for (const handle of handles) await verifyRange(reader, handle, file)
  } finally {
    await reader.close()
  }
}

async function verifyRange(reader: FileReader, handle: FileHandle, file: string): Promise<void> {
  let crc = 0
  for (let at = handle.offset; at < endOf(handle);) {
    const bytes = await readPiece(reader, at, Math.min(PIECE_BYTES, endOf(handle) - at))
    // Cut off meanwhile: the checksum says so.
    if (bytes.length === 0) break
    crc = crc32c(bytes, crc)
    at += bytes.length
  }
  if (crc === handle.crc32c) return
  const block = `bytes ${String(handle.offset)} to ${String(endOf(handle))}`
  throw damaged(file, block, 'its checksum does not match')
}

async function openState(file: string, block: string, fileSystem: FileSystem): Promise<FileReader> {
  try {
    return await fileSystem.openForRead(file)
  } catch (error) {
    if (!FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
    throw new FlinkError('SNAPSHOT_CORRUPT', { file, block, reason: 'it is missing' }, { cause: error })
  }
}

function endOf({ offset, lengthBytes }: FileHandle): number {
  return offset + lengthBytes
}

function damaged(file: string, block: string, reason: string): FlinkError {
  return new FlinkError('SNAPSHOT_CORRUPT', { file, block, reason })
}
