// Duty: the program of a job, copied into its entry, and the place from which a recovery runs it.
// Invariants: a recovery runs a job file of the bytes with which the job was submitted, or none. An archive is whole in its copy.
// Of a module the imports lie beside it, as they are by then, so it runs where it lay as long as it is unchanged there; else its
// copy runs, which finds `flink-ts` and nothing that lay beside the module.
// Thread: main thread.
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { FileSystem } from '../../../core/fs/file-system.js'
import type { LocatedFile } from '../../../core/fs/file-systems.js'
import { entryDamaged } from './checked-file.js'
import type { StoredProgram } from './stored-job.js'

const PIECE_BYTES = 1_048_576

/** Into a directory that is there; durable but for the entry of the file. */
export async function copyProgram(
  { fileSystem: from, path: file }: LocatedFile,
  { fileSystem: to, path: directory }: LocatedFile,
): Promise<StoredProgram> {
  const name = path.basename(file)
  const hash = createHash('sha256')
  const writer = await to.openForWrite(`${directory}/${name}`)
  let sizeBytes = 0
  try {
    for await (const bytes of piecesOf(from, file)) {
      hash.update(bytes)
      sizeBytes += bytes.length
      await writer.write(bytes)
    }
    await writer.sync()
  } finally {
    await writer.close()
  }
  return { file: name, sizeBytes, sha256: hash.digest('hex') }
}

/** Whether there is a file of these bytes. */
export async function isUnchanged(
  { fileSystem, path: file }: LocatedFile,
  { sizeBytes, sha256 }: StoredProgram,
): Promise<boolean> {
  const status = await fileSystem.status(file)
  if (status?.isPlainFile !== true || status.sizeBytes !== sizeBytes) return false
  const hash = createHash('sha256')
  for await (const bytes of piecesOf(fileSystem, file)) hash.update(bytes)
  return hash.digest('hex') === sha256
}

/** RECOVERY_ENTRY_DAMAGED where the copy is not what was copied. */
export async function checkCopy(copy: LocatedFile, program: StoredProgram, jobId: string): Promise<void> {
  if (await isUnchanged(copy, program)) return
  throw entryDamaged(copy.path, jobId, 'it is missing, or its bytes are not those of the program that was submitted')
}

async function* piecesOf(fileSystem: FileSystem, file: string): AsyncGenerator<Uint8Array> {
  const reader = await fileSystem.openForRead(file)
  try {
    for (let at = 0; at < reader.sizeBytes;) {
      const bytes = await reader.read(at, PIECE_BYTES)
      if (bytes.length === 0) return
      yield bytes
      at += bytes.length
    }
  } finally {
    await reader.close()
  }
}
