// Duty: the bytes of a handle: at once, or in pieces.
// Invariants: of a handle whose CRC32C does not match nothing is given out at once; read in pieces it fails at its end,
// after what was given out. Errors name the file.
// Thread: task workers (restore).
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileReader, FileSystem } from '../core/fs/file-system.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { crc32c } from '../core/memory/crc32c.js'
import type { StreamStateHandle } from './state-handles.js'

type FileHandle = Extract<StreamStateHandle, { readonly kind: 'file' }>

const PIECE_BYTES = 1_048_576

/** All bytes of a handle, verified; SNAPSHOT_CORRUPT names the file when it is missing, cut off or changed. */
export async function readStateHandle(handle: StreamStateHandle, fileSystems: FileSystems): Promise<Uint8Array> {
  if (handle.kind === 'inline') return verifiedInline(handle)
  const { reader, place } = await open(handle, fileSystems)
  try {
    const bytes = await reader.read(handle.offset, handle.lengthBytes)
    return verify(bytes, crc32c(bytes), place, handle.crc32c)
  } finally {
    await reader.close()
  }
}

/** The bytes of a handle in pieces, in their order; SNAPSHOT_CORRUPT as above, at the latest after the last one. */
export async function* readStatePieces(
  handle: StreamStateHandle,
  fileSystems: FileSystems,
): AsyncGenerator<Uint8Array> {
  if (handle.kind === 'inline') {
    yield verifiedInline(handle)
    return
  }
  const { reader, place } = await open(handle, fileSystems)
  try {
    let crc = 0
    for (let at = 0; at < handle.lengthBytes;) {
      const piece = await readPiece(reader, handle.offset + at, Math.min(PIECE_BYTES, handle.lengthBytes - at))
      // Cut off meanwhile: the checksum says so.
      if (piece.length === 0) break
      crc = crc32c(piece, crc)
      at += piece.length
      yield piece
    }
    verify(undefined, crc, place, handle.crc32c)
  } finally {
    await reader.close()
  }
}

/** Some of the bytes that are asked for, and none at the end of the file. */
export function readPiece(reader: FileReader, offset: number, length: number): Promise<Uint8Array> {
  return reader.readSome === undefined ? reader.read(offset, length) : reader.readSome(offset, length)
}

/** A part of a handle. Nothing says whether it is what was written, but that it is there: SNAPSHOT_CORRUPT where it is not. */
export async function readStateRange(
  handle: StreamStateHandle,
  { start, lengthBytes }: { readonly start: number; readonly lengthBytes: number },
  fileSystems: FileSystems,
): Promise<Uint8Array> {
  if (handle.kind === 'inline') return verifiedInline(handle).subarray(start, start + lengthBytes)
  if (lengthBytes === 0) return new Uint8Array(0)
  const { reader, place } = await open(handle, fileSystems)
  try {
    const bytes = await reader.read(handle.offset + start, lengthBytes)
    if (bytes.length === lengthBytes) return bytes
    throw new FlinkError('SNAPSHOT_CORRUPT', { ...place, reason: 'the file is cut off' })
  } finally {
    await reader.close()
  }
}

/** Throws SNAPSHOT_CORRUPT when the bytes of a handle are not what was written. */
export async function verifyStateHandle(handle: StreamStateHandle, fileSystems: FileSystems): Promise<void> {
  const pieces = readStatePieces(handle, fileSystems)
  while ((await pieces.next()).done !== true);
}

/** For errors. */
interface BytePlace {
  readonly file: string
  readonly block: string
}

interface OpenHandle {
  readonly reader: FileReader
  readonly place: BytePlace
}

/** Of a file that is long enough; it must be closed. */
async function open(handle: FileHandle, fileSystems: FileSystems): Promise<OpenHandle> {
  const { fileSystem, path: file } = fileSystems.forUri(handle.uri)
  const end = handle.offset + handle.lengthBytes
  const place = { file, block: `bytes ${String(handle.offset)} to ${String(end)}` }
  const reader = await openFile(fileSystem, place)
  if (end <= reader.sizeBytes) return { reader, place }
  // Before anything is allocated for it: a wrong length is not to cost memory.
  await reader.close()
  const reason = `the file is cut off after ${String(reader.sizeBytes)} bytes`
  throw new FlinkError('SNAPSHOT_CORRUPT', { ...place, reason })
}

async function openFile(fileSystem: FileSystem, place: BytePlace): Promise<FileReader> {
  try {
    return await fileSystem.openForRead(place.file)
  } catch (error) {
    if (!FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
    throw new FlinkError('SNAPSHOT_CORRUPT', { ...place, reason: 'the file is missing' }, { cause: error })
  }
}

function verifiedInline({
  bytes,
  crc32c: expected,
}: Extract<StreamStateHandle, { readonly kind: 'inline' }>): Uint8Array {
  return verify(bytes, crc32c(bytes), { file: '_metadata', block: 'inline state' }, expected)
}

function verify<T>(bytes: T, found: number, place: BytePlace, expected: number): T {
  if (found === expected) return bytes
  throw new FlinkError('SNAPSHOT_CORRUPT', { ...place, reason: 'its checksum does not match' })
}
