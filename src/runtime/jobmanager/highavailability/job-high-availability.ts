// Duty: one job that outlives its process: its entry, its fences, and the file systems that ask them.
//
//   first process: program and job.json stored -> fence made -> runs
//   recovery: entry read -> fence taken -> fence of the checkpoints taken -> runs
//
// Invariants: a job that cannot be stored does not begin. From `create` or `take` on the process shows that it lives.
// Thread: main thread.
import type { Configuration, ConfigurationEntries } from '../../../core/config/configuration.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { PART_SUFFIX } from '../../../core/fs/publish-file.js'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { FileSystems } from '../../../core/fs/file-systems.js'
import type { ProcessOwner } from '../../../core/process/process-owner.js'
import type { Random } from '../../../core/random/random.js'
import type { CompletedCheckpoint } from '../../../storage/checkpoint-metadata.js'
import type { EndStatus } from '../../../storage/completed-checkpoint-store.js'
import { writeCheckedFile } from './checked-file.js'
import { readPointer, removePointer, writePointer, type CheckpointPointer } from './checkpoint-pointer.js'
import { CheckpointsFence } from './checkpoints-fence.js'
import type { FenceName } from './fence-directory.js'
import { removeOtherOwners, removeOwner, writeOwner } from './fence-owner.js'
import { FencedFileSystem } from './fenced-file-system.js'
import { JobEntry, PROGRAM_DIRECTORY, RESULT_FILE } from './job-entry.js'
import { BEAT_FILE, JobFence, type JobFenceServices } from './job-fence.js'
import { copyProgram } from './program-copy.js'
import type { RecoveryStore } from './recovery-store.js'
import type { StoredJob } from './stored-job.js'

export interface HighAvailabilityServices extends JobFenceServices {
  /** Which names the storage. */
  readonly configuration: Configuration
  readonly fileSystems: FileSystems
  readonly random: Random
  /** This process. */
  readonly owner: ProcessOwner
}

export class JobHighAvailability implements RecoveryStore {
  readonly isRecovery: boolean
  readonly #services: HighAvailabilityServices
  readonly #entry: JobEntry
  readonly #fence: JobFence
  #checkpoints: CheckpointsFence | undefined
  /** What is not stored yet. */
  #unstored: StoredJob | undefined
  /** Of the checkpoints that this process completed, the one that is written down. */
  #newestId = 0
  /** Never rejects. */
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(services: HighAvailabilityServices, entry: JobEntry, name: FenceName, isRecovery: boolean) {
    this.#services = services
    this.#entry = entry
    this.#fence = new JobFence(entry.fences, name, services)
    this.isRecovery = isRecovery
  }

  /** A job that is submitted now. `later`: nobody can recover it before `store` has said what it starts from. */
  static async create(
    services: HighAvailabilityServices,
    job: Omit<StoredJob, 'program'>,
    stored: 'now' | 'later' = 'now',
  ): Promise<JobHighAvailability> {
    const { configuration, fileSystems, random, owner } = services
    const entry = new JobEntry(job.jobId, configuration, fileSystems)
    const { fileSystem } = entry
    const directory = `${entry.directory}/${PROGRAM_DIRECTORY}`
    await fileSystem.mkdirs(directory)
    const name = { epoch: 1, holder: random.hex(16) }
    const created = new JobHighAvailability(services, entry, name, false)
    try {
      const program = await copyProgram(fileSystems.forUri(job.jobFile), { fileSystem, path: directory })
      await fileSystem.syncDirectory(directory)
      created.#unstored = { ...job, program }
      if (stored === 'now') await created.store(job.configuration)
      await writeOwner(entry.fences, name, owner)
      await entry.fences.make(name)
    } catch (error) {
      // On a disk that is full each start would leave another piece of its program.
      await fileSystem.delete(entry.directory)
      throw error
    }
    return JobHighAvailability.#held(created)
  }

  /** From the process that had it until now; RECOVERY_JOB_LIVES where another one was faster. */
  static async take(services: HighAvailabilityServices, jobId: string, from: FenceName): Promise<JobHighAvailability> {
    const { configuration, fileSystems, random, owner } = services
    const entry = new JobEntry(jobId, configuration, fileSystems)
    const name = { epoch: from.epoch + 1, holder: random.hex(16) }
    await writeOwner(entry.fences, name, owner)
    if (!(await entry.fences.take(from, name))) {
      await removeOwner(entry.fences, name)
      throw new FlinkError('RECOVERY_JOB_LIVES', { jobId, reason: 'another process has just recovered it' })
    }
    // It may have come to its end since it was looked at.
    await entry.holder()
    const taken = new JobHighAvailability(services, entry, name, true)
    await taken.#removeLeftovers()
    return JobHighAvailability.#held(taken)
  }

