// Duty: reads the file of a snapshot's metadata, or of whatever else was named in its place.
// Invariants: nothing but a plain file is opened, and no more than its beginning is read before that says that it is
// metadata: a device, a pipe or a film of some GB costs nothing.
// Thread: main thread.
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileReader, FileSystem } from '../core/fs/file-system.js'
import type { CheckpointMetadata, SnapshotHeader } from './checkpoint-metadata.js'
import { checkFormat, decodeMetadata, readHeader } from './metadata-codec.js'

/** Holds the header, and most metadata whole. */
const BEGINNING_BYTES = 65_536
/** Lengths in the file are of 31 bits. */
const MAX_SIZE_BYTES = 0x7fff_ffff

/** `directoryUri` is where the file lies; undefined when there is none. */
export async function readMetadataFile(
  file: string,
  directoryUri: string,
  fileSystem: FileSystem,
): Promise<CheckpointMetadata | undefined> {
  const bytes = await withBeginning(file, fileSystem, async (beginning, reader) => {
    checkFormat(beginning, file)
    if (reader.sizeBytes === beginning.length) return beginning
    if (reader.sizeBytes <= MAX_SIZE_BYTES) return reader.read(0, reader.sizeBytes)
    const reason = `metadata never have ${String(reader.sizeBytes)} bytes`
    throw new FlinkError('SNAPSHOT_CORRUPT', { file, block: 'its length', reason })
  })
  return bytes === undefined ? undefined : decodeMetadata(bytes, file, directoryUri)
}

/** Whose damaged metadata these are, as far as that can still be read. */
export async function readHeaderOf(file: string, fileSystem: FileSystem): Promise<SnapshotHeader | undefined> {
  if ((await fileSystem.status(file))?.isPlainFile !== true) return undefined
  return withBeginning(file, fileSystem, (beginning) => Promise.resolve(readHeader(beginning)))
}

async function withBeginning<T>(
  file: string,
  fileSystem: FileSystem,
  use: (beginning: Uint8Array, reader: FileReader) => Promise<T>,
): Promise<T | undefined> {
  const status = await fileSystem.status(file)
  if (status === undefined) return undefined
  if (!status.isPlainFile) throw new FlinkError('SNAPSHOT_NOT_A_FILE', { path: file })
  try {
    const reader = await fileSystem.openForRead(file)
    try {
      return await use(await reader.read(0, Math.min(reader.sizeBytes, BEGINNING_BYTES)), reader)
    } finally {
      await reader.close()
    }
  } catch (error) {
    // A job that lives may remove the checkpoint at any moment; what is open of a file elsewhere goes with it.
    if (FlinkError.is(error, 'FILE_NOT_FOUND')) return undefined
    throw error
  }
}
