import { FlinkError } from '../errors/flink-error.js'
import { parentOf, rootOf } from './file-path.js'
import type { FileSystem } from './file-system.js'

/** The error for a path of input that is not there, with as much of it as there is: most often a name is misspelt, or it began in another directory. */
export async function inputNotFound(fileSystem: FileSystem, path: string): Promise<FlinkError> {
  const root = rootOf(path)
  let found = path
  do found = parentOf(found)
  while (found !== root && (await fileSystem.status(found)) === undefined)
  return new FlinkError('INPUT_NOT_FOUND', { path, found })
}