  static async #held(job: JobHighAvailability): Promise<JobHighAvailability> {
    await job.#fence.keepAlive()
    return job
  }

  /** How the job is started again while it has completed no checkpoint. */
  async store(configuration: ConfigurationEntries): Promise<void> {
    if (this.#unstored !== undefined) await this.#entry.store({ ...this.#unstored, configuration })
    this.#unstored = undefined
  }

  /**
   * The file systems of the job's main thread, made of `fileSystems`: those by the options that its program sets. `checkpoints`:
   * where its checkpoints go, when they go into files. CHECKPOINT_STORAGE_FAILED where they cannot.
   */
  async openFileSystems(
    checkpoints: string | undefined,
    fileSystems: FileSystems = this.#services.fileSystems,
  ): Promise<FileSystems> {
    const { jobId } = this.#services
    const place = checkpoints === undefined ? undefined : fileSystems.forUri(checkpoints)
    // In a store of objects nothing can be moved out of a fence: there the process is asked whether it has the job, before and after.
    const isFenced = place !== undefined && place.fileSystem.isObjectStore !== true
    const fence = isFenced ? new CheckpointsFence(this.#fence, place, jobId) : undefined
    try {
      await fence?.open()
    } catch (error) {
      if (FlinkError.is(error, 'JOB_FENCED')) throw error
      const details = { path: place?.path ?? '', reason: messageOf(error) }
      throw new FlinkError('CHECKPOINT_STORAGE_FAILED', details, { cause: error })
    }
    this.#checkpoints = fence
    return fileSystems.changed((inner) => {
      return new FencedFileSystem(inner, this.#fence, inner === place?.fileSystem ? fence : undefined)
    })
  }

  /** JOB_FENCED where another process has the job: then nothing is there under this one's name, which is no word of the job. */
  async newest(): Promise<CheckpointPointer | undefined> {
    const pointer = await readPointer(this.#fence, this.#entry.jobId, this.#entry.fileSystem)
    if (pointer === undefined) await this.#fence.check()
    return pointer
  }

  /** One after the other, for they write one file. */
  async completed(checkpoint: CompletedCheckpoint): Promise<void> {
    const written = this.#writing.then(() => this.#writeNewest(checkpoint))
    this.#writing = Promise.allSettled([written])
    await written
  }

  async ended(status: EndStatus): Promise<void> {
    const result = { status, timestamp: this.#services.clock.now() }
    const file = `${this.#fence.path}/${RESULT_FILE}`
    await this.#fence.within(() => writeCheckedFile(file, result, this.#entry.fileSystem))
  }

  async cleanUp(): Promise<void> {
    this.close()
    await this.#checkpoints?.remove()
    await removePointer(this.#fence, this.#entry.fileSystem)
    await this.#entry.fileSystem.delete(`${this.#fence.path}/${BEAT_FILE}`)
    await removeOwner(this.#entry.fences, this.#fence.name)
    await this.#entry.removeJob()
  }

  async forget(): Promise<void> {
    this.close()
    // What another process has taken meanwhile is that one's.
    await this.#fence.check()
    await this.#checkpoints?.remove()
    await this.#entry.fileSystem.delete(this.#entry.directory)
  }

  /** This process has nothing to do with the job any more, be that where it is. */
  close(): void {
    this.#fence.close()
  }

  /** Of two that were under way at once the older may be the last to come to its end: what tasks committed since is in the newer. */
  async #writeNewest(checkpoint: CompletedCheckpoint): Promise<void> {
    const { checkpointId } = checkpoint.metadata
    if (checkpointId < this.#newestId) return
    await writePointer(checkpoint, this.#fence, this.#entry.fileSystem)
    this.#newestId = checkpointId
  }

  /** A process that was stopped while it wrote these writes on into what is no file of the fence any more. */
  async #removeLeftovers(): Promise<void> {
    const { fileSystem, fences } = this.#entry
    for (const { name, path } of await fileSystem.list(this.#fence.path)) {
      if (name === BEAT_FILE || name.endsWith(PART_SUFFIX)) await fileSystem.delete(path)
    }
    // Another may have come, which is no earlier one.
    await this.#fence.check()
    await removeOtherOwners(fences, this.#fence.name)
  }
}
