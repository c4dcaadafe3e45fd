// Duty: remembers beside the checkpoints that a job came to its end, so that a later start does not go back to a checkpoint
// from before it.
// Invariants: one small file a job name, replaced as a whole; what cannot be read counts as an error, not as no mark.
// Thread: main thread.
import { murmur3x64Of128 } from '../core/hash/murmur3-128.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { makeDurableDirectory } from './snapshot-directory.js'

interface EndMark {
  readonly jobName: string
  /** Epoch ms of the end. */
  readonly timestamp: number
}

/** The job of this name has ended and its checkpoints were removed: older ones of that name are history. */
export async function writeEndMark(directory: string, mark: EndMark, fileSystems: FileSystems): Promise<void> {
  const { fileSystem, path } = fileSystems.forUri(directory)
  await makeDurableDirectory(fileSystem, path)
  const file = `${path}/${fileNameOf(mark.jobName)}`
  const writer = await fileSystem.openForWrite(`${file}.part`)
  try {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(mark)}\n`))
    await writer.sync()
  } finally {
    await writer.close()
  }
  await fileSystem.rename(`${file}.part`, file)
  await fileSystem.syncDirectory(path)
}

/** When a job of this name came to its end last; -Infinity when none did. */
export async function lastEndOf(jobName: string, directory: string, fileSystems: FileSystems): Promise<number> {
  const { fileSystem, path } = fileSystems.forUri(directory)
  const file = `${path}/${fileNameOf(jobName)}`
  if ((await fileSystem.status(file)) === undefined) return Number.NEGATIVE_INFINITY
  const { timestamp } = JSON.parse(new TextDecoder().decode(await fileSystem.readFile(file))) as EndMark
  return timestamp
}

function fileNameOf(jobName: string): string {
  return `_ended-${Buffer.from(murmur3x64Of128(new TextEncoder().encode(jobName))).toString('hex')}`
}
