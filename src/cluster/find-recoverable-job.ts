import { HighAvailabilityOptions } from '../core/config/high-availability-options.js'
import { ClientOptions } from '../core/config/client-options.js'
import { Configuration, type ConfigurationEntries } from '../core/config/configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { defaultFileSystems } from '../filesystems/default-file-systems.js'
import { parseFileUri, toFileUri } from '../core/fs/file-path.js'
import type { FileSystems, LocatedFile } from '../core/fs/file-systems.js'
import { thisProcess } from '../core/process/process-owner.js'
import { JobEntry } from '../runtime/jobmanager/highavailability/job-entry.js'
import { awaitOwnerGone, type OwnerWatchServices } from '../runtime/jobmanager/highavailability/owner-watch.js'
import { checkCopy, isUnchanged } from '../runtime/jobmanager/highavailability/program-copy.js'
import type { StoredJob } from '../runtime/jobmanager/highavailability/stored-job.js'
import type { RecoveredJob } from './recoverable-job.js'

/** How a job is started again: as it was first, but for where its program lies. */
export interface RecoverableStart {
  readonly recovered: RecoveredJob
  readonly jobFile: string
  readonly entry: string | undefined
  readonly args: readonly string[]
  readonly configuration: ConfigurationEntries
  readonly workingDirectory: string
}

/** Where an option is from that a recovered job has because it is recoverable. */
export const RECOVERY_ORIGIN = 'run --recover'

/**
 * What the storage that `configuration` names has of a job, when no process has it any more. RECOVERY_STORAGE_MISSING,
 * RECOVERY_JOB_UNKNOWN, RECOVERY_JOB_ENDED, RECOVERY_JOB_LIVES, RECOVERY_ENTRY_DAMAGED.
 */
export async function findRecoverableJob(
  jobId: string,
  configuration: Configuration,
  services: Omit<OwnerWatchServices, 'asker'>,
  fileSystems: FileSystems = defaultFileSystems(configuration),
): Promise<RecoverableStart> {
  const entry = new JobEntry(jobId, configuration, fileSystems)
  const from = await entry.holder()
  const job = await entry.storedJob()
  const asker = await thisProcess()
  await awaitOwnerGone(entry, from, configuration.get(ClientOptions.CLIENT_TIMEOUT), { ...services, asker })
  const jobFile = await programOf(job, entry, fileSystems, services.tell)
  const { entry: exported, args, workingDirectory } = job
  const stored = storedConfiguration(job, configuration)
  const recovered = { jobId, from, runsCopy: jobFile !== job.jobFile }
  return { recovered, jobFile, entry: exported, args, configuration: stored, workingDirectory }
}

async function programOf(
  { jobFile, program, jobId }: StoredJob,
  entry: JobEntry,
  fileSystems: FileSystems,
  tell: (text: string) => void,
): Promise<string> {
  if (await isReadable(fileSystems.forUri(jobFile), program)) return jobFile
  const copy = entry.programFile(program)
  await checkCopy({ fileSystem: entry.fileSystem, path: copy }, program, jobId)
  tell(`${jobFile} is not what it was when the job was submitted: the copy of its program runs, ${copy}.`)
  return copy
}

/** As it was submitted. Who recovers the job may be another user than who submitted it, and can read the copy. */
async function isReadable(file: LocatedFile, program: StoredJob['program']): Promise<boolean> {
  try {
    return await isUnchanged(file, program)
  } catch (error) {
    if (FlinkError.is(error, 'FILE_ACCESS_REFUSED')) return false
    throw error
  }
}

/** Where the storage is the one who recovers the job knows better: it may be mounted elsewhere by now. */
function storedConfiguration(job: StoredJob, asked: Configuration): ConfigurationEntries {
  const configuration = Configuration.fromEntries(job.configuration)
  const { MODE, STORAGE_PATH, CLUSTER_ID } = HighAvailabilityOptions
  const directory = asked.get(STORAGE_PATH)
  configuration.set(MODE, 'FILESYSTEM', RECOVERY_ORIGIN)
  if (directory !== undefined) configuration.set(STORAGE_PATH, inFull(directory), RECOVERY_ORIGIN)
  configuration.set(CLUSTER_ID, asked.get(CLUSTER_ID), RECOVERY_ORIGIN)
  return configuration.toEntries()
}

/** The job runs in the directory in which it was started first. */
function inFull(directory: string): string {
  const { scheme, path } = parseFileUri(directory)
  return scheme === 'file' ? toFileUri(path) : directory
}
