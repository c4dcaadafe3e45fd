// Duty: several small files in one stream of a snapshot, each with a handle of its own.
// Invariants: the handles are in the order of the files. A stream that is kept in the metadata gives each its own bytes there.
// Thread: the task worker that owns the backend.
import { crc32c } from '../../../../core/memory/crc32c.js'
import type { CheckpointOutputStream } from '../../../../storage/checkpoint-stream-factory.js'
import type { StreamStateHandle } from '../../../../storage/state-handles.js'

/** A stream whose writing fails leaves nothing. */
export async function writtenHandle(
  stream: CheckpointOutputStream,
  write: () => Promise<void>,
): Promise<StreamStateHandle | undefined> {
  try {
    await write()
    return await stream.closeAndGetHandle()
  } catch (error) {
    await stream.abort()
    throw error
  }
}

export async function packFiles(
  files: readonly Uint8Array[],
  stream: CheckpointOutputStream,
): Promise<StreamStateHandle[]> {
  const pack = await writtenHandle(stream, async () => {
    for (const bytes of files) await stream.write(bytes)
  })
  let offset = 0
  return files.map((bytes) => {
    const start = offset
    offset += bytes.length
    const checksum = crc32c(bytes)
    return pack?.kind === 'file'
      ? { kind: 'file', uri: pack.uri, offset: pack.offset + start, lengthBytes: bytes.length, crc32c: checksum }
      : { kind: 'inline', bytes, crc32c: checksum }
  })
}
