// Duty: the directory of one job in the storage of high availability, `<storageDir>/<cluster-id>/<jobId>/`:
//
//   job.json                     how it was started            process-<holder>.json   which process has it
//   program/<file>               a copy of its program         owner-<epoch>-<holder>/ the fence; in it what only its holder
//                                                                                       may say: checkpoint.json, result.json
//
// Invariants: there is a job from the moment at which its fence is there, and it has ended when there is a result in it.
// Thread: main thread.
import { HighAvailabilityOptions } from '../../../core/config/high-availability-options.js'
import type { Configuration } from '../../../core/config/configuration.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { FileSystem } from '../../../core/fs/file-system.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import { entryDamaged, readCheckedFile, writeCheckedFile } from './checked-file.js'
import { FenceDirectory, type FenceName } from './fence-directory.js'
import { FencesInStore } from './fences-in-store.js'
import { storedJobOf, type StoredJob } from './stored-job.js'

export const RESULT_FILE = 'result.json'
export const PROGRAM_DIRECTORY = 'program'
const JOB_FILE = 'job.json'
const FENCE_PREFIX = 'owner-'

/** How a job came to its end for good. */
export interface JobResultMark {
  readonly status: 'FINISHED' | 'CANCELED' | 'FAILED'
  /** Epoch ms. */
  readonly timestamp: number
}

export class JobEntry {
  readonly jobId: string
  readonly fileSystem: FileSystem
  readonly directory: string
  readonly fences: FenceDirectory
  /** In which the jobs of the cluster are. */
  readonly #parent: string

  /** RECOVERY_STORAGE_MISSING where the configuration names no directory. */
  constructor(jobId: string, configuration: Configuration, fileSystems: FileSystems) {
    const { fileSystem, path } = fileSystems.forUri(storageDirectoryOf(configuration))
    this.jobId = jobId
    this.#parent = [path, ...clusterOf(configuration)].join('/')
    this.directory = `${this.#parent}/${jobId}`
    this.fileSystem =
      fileSystem.isObjectStore === true
        ? new FencesInStore(fileSystem, this.directory, FENCE_PREFIX, fileSystems.random)
        : fileSystem
    this.fences = new FenceDirectory(this.fileSystem, this.directory, FENCE_PREFIX)
  }

  /** Who has the job; RECOVERY_JOB_UNKNOWN, RECOVERY_JOB_ENDED. */
  async holder(): Promise<FenceName> {
    const [newest] = await this.fences.names()
    if (newest === undefined) throw this.#unknown(await this.#whyUnknown())
    const result = await this.#resultIn(this.fences.pathOf(newest))
    if (result === undefined) return newest
    const time = new Date(result.timestamp).toISOString()
    throw new FlinkError('RECOVERY_JOB_ENDED', { jobId: this.jobId, time, status: result.status })
  }

  /** RECOVERY_ENTRY_DAMAGED. */
  async storedJob(): Promise<StoredJob> {
    const file = `${this.directory}/${JOB_FILE}`
    const fields = await readCheckedFile(file, this.jobId, this.fileSystem)
    if (fields === undefined) throw entryDamaged(file, this.jobId, 'it is missing')
    return storedJobOf(fields, file, this.jobId)
  }

  async store(job: StoredJob): Promise<void> {
    await writeCheckedFile(`${this.directory}/${JOB_FILE}`, job, this.fileSystem)
  }

  programFile({ file }: StoredJob['program']): string {
    return `${this.directory}/${PROGRAM_DIRECTORY}/${file}`
  }

  /** All that a start needs; the result stays. */
  async removeJob(): Promise<void> {
    await this.fileSystem.delete(`${this.directory}/${JOB_FILE}`)
    await this.fileSystem.delete(`${this.directory}/${PROGRAM_DIRECTORY}`)
  }

  async #resultIn(fence: string): Promise<JobResultMark | undefined> {
    const file = `${fence}/${RESULT_FILE}`
    const fields = await readCheckedFile(file, this.jobId, this.fileSystem)
    if (fields === undefined) return undefined
    const { status, timestamp } = fields
    const known = (['FINISHED', 'CANCELED', 'FAILED'] as const).find((each) => each === status)
    if (known === undefined || typeof timestamp !== 'number') {
      throw entryDamaged(file, this.jobId, 'it does not say how the job ended')
    }
    return { status: known, timestamp }
  }

  /** Whether there is anything in which jobs of the cluster could be. */
  async isStorageThere(): Promise<boolean> {
    return (await this.fileSystem.status(this.#parent)) !== undefined
  }

  async #whyUnknown(): Promise<string> {
    if (!(await this.isStorageThere())) return 'the directory is not there'
    return 'it holds nothing of that job'
  }

  #unknown(reason: string): FlinkError {
    return new FlinkError('RECOVERY_JOB_UNKNOWN', { jobId: this.jobId, directory: this.#parent, reason })
  }
}

function storageDirectoryOf(configuration: Configuration): string {
  const directory = configuration.get(HighAvailabilityOptions.STORAGE_PATH)
  if (directory === undefined) throw new FlinkError('RECOVERY_STORAGE_MISSING', {})
  return directory
}

/** `/default` is Flink's way to write it. */
function clusterOf(configuration: Configuration): string[] {
  const value = configuration.get(HighAvailabilityOptions.CLUSTER_ID)
  const parts = value.split('/').filter((part) => part !== '')
  if (parts.length > 0 && !parts.some((part) => part === '.' || part === '..')) return parts
  const option = HighAvailabilityOptions.CLUSTER_ID
  const { key = option.key, where = 'its default' } = configuration.placeOf(option) ?? {}
  throw new FlinkError('CONFIG_VALUE_INVALID', { value, key, where, reason: 'It is the name of a directory.' })
}
