// Duty: the processes of jobs begin: that of a job which is submitted, and another one where it has died.
//
// Invariants: a job is recorded before its process begins. A job has one start at a time: from its death until the next process has
// taken it, it is pending here, and nobody judges it.
import type { RunDirectory } from '../../client/run-directory.js'
import type { Configuration, ConfigurationEntries } from '../../core/config/configuration.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { FileSystems } from '../../core/fs/file-systems.js'
import type { Logger } from '../../core/logging/logger.js'
import { startOfProcess } from '../../core/process/process-start.js'
import type { Random } from '../../core/random/random.js'
import type { Clock, TimerHandle } from '../../core/time/clock.js'
import type { SessionSubmission } from '../../rest/session/session-gateway.js'
import { findRecoverableJob } from '../find-recoverable-job.js'
import { askJob } from './ask-job.js'
import { cancelStoredJob } from './cancel-stored-job.js'
import type { JobLauncher, LaunchListener } from './job-launcher.js'
import type { SessionDirectory } from './session-directory.js'
import type { SessionJob } from './session-job.js'
import { signalProcess } from './signal-process.js'

const CANCEL_TIMEOUT_MS = 10_000

export interface JobStartsServices {
  /** With the storage of its jobs. */
  readonly configuration: Configuration
  /** What jobs get of that. */
  readonly jobConfiguration: Configuration
  readonly workingDirectory: string
  readonly runDirectory: RunDirectory
  readonly directory: SessionDirectory
  readonly launcher: JobLauncher
  readonly fileSystems: FileSystems
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** Who knows what becomes of jobs. */
export interface JobStartsListener {
  lookAt(job: SessionJob): Promise<void>
  /** For good, without a process of its own. */
  ended(job: SessionJob, state: string): Promise<void>
}

export class JobStarts {
  readonly #services: JobStartsServices
  readonly #listener: JobStartsListener
  readonly #pending = new Map<string, TimerHandle>()
  #isClosed = false

  constructor(services: JobStartsServices, listener: JobStartsListener) {
    this.#services = services
    this.#listener = listener
  }

  /** Resolves when the job is accepted; rejects with why it is not, and then nothing of it is kept. */
  async first(job: SessionJob, submission: SessionSubmission): Promise<void> {
    const { directory, launcher, workingDirectory } = this.#services
    const { jobId } = job
    const { jobFile, entry, args, workingDirectory: own = workingDirectory } = submission
    const configuration = this.#configurationOf(submission.configuration)
    const launch = { jobId, jobFile, entry, args, workingDirectory: own, configuration }
    try {
      await directory.record(job.record)
      await this.#started(job, () => launcher.launch(launch, this.#listenerFor(job)))
    } catch (error) {
      await directory.forget(jobId)
      throw error
    }
  }

