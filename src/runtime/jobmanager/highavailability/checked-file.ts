// Duty: small files of JSON from which a job is recovered, each with a checksum of what it says.
// Invariants: replaced as a whole, and durable once written; what does not match its checksum is an error. A directory that is
// not there is never made: it may be gone because another process has taken it.
// Thread: main thread.
import { FlinkError } from '../../../core/errors/flink-error.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { FileSystem } from '../../../core/fs/file-system.js'
import { publishFile } from '../../../core/fs/publish-file.js'
import { crc32c } from '../../../core/memory/crc32c.js'

export type Fields = Readonly<Record<string, unknown>>

export async function writeCheckedFile(file: string, content: object, fileSystem: FileSystem): Promise<void> {
  const text = JSON.stringify(content)
  const bytes = new TextEncoder().encode(`${JSON.stringify({ crc32c: checksumOf(text), content: text })}\n`)
  await publishFile(fileSystem, file, bytes)
}

/** Undefined where there is none; RECOVERY_ENTRY_DAMAGED. */
export async function readCheckedFile(
  file: string,
  jobId: string,
  fileSystem: FileSystem,
): Promise<Fields | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await fileSystem.readFile(file)
  } catch (error) {
    if (FlinkError.is(error, 'FILE_NOT_FOUND')) return undefined
    throw error
  }
  try {
    const { content, crc32c: checksum } = fieldsOf(JSON.parse(new TextDecoder().decode(bytes)))
    if (typeof content === 'string' && checksumOf(content) === checksum) return fieldsOf(JSON.parse(content))
  } catch (error) {
    throw entryDamaged(file, jobId, messageOf(error))
  }
  throw entryDamaged(file, jobId, 'its checksum does not match')
}

export function entryDamaged(path: string, jobId: string, reason: string): FlinkError {
  return new FlinkError('RECOVERY_ENTRY_DAMAGED', { path, jobId, reason })
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function checksumOf(text: string): number {
  return crc32c(new TextEncoder().encode(text))
}
