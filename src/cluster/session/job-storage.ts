import { HighAvailabilityOptions } from '../../core/config/high-availability-options.js'
import type { Configuration } from '../../core/config/configuration.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import { toFileUri } from '../../core/fs/file-path.js'
import { JobEntry } from '../../runtime/jobmanager/highavailability/job-entry.js'

/** Where an option is from that each job of a session has. */
const ORIGIN = 'the session cluster'

/** Jobs of a session outlive their processes: where they are kept, unless their user has said where. */
export function withJobStorage(configuration: Configuration, directory: string): Configuration {
  const { MODE, STORAGE_PATH } = HighAvailabilityOptions
  const stored = configuration.clone()
  stored.set(MODE, 'FILESYSTEM', ORIGIN)
  if (configuration.get(STORAGE_PATH) === undefined) stored.set(STORAGE_PATH, toFileUri(directory), ORIGIN)
  return stored
}

/**
 * `unfinished`: it can be recovered. `unknown`: nothing is kept of it. `unreachable`: nothing is there in which jobs of the user's own
 * directory are kept, such as a disk that is not mounted (yet). Else how it ended.
 */
export type StoredEnd = 'unfinished' | 'unknown' | 'unreachable' | 'FINISHED' | 'CANCELED' | 'FAILED'

/** Nothing is kept any more of a job that has ended. */
export async function forgetStored(
  jobId: string,
  configuration: Configuration,
  fileSystems: FileSystems,
): Promise<void> {
  const { fileSystem, directory } = new JobEntry(jobId, configuration, fileSystems)
  await fileSystem.delete(directory)
}

/** How far a job has come by what is kept of it. */
export async function storedEndOf(
  jobId: string,
  configuration: Configuration,
  fileSystems: FileSystems,
): Promise<StoredEnd> {
  const entry = new JobEntry(jobId, configuration, fileSystems)
  try {
    await entry.holder()
    return 'unfinished'
  } catch (error) {
    if (FlinkError.is(error, 'RECOVERY_JOB_UNKNOWN')) {
      return isOfSession(configuration) || (await entry.isStorageThere()) ? 'unknown' : 'unreachable'
    }
    if (!FlinkError.is(error, 'RECOVERY_JOB_ENDED')) throw error
    return String(error.details['status']) as StoredEnd
  }
}

function isOfSession(configuration: Configuration): boolean {
  return configuration.placeOf(HighAvailabilityOptions.STORAGE_PATH)?.where === ORIGIN
}
