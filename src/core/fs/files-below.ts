import { FlinkError } from '../errors/flink-error.js'
import type { FileStatus, FileSystem } from './file-system.js'

/**
 * All that is no directory, at any depth, of what others put there as well: a directory below that nobody may look into is left out
 * (`lost+found` of a disk), and one that was reached before, by a link, is not gone into again. FILE_ACCESS_REFUSED for the directory itself:
 * who took it for empty would write over what is there.
 */
export async function filesBelow(fileSystem: FileSystem, directory: string): Promise<FileStatus[]> {
  const found: FileStatus[] = []
  const visited = new Set<string>()
  const waiting = [directory]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const status of await entriesOf(fileSystem, at, visited)) {
      if (status.isDirectory) waiting.push(status.path)
      else found.push(status)
    }
  }
  return found
}

async function entriesOf(fileSystem: FileSystem, directory: string, visited: Set<string>): Promise<FileStatus[]> {
  try {
    const realPath = await fileSystem.realPath(directory)
    if (visited.has(realPath)) return []
    const entries = await fileSystem.list(directory)
    visited.add(realPath)
    return entries
  } catch (error) {
    const isBelow = visited.size > 0
    if ((isBelow && FlinkError.is(error, 'FILE_ACCESS_REFUSED')) || FlinkError.is(error, 'FILE_NOT_FOUND')) return []
    throw error
  }
}
