import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import { errnoOf } from './errno.js'

/**
 * Makes a directory and what is missing above it; returns the topmost one that had to be made. The only way in which the
 * engine makes directories: Node's own recursive mkdir never ends where a directory is there but takes no entries, as
 * /proc, and hides why a parent could not be made. `mode` is for every directory that is made.
 */
export async function makeDirectories(directory: string, mode?: number): Promise<string | undefined> {
  if (await isThere(directory)) return undefined
  const parent = path.dirname(directory)
  const firstMade = parent === directory ? undefined : await makeDirectories(parent, mode)
  try {
    await mkdir(directory, { mode })
    return firstMade ?? directory
  } catch (error) {
    // Another thread was faster.
    if (errnoOf(error) === 'EEXIST' && (await isThere(directory))) return firstMade
    if (errnoOf(error) !== 'ENOENT') throw error
    const reason = `${parent} takes no new entries`
    throw new FlinkError('FILE_ACCESS_REFUSED', { path: directory, operation: 'create', reason }, { cause: error })
  }
}

async function isThere(directory: string): Promise<boolean> {
  try {
    if ((await stat(directory)).isDirectory()) return true
  } catch (error) {
    // A path below a file (ENOTDIR) is no directory either: the recursion comes to that file and says so.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false
    throw error
  }
  const reason = 'a file of that name is in the way'
  throw new FlinkError('FILE_ACCESS_REFUSED', { path: directory, operation: 'create', reason })
}
