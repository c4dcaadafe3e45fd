import { FlinkError } from '../errors/flink-error.js'
import { parentOf } from './file-path.js'
import type { FileSystem } from './file-system.js'
import { writeDurably } from './write-durably.js'

/** Of what is not whole yet. */
export const PART_SUFFIX = '.part'

export interface Publication {
  /** Where it is written until it is whole; `<file>.part` where it is left out. */
  readonly part?: string
  /** Called once the bytes are on the disk, before they have their name. */
  readonly beforeNamed?: () => Promise<void>
  /** Nobody else may have put a file there: a store of objects refuses that, where a rename replaces it. */
  readonly isNew?: boolean
}

/**
 * Gives a file its content as a whole: whoever reads it finds all of it, or what was there before. Its directory must exist; its name
 * is durable once that is synced. Written beside and renamed; in a store of objects, where a file appears whole, in place.
 */
export async function replaceFile(
  fileSystem: FileSystem,
  file: string,
  bytes: Uint8Array,
  { part = `${file}${PART_SUFFIX}`, beforeNamed, isNew = false }: Publication = {},
): Promise<void> {
  if (fileSystem.isObjectStore === true) {
    await beforeNamed?.()
    await putWhole(fileSystem, file, bytes, isNew)
    return
  }
  await writeDurably(fileSystem, part, bytes)
  await beforeNamed?.()
  await fileSystem.rename(part, file)
}

/** The same, and its name is durable. */
export async function publishFile(fileSystem: FileSystem, file: string, bytes: Uint8Array): Promise<void> {
  await replaceFile(fileSystem, file, bytes)
  await fileSystem.syncDirectory(parentOf(file))
}

/** The same without waiting for the disk: a crash of the machine may take it away, or leave an empty file. */
export async function replaceFileSoon(fileSystem: FileSystem, file: string, bytes: Uint8Array): Promise<void> {
  const place = fileSystem.isObjectStore === true ? file : `${file}${PART_SUFFIX}`
  const writer = await fileSystem.openForWrite(place)
  try {
    await writer.write(bytes)
  } finally {
    await writer.close()
  }
  if (place !== file) await fileSystem.rename(place, file)
}

async function putWhole(fileSystem: FileSystem, path: string, bytes: Uint8Array, isNew: boolean): Promise<void> {
  if (!isNew || fileSystem.createNew === undefined) {
    await writeDurably(fileSystem, path, bytes)
    return
  }
  if (await fileSystem.createNew(path, bytes)) return
  const reason = 'another process has put a file there'
  throw new FlinkError('FILE_ACCESS_REFUSED', { operation: 'create', path, reason })
}
