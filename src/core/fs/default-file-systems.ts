import type { FileSystem } from './file-system.js'
import { FileSystems } from './file-systems.js'
import { LocalFileSystem } from './local-file-system.js'
import type { TemporaryFiles } from './temporary-files.js'

/** The file systems of a real process or worker: a further scheme is added here, for all of them. */
export function defaultFileSystems(
  temporaryFiles?: TemporaryFiles,
  local: FileSystem = new LocalFileSystem(),
): FileSystems {
  return new FileSystems(temporaryFiles).register('file', local)
}
