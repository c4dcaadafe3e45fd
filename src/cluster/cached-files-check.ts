import { cachedFilesOf } from '../core/config/cached-files.js'
import type { Configuration } from '../core/config/configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { FileSystems } from '../core/fs/file-systems.js'

/** What functions are to find in the distributed cache has to be there before any of them runs; else CACHED_FILE_NOT_FOUND. */
export async function checkCachedFiles(configuration: Configuration, fileSystems: FileSystems): Promise<void> {
  for (const { name, path } of cachedFilesOf(configuration)) {
    const located = fileSystems.forUri(path)
    const status = await located.fileSystem.status(located.path)
    if (status === undefined) throw new FlinkError('CACHED_FILE_NOT_FOUND', { name, path: located.path })
  }
}
