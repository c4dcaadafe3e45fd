import type { FileSystem } from './file-system.js'

/** Writes a whole file and syncs it. Its entry is durable once its directory is synced, after it was renamed into place. */
export async function writeDurably(fileSystem: FileSystem, file: string, bytes: Uint8Array): Promise<void> {
  const writer = await fileSystem.openForWrite(file)
  try {
    await writer.write(bytes)
    await writer.sync()
  } finally {
    await writer.close()
  }
}
