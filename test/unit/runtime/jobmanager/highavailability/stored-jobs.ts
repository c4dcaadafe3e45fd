/** A job in the storage of high availability on a disk in memory, or another, and the processes that have it one after the other. */
import { Configuration } from '../../../../../src/core/config/configuration.js'
import type { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import type { FileSystem } from '../../../../../src/core/fs/file-system.js'
import { FileSystems } from '../../../../../src/core/fs/file-systems.js'
import type { InMemoryFileSystem } from '../../../../../src/core/fs/in-memory-file-system.js'
import { SILENT_LOGGER } from '../../../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../../../src/core/time/manual-clock.js'
import { JobEntry } from '../../../../../src/runtime/jobmanager/highavailability/job-entry.js'
import {
  JobHighAvailability,
  type HighAvailabilityServices,
} from '../../../../../src/runtime/jobmanager/highavailability/job-high-availability.js'

export const JOB: string = 'a'.repeat(32)
export const ENTRY: string = `/ha/default/${JOB}`
export const STORAGE = { 'high-availability.storageDir': 'file:///ha' }

export class StoredJobs<Disk extends FileSystem = InMemoryFileSystem> {
  readonly disk: Disk
  readonly losses: FlinkError[] = []
  #processes = 0

  constructor(disk: Disk) {
    this.disk = disk
  }

  /** `fileSystem`: as this process sees the disk. */
  services(fileSystem: FileSystem = this.disk): HighAvailabilityServices {
    this.#processes += 1
    return {
      jobId: JOB,
      configuration: Configuration.fromMap(STORAGE),
      fileSystems: new FileSystems().register('file', fileSystem),
      clock: new ManualClock(1000),
      random: new SeededRandom(this.#processes),
      logger: SILENT_LOGGER,
      owner: { host: 'box', pid: this.#processes },
      onLost: (error) => this.losses.push(error),
    }
  }

  get entry(): JobEntry {
    return new JobEntry(JOB, Configuration.fromMap(STORAGE), new FileSystems().register('file', this.disk))
  }

  async submitted(fileSystem: FileSystem = this.disk): Promise<JobHighAvailability> {
    await this.disk.mkdirs('/programs')
    await this.write('/programs/job.mjs', 'export default () => undefined\n')
    return JobHighAvailability.create(this.services(fileSystem), {
      jobId: JOB,
      jobName: 'totals',
      engineVersion: '1.2.3',
      submittedAt: 1000,
      jobFile: '/programs/job.mjs',
      entry: undefined,
      args: ['--input', 'words.txt'],
      configuration: { 'parallelism.default': '2' },
      workingDirectory: '/home/user',
    })
  }

  async recovered(): Promise<JobHighAvailability> {
    return JobHighAvailability.take(this.services(), JOB, await this.entry.holder())
  }

  async write(file: string, text: string): Promise<void> {
    const writer = await this.disk.openForWrite(file)
    await writer.write(new TextEncoder().encode(text))
    await writer.sync()
    await writer.close()
  }

  async filesIn(directory: string): Promise<string[]> {
    const entries = await this.disk.list(directory)
    const names = await Promise.all(
      entries.map(async ({ path, isDirectory }) =>
        isDirectory ? [`${path}/`, ...(await this.filesIn(path))] : [path],
      ),
    )
    return names.flat()
  }
}
