// Duty: small files beside checkpoints in which a job leaves word for the runs after it, one a job name and kind.
// Invariants: a mark is replaced as a whole, and durable when it has been written or removed; a hint is replaced as a whole,
// and a crash of the machine may take it away or leave an empty file. Only a plain file of sensible size is read.
// Thread: main thread.
import { parentOf } from '../core/fs/file-path.js'
import type { FileSystem } from '../core/fs/file-system.js'
import { publishFile, replaceFileSoon } from '../core/fs/publish-file.js'
import { murmur3x64Of128 } from '../core/hash/murmur3-128.js'
import { makeDurableDirectory } from './snapshot-directory.js'

export type MarkKind = 'ended' | 'completed' | 'newest'

const MAX_SIZE_BYTES = 1_048_576

export function markFileOf(directory: string, kind: MarkKind, jobName: string): string {
  const hash = Buffer.from(murmur3x64Of128(new TextEncoder().encode(jobName))).toString('hex')
  return `${directory}/${prefixOf(kind)}${hash}`
}

export function isMarkFile(fileName: string, kind: MarkKind): boolean {
  return fileName.startsWith(prefixOf(kind)) && /^[0-9a-f]{32}$/.test(fileName.slice(prefixOf(kind).length))
}

function prefixOf(kind: MarkKind): string {
  return `_${kind}-`
}

/** Writes `content` as JSON; the directory is made where it is missing. */
export async function writeMark(file: string, content: object, fileSystem: FileSystem): Promise<void> {
  await makeDurableDirectory(fileSystem, parentOf(file))
  await publishFile(fileSystem, file, bytesOf(content))
}

/** As a mark, without waiting for the disk; the directory is there. */
export async function writeHint(file: string, content: object, fileSystem: FileSystem): Promise<void> {
  await replaceFileSoon(fileSystem, file, bytesOf(content))
}

function bytesOf(content: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(content)}\n`)
}

/** Undefined when there is none; what `unreadable` makes of the reason is thrown where no mark can be read from what is there. */
export async function textOfMark(
  file: string,
  fileSystem: FileSystem,
  unreadable: (reason: string) => Error,
): Promise<string | undefined> {
  const status = await fileSystem.status(file)
  if (status === undefined) return undefined
  if (!status.isPlainFile) throw unreadable('it is no plain file')
  if (status.sizeBytes > MAX_SIZE_BYTES) throw unreadable(`it has ${String(status.sizeBytes)} bytes`)
  return new TextDecoder().decode(await fileSystem.readFile(file))
}

export async function removeMark(file: string, fileSystem: FileSystem): Promise<void> {
  if ((await fileSystem.status(file)) === undefined) return
  await fileSystem.delete(file)
  await fileSystem.syncDirectory(parentOf(file))
}
