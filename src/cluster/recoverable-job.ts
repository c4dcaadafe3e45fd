import { checkpointsDirectory } from '../core/config/checkpoint-storage-choice.js'
import { Configuration } from '../core/config/configuration.js'
import { HighAvailabilityOptions } from '../core/config/high-availability-options.js'
import { SavepointOptions } from '../core/config/savepoint-options.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { thisProcess } from '../core/process/process-owner.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { FenceName } from '../runtime/jobmanager/highavailability/fence-directory.js'
import { JobHighAvailability } from '../runtime/jobmanager/highavailability/job-high-availability.js'
import type { HighAvailabilityServices } from '../runtime/jobmanager/highavailability/job-high-availability.js'
import type { RecoveryStore } from '../runtime/jobmanager/highavailability/recovery-store.js'
import type { JobEnvironment } from '../runtime/jobmanager/job-environment.js'

/** A job as another process ran it until now. */
export interface RecoveredJob {
  readonly jobId: string
  /** What was seen to be nobody's any more. */
  readonly from: FenceName
  /** Its program is the copy in its entry, which goes with the end of the job. */
  readonly runsCopy: boolean
}

export interface RecoverableJobSettings {
  /** Path of the job file or archive, as a recovery is to find it. */
  readonly jobFile: string
  readonly workingDirectory: string
  readonly recovered: RecoveredJob | undefined
  /** The job takes the place of another one: from which savepoint it starts `startsFrom` says. */
  readonly takesPlace?: boolean
  /** Another process has the job: this one is to end at once, with nothing closed that would write. */
  readonly onFenced: (error: FlinkError) => void
}

type Services = Omit<HighAvailabilityServices, 'jobId' | 'onLost' | 'owner'>

export interface RecoverableJobInput {
  readonly settings: RecoverableJobSettings
  readonly program: ProgramDescriptor
  readonly version: string
  /** Of the process: which storage there is, is nothing that a program decides. */
  readonly services: Services
}

/** The one job of a process that outlives it: stored when it is submitted, or taken from the process that had it. */
export class RecoverableJob {
  readonly #input: RecoverableJobInput
  #job: JobHighAvailability | undefined
  #isSubmitted = false

  constructor(input: RecoverableJobInput) {
    this.#input = input
  }

  /** Of a job that is recovered. */
  get jobId(): string | undefined {
    return this.#input.settings.recovered?.jobId
  }

  get store(): RecoveryStore | undefined {
    return this.#job
  }

  /** Before the program runs: no two processes run it at once. */
  async begin(): Promise<void> {
    const { recovered } = this.#input.settings
    if (recovered === undefined) return
    this.#job = await JobHighAvailability.take(await this.#services(recovered.jobId), recovered.jobId, recovered.from)
  }

  /** RECOVERY_SEVERAL_JOBS: of a second one nobody would know which call of execute() it belongs to. */
  submitted(): void {
    if (this.#isSubmitted) throw new FlinkError('RECOVERY_SEVERAL_JOBS', {})
    this.#isSubmitted = true
  }

  /** What the job runs on: everything that its main thread does to the disk asks whether it is still its process. */
  async open(environment: JobEnvironment): Promise<JobEnvironment> {
    this.#job ??= await this.#create(environment)
    try {
      const checkpoints = checkpointsDirectory(environment.configuration)
      const fileSystems = await this.#job.openFileSystems(checkpoints, environment.fileSystems)
      return { ...environment, fileSystems }
    } catch (error) {
      await this.giveUp()
      throw error
    }
  }

  /** After `open`, of a job that takes the place of another one. Before it nobody recovers the job, which would begin at zero. */
  async startsFrom(savepoint: string): Promise<void> {
    const configuration = Configuration.fromEntries(this.#input.program.configuration)
    configuration.set(SavepointOptions.SAVEPOINT_PATH, savepoint, 'upgrade')
    await this.#job?.store(configuration.toEntries())
  }

  /** After `open`, when the job does not begin: nothing is kept of one that was submitted; a recovered one stays as it is. */
  async giveUp(): Promise<void> {
    if (this.#job?.isRecovery === false) await this.#job.forget()
    else this.close()
  }

  close(): void {
    this.#job?.close()
  }

  async #create({ jobId, jobGraph, clock }: JobEnvironment): Promise<JobHighAvailability> {
    const { settings, program, version } = this.#input
    const { jobFile, workingDirectory } = settings
    const { entry, args, configuration } = program
    const job = {
      jobId,
      jobName: jobGraph.name,
      engineVersion: version,
      submittedAt: clock.now(),
      jobFile,
      entry,
      args,
      configuration,
      workingDirectory,
    }
    const stored = settings.takesPlace === true ? 'later' : 'now'
    return JobHighAvailability.create(await this.#services(jobId), job, stored)
  }

  async #services(jobId: string): Promise<HighAvailabilityServices> {
    const { services, settings } = this.#input
    return { ...services, jobId, owner: await thisProcess(), onLost: settings.onFenced }
  }
}

export function isRecoverable(configuration: Configuration): boolean {
  return configuration.get(HighAvailabilityOptions.MODE) === 'FILESYSTEM'
}
