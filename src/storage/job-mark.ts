// Duty: small files beside checkpoints in which a job leaves word for the runs after it, one a job name and kind.
// Invariants: a mark is replaced as a whole, and durable when it has been written or removed.
// Thread: main thread.
import type { FileSystem } from '../core/fs/file-system.js'
import { writeDurably } from '../core/fs/write-durably.js'
import { murmur3x64Of128 } from '../core/hash/murmur3-128.js'
import { makeDurableDirectory } from './snapshot-directory.js'

export type MarkKind = 'ended' | 'completed'

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
  const directory = file.slice(0, file.lastIndexOf('/'))
  await makeDurableDirectory(fileSystem, directory)
  await writeDurably(fileSystem, `${file}.part`, new TextEncoder().encode(`${JSON.stringify(content)}\n`))
  await fileSystem.rename(`${file}.part`, file)
  await fileSystem.syncDirectory(directory)
}

export async function removeMark(file: string, fileSystem: FileSystem): Promise<void> {
  if ((await fileSystem.status(file)) === undefined) return
  await fileSystem.delete(file)
  await fileSystem.syncDirectory(file.slice(0, file.lastIndexOf('/')))
}
