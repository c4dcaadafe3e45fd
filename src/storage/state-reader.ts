// Duty: the bytes behind a handle.
// Invariants: nothing is given out whose CRC32C does not match; errors name the file.
// Thread: task workers (restore).
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { crc32c } from '../core/memory/crc32c.js'
import type { StreamStateHandle } from './state-handles.js'

/** All bytes of a handle, verified; SNAPSHOT_CORRUPT names the file when it is missing, cut off or changed. */
export async function readStateHandle(handle: StreamStateHandle, fileSystems: FileSystems): Promise<Uint8Array> {
  if (handle.kind === 'inline') return verify(handle.bytes, handle.crc32c, '_metadata', 'inline state')
  const { fileSystem, path } = fileSystems.forUri(handle.uri)
  const block = `bytes ${String(handle.offset)} to ${String(handle.offset + handle.lengthBytes)}`
  const reader = await open()
  try {
    // Before anything is allocated for it: a wrong length is not to cost memory.
    if (handle.offset + handle.lengthBytes > reader.sizeBytes) {
      const reason = `the file is cut off after ${String(reader.sizeBytes)} bytes`
      throw new FlinkError('SNAPSHOT_CORRUPT', { file: path, block, reason })
    }
    return verify(await reader.read(handle.offset, handle.lengthBytes), handle.crc32c, path, block)
  } finally {
    await reader.close()
  }

  async function open(): ReturnType<typeof fileSystem.openForRead> {
    try {
      return await fileSystem.openForRead(path)
    } catch (error) {
      if (!FlinkError.is(error, 'FILE_NOT_FOUND')) throw error
      throw new FlinkError('SNAPSHOT_CORRUPT', { file: path, block, reason: 'the file is missing' }, { cause: error })
    }
  }
}

function verify(bytes: Uint8Array, expected: number, file: string, block: string): Uint8Array {
  if (crc32c(bytes) === expected) return bytes
  throw new FlinkError('SNAPSHOT_CORRUPT', { file, block, reason: 'its checksum does not match' })
}