  /** The process of the job has died: in a while there is another one. */
  again(job: SessionJob): void {
    if (this.#isClosed) return
    const { clock, logger } = this.#services
    const delayMs = job.isCancelAsked ? 0 : job.delay.next(clock.monotonicMs() - job.aliveSince)
    logger.warn('the process of a job has died and is started again', { jobId: job.jobId, delayMs })
    const timer = clock.setTimer(delayMs, () => void this.#recover(job))
    this.#pending.set(job.jobId, timer)
  }

  isPending({ jobId }: SessionJob): boolean {
    return this.#pending.has(jobId)
  }

  /**
   * The job has no process now that would hear of it: the next one does, at once, and without one it ends here. One that is not
   * accepted yet ends with its process.
   */
  cancel(job: SessionJob): void {
    job.isCancelAsked = true
    void this.#interruptMain(job)
    const timer = this.#pending.get(job.jobId)
    if (timer === undefined || job.isStarting || this.#isClosed) return
    timer.cancel()
    void this.#recover(job)
  }

  /** A job that has no process, and is to get none, is CANCELED. Never rejects. */
  async cancelForGood(job: SessionJob): Promise<void> {
    const { clock, logger, runDirectory } = this.#services
    const { jobId } = job
    try {
      await cancelStoredJob(jobId, { ...this.#services, sleep: (ms) => this.#pause(ms) })
    } catch (error) {
      logger.error('a job was not cancelled', { jobId, reason: messageOf(error) })
      // Whatever there was of it is gone, and will not come back.
      if (!FlinkError.is(error, 'RECOVERY_JOB_UNKNOWN')) return
    }
    logger.warn('a job without a process was cancelled; its checkpoints stay where they are', { jobId })
    const [overview, now] = [job.overviewWithout('CANCELED'), clock.now()]
    const times = { 'end-time': now, duration: now - overview['start-time'], 'last-modification': now }
    try {
      // Its socket, where nobody has seen yet that its process is dead.
      await runDirectory.succeed(jobId)
      await runDirectory.archive({ ...overview, ...times })
    } catch (error) {
      logger.warn('of a job that was cancelled nothing is kept', { jobId, reason: messageOf(error) })
    }
    await this.#listener.ended(job, 'CANCELED')
  }

  /** Nothing begins any more; what is about to goes on. */
  close(): void {
    this.#isClosed = true
    for (const timer of this.#pending.values()) timer.cancel()
  }

  /** What a job sets counts for more than what the session does, but for where it is kept. */
  #configurationOf(own: ConfigurationEntries): ConfigurationEntries {
    const { jobConfiguration } = this.#services
    const isOfStorage = ([key]: readonly [string, unknown]): boolean => key.startsWith('high-availability')
    const ofSession = jobConfiguration.toEntries()
    const ofStorage = Object.entries(ofSession).filter(isOfStorage)
    const others = Object.entries(own).filter((entry) => !isOfStorage(entry))
    return { ...ofSession, ...Object.fromEntries(others), ...Object.fromEntries(ofStorage) }
  }

  #listenerFor(job: SessionJob): LaunchListener {
    return {
      onSpawn: (pid) => void this.#spawned(job, pid),
      onExit: () => void this.#listener.lookAt(job),
    }
  }

  /** Should this session die before the job is accepted, the next one has to know when its process has ended. */
  async #spawned(job: SessionJob, pid: number): Promise<void> {
    const start = await startOfProcess(pid)
    if (job.phase !== 'submitted' || start === undefined) return
    await this.note(job, { process: { pid, start } })
    if (job.isCancelAsked) await this.#interruptMain(job)
  }

  /** It may never come to its job, and nobody else would find its process. */
  async #interruptMain(job: SessionJob): Promise<void> {
    const { process: begun } = job.record
    if (begun === undefined || (await startOfProcess(begun.pid)) !== begun.start) return
    if (job.phase === 'submitted') signalProcess(begun.pid, 'SIGINT')
  }

  async #started(job: SessionJob, launch: () => ReturnType<JobLauncher['launch']>): Promise<void> {
    const { clock, runDirectory } = this.#services
    const { output } = await launch()
    this.#pending.delete(job.jobId)
    await this.note(job, { process: undefined, output })
    job.entry = (await runDirectory.entryOf(job.jobId)) ?? job.entry
    job.aliveSince = clock.monotonicMs()
    job.phase = 'living'
    await this.#listener.lookAt(job)
    if (job.isCancelAsked) await this.#cancelLiving(job)
  }

  /** The job lives, and is in its storage: that little more could be written down of it, on a full disk say, is no end of it. */
  async note(job: SessionJob, more: Pick<SessionJob['record'], 'process' | 'output' | 'slots'>): Promise<void> {
    job.record = { ...job.record, ...more }
    try {
      await this.#services.directory.record(job.record)
    } catch (error) {
      this.#services.logger.warn('a job is not recorded', { jobId: job.jobId, reason: messageOf(error) })
    }
  }

  /** Never rejects: what does not succeed is tried again later. */
  async #recover(job: SessionJob): Promise<void> {
    const { configuration, launcher, clock, logger, fileSystems } = this.#services
    const { jobId } = job
    job.aliveSince = clock.monotonicMs()
    job.isStarting = true
    try {
      const services = {
        monotonicMs: () => clock.monotonicMs(),
        sleep: (ms: number) => this.#pause(ms),
        tell: (text: string) => {
          logger.info(text, { jobId })
        },
      }
      const start = await findRecoverableJob(jobId, configuration, services, fileSystems)
      if (this.#isClosed) return
      await this.#started(job, () => launcher.launch({ jobId, hasDied: job.hasDied, ...start }, this.#listenerFor(job)))
      logger.info('a job was started again', { jobId })
    } catch (error) {
      logger.error('a job was not started again', { jobId, reason: messageOf(error) })
      if (job.isCancelAsked) await this.cancelForGood(job)
      this.#pending.delete(jobId)
    } finally {
      job.isStarting = false
    }
  }

  async #cancelLiving(job: SessionJob): Promise<void> {
    const { entry, jobId } = job
    if (entry === undefined) return
    const url = `/jobs/${jobId}?mode=cancel`
    try {
      await askJob(entry, { method: 'PATCH', url, body: {} }, CANCEL_TIMEOUT_MS)
      job.isCancelAsked = false
    } catch (error) {
      this.#services.logger.error('a job was not cancelled', { jobId, reason: messageOf(error) })
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#services.clock.setTimer(ms, resolve)
    })
  }
}
