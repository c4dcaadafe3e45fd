import path from 'node:path'
import { CheckpointingOptions } from '../core/config/checkpointing-options.js'
import type { Configuration } from '../core/config/configuration.js'
import { CoreOptions } from '../core/config/core-options.js'
import { HighAvailabilityOptions } from '../core/config/high-availability-options.js'
import { RocksDBOptions } from '../core/config/rocksdb-options.js'
import { SavepointOptions } from '../core/config/savepoint-options.js'
import { directoriesIn } from '../core/fs/directory-list.js'
import { parseFileUri, toFileUri } from '../core/fs/file-path.js'

/** What is read and written again by the next start, which may be made from another directory. */
const LASTING = [
  CheckpointingOptions.CHECKPOINTS_DIRECTORY,
  SavepointOptions.SAVEPOINT_DIRECTORY,
  HighAvailabilityOptions.STORAGE_PATH,
]

const LOCAL = [CoreOptions.TMP_DIRS, RocksDBOptions.LOCAL_DIRECTORIES, CheckpointingOptions.LOCAL_BACKUP_DIRS]

/** FILE_SYSTEM_SCHEME_UNSUPPORTED where one that has to be of this machine is none, before a worker is asked to use it. */
export function checkLocalDirectories(configuration: Configuration): void {
  for (const option of LOCAL) directoriesIn(configuration.get(option))
}

/** Told at the start of a job: a relative directory that the program or the command line names is one that the next start may not find. */
export function relativeDirectories(configuration: Configuration): string[] {
  return LASTING.flatMap((option) => {
    const place = configuration.placeOf(option)
    const text = place === undefined ? undefined : configuration.getString(place.key)
    if (place === undefined || text === undefined || isInFull(text) || isFile(place.where)) return []
    const meant = toFileUri(parseFileUri(text).path)
    return [
      `${place.key} (${place.where}) is '${text}', which is ${meant} as this job was started. Write it in full: started from another directory the job would look elsewhere.`,
    ]
  })
}

function isInFull(text: string): boolean {
  return text.trim() === '' || path.isAbsolute(text) || /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text)
}

/** A configuration file's own directories are told of when it is read. */
function isFile(where: string): boolean {
  return /:\d+$/.test(where)
}
