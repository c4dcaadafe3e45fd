// Duty: the jobs of a session: accepted, watched, and started again when their process has died.
//
// Invariants: a job that was accepted is in the session's directory and in the storage of high availability before its user hears of
// it, so that no death of this process loses it. Nobody here decides whether a job may be taken from another process: that does
// the fence of the job (runtime/jobmanager/highavailability), also where two sessions met.
import type { JobDirectoryEntry } from '../../client/job-directory-entry.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { generateJobId } from '../../core/ids/job-id.js'
import { startOfProcess } from '../../core/process/process-start.js'
import type { TimerHandle } from '../../core/time/clock.js'
import type { SessionSubmission } from '../../rest/session/session-gateway.js'
import { grantSlots, noteSlots } from './grant-slots.js'
import type { JarStore } from './jars/jar-store.js'
import { JobStarts, type JobStartsServices } from './job-starts.js'
import { forgetStored, storedEndOf } from './job-storage.js'
import { SessionJob } from './session-job.js'
import type { SlotPool } from './slot-pool.js'

/** A look at a process costs the reading of two small files. */
const LOOK_MS = 500
/** A process ends in a moment whose session died while it began; nobody knows which it was where that died just then. */
const UNSEEN_MS = 3_000
/** See ARCHIVE_LIMIT of the run directory, whose oldest are forgotten at the end of another job. */
const MOST_ENDED = 100

export interface SessionJobsServices extends JobStartsServices {
  readonly slots: SlotPool
  /** What was sent to the session for jobs. */
  readonly programs: Pick<JarStore, 'giveUp' | 'removeEnded'>
}

export class SessionJobs {
  readonly #services: SessionJobsServices
  readonly #jobs = new Map<string, SessionJob>()
  readonly #starts: JobStarts
  /** Jobs whose acceptance is awaited here. */
  readonly #launching = new Map<string, Promise<string>>()
  #openedAt = 0
  #timer: TimerHandle | undefined
  #looking: Promise<void> = Promise.resolve()
  isClosing = false

  constructor(services: SessionJobsServices) {
    this.#services = services
    this.#starts = new JobStarts(services, {
      lookAt: (job) => this.lookAt(job),
      ended: (job, state) => this.#hasEnded(job, state),
    })
  }

  /** Finds the jobs of the session before this one, and goes on to watch. */
  async open(): Promise<void> {
    this.#openedAt = this.#services.clock.monotonicMs()
    const { directory, slots } = this.#services
    for (const record of await directory.records()) {
      this.#jobs.set(record.jobId, new SessionJob(record))
      // Before anybody who waits is given them.
      if (record.slots !== undefined) slots.hold(record.jobId, record.slots)
    }
    await this.#look()
    await this.#tidy(({ programs, clock }) => programs.removeEnded((jobId) => this.#isThere(jobId), clock.now()))
    this.#watchLater()
  }

  all(): readonly SessionJob[] {
    return [...this.#jobs.values()]
  }

  /** JOB_NOT_FOUND. */
  find(jobId: string): SessionJob {
    const job = this.#jobs.get(jobId)
    if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    return job
  }

  /** SESSION_ENDS; and why the program gives no job. */
  async submit(submission: SessionSubmission): Promise<string> {
    const { clock, random } = this.#services
    if (this.isClosing) throw new FlinkError('SESSION_ENDS', {})
    const jobId = submission.jobId ?? generateJobId(random)
    const accepted = this.#launching.get(jobId)
    if (accepted !== undefined) return accepted
    const isKnown = await this.#isKnown(jobId)
    // Whoever submits it at the same moment was faster.
    const launched = this.#launching.get(jobId)
    if (launched !== undefined || isKnown) return launched ?? jobId
    const job = new SessionJob({ jobId, submittedAt: clock.now(), jobFile: submission.jobFile })
    this.#jobs.set(jobId, job)
    const launching = this.#accept(job, submission)
    this.#launching.set(jobId, launching)
    try {
      return await launching
    } finally {
      this.#launching.delete(jobId)
    }
  }

  /** Looks again at a job that did not answer. */
  async lookAt(job: SessionJob): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookAt(job)).then(() => this.#grantSlots())
    await this.#looking
  }

  /** Of a job without a process, or whose process does not say yet that it has the job. */
  cancel(job: SessionJob): void {
    this.#starts.cancel(job)
  }

  /** Of a job that is dead when the session ends: nobody starts it again. Never rejects. */
  cancelForGood(job: SessionJob): Promise<void> {
    return this.#starts.cancelForGood(job)
  }

  /** Nothing is started any more. Jobs that live go on. */
  async close(): Promise<void> {
    this.isClosing = true
    this.#timer?.cancel()
    this.#starts.close()
    await this.#looking
  }

  /** One of an earlier session may have been submitted and not accepted: whether it is there has to be known first. */
  async #isKnown(jobId: string): Promise<boolean> {
    for (let job = this.#jobs.get(jobId); job !== undefined; job = this.#jobs.get(jobId)) {
      if (job.phase !== 'submitted' || this.#launching.has(jobId)) return true
      await this.lookAt(job)
      if (this.#isSubmitted(job)) await this.#pause(LOOK_MS / 5)
    }
    return false
  }

  /** And has not ended. */
  #isThere(jobId: string): boolean {
    return (this.#jobs.get(jobId)?.phase ?? 'ended') !== 'ended'
  }

  /** As it is now: a look may have changed it. */
  #isSubmitted({ phase }: SessionJob): boolean {
    return phase === 'submitted'
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#services.clock.setTimer(ms, resolve)
    })
  }

  async #accept(job: SessionJob, submission: SessionSubmission): Promise<string> {
    const { jobId, jobFile } = job.record
    try {
      await this.#starts.first(job, submission)
    } catch (error) {
      this.#jobs.delete(jobId)
      // It may have had some by then.
      this.#services.slots.release(jobId)
      throw error
    }
    this.#services.logger.info('a job was accepted', { jobId, jobFile })
    return jobId
  }

  #watchLater(): void {
    if (this.isClosing) return
    this.#timer = this.#services.clock.setTimer(LOOK_MS, () => {
      this.#looking = this.#looking.then(() => this.#look())
      void this.#looking.then(() => {
        this.#watchLater()
      })
    })
  }

  async #look(): Promise<void> {
    for (const job of this.#jobs.values()) await this.#lookAt(job)
    await this.#grantSlots()
  }

  /** Never rejects. */
  async #lookAt(job: SessionJob): Promise<void> {
    if (job.phase === 'ended' || (job.phase === 'dead' && this.#starts.isPending(job))) return
    try {
      await this.#judge(job)
    } catch (error) {
      this.#services.logger.error('a job cannot be looked at', { jobId: job.jobId, reason: messageOf(error) })
    }
  }

  async #judge(job: SessionJob): Promise<void> {
    const { runDirectory, configuration, fileSystems, clock } = this.#services
    const entry = await runDirectory.entryOf(job.jobId)
    if (entry !== undefined && (await this.#isAlive(entry))) {
      job.entry = entry
      noteSlots(entry, this.#services.slots)
      // One that an earlier session was starting again when it died has come back without this one.
      if (job.phase === 'dead' || (job.phase === 'submitted' && this.#isOfEarlierSession(job))) {
        job.phase = 'living'
        job.aliveSince = clock.monotonicMs()
      }
      await this.#recordSlots(job)
      return
    }
    if (job.phase === 'submitted' && (!this.#isOfEarlierSession(job) || (await this.#mayBegin(job)))) return
    // Cleans up what the process has left.
    await runDirectory.find(job.jobId)
    job.hasDied = (await runDirectory.archivedJob(job.jobId))?.died !== undefined
    const end = await storedEndOf(job.jobId, configuration, fileSystems)
    if (end === 'unfinished' || (end === 'unreachable' && job.record.output !== undefined)) this.#died(job)
    else if (end === 'unknown' || end === 'unreachable') await this.#lost(job)
    else await this.#hasEnded(job, end)
  }

  /** Both may die, the job and this session: whoever waits is not to have the slots of a job that has to begin anew. */
  async #recordSlots(job: SessionJob): Promise<void> {
    const slots = this.#services.slots.slotsOf(job.jobId)
    if (job.phase !== 'living' || slots === 0 || slots === job.record.slots) return
    await this.#starts.note(job, { slots })
  }

  #grantSlots(): Promise<void> {
    const { slots, logger } = this.#services
    return grantSlots(this.all(), slots, logger)
  }

  /** By its process, where the system tells of it: whoever is connected to loads what it would answer with. */
  async #isAlive({ jobId, pid, processStart }: JobDirectoryEntry): Promise<boolean> {
    if (processStart === undefined) return (await this.#services.runDirectory.find(jobId)) !== undefined
    return (await startOfProcess(pid)) === processStart
  }

  /** Of an earlier session, which died while it was submitted: its process may live, and be about to end. */
  async #mayBegin({ record }: SessionJob): Promise<boolean> {
    const { clock } = this.#services
    // It was accepted.
    if (record.output !== undefined) return false
    if (record.process === undefined) return clock.monotonicMs() - this.#openedAt < UNSEEN_MS
    return (await startOfProcess(record.process.pid)) === record.process.start
  }

  /** Nobody of this process waits for its acceptance. */
  #isOfEarlierSession(job: SessionJob): boolean {
    return !this.#launching.has(job.jobId)
  }

  async #hasEnded(job: SessionJob, state: string): Promise<void> {
    job.phase = 'ended'
    this.#services.slots.release(job.jobId)
    job.endState = state
    this.#services.logger.info('a job has ended', { jobId: job.jobId, state })
    await this.#tidy(({ programs }) => programs.giveUp(job.jobId))
    await this.#tidy(() => this.#forgetOldest())
  }

  /** What cannot be removed is no reason not to go on. */
  async #tidy(remove: (services: SessionJobsServices) => Promise<void>): Promise<void> {
    try {
      await remove(this.#services)
    } catch (error) {
      this.#services.logger.warn('of ended jobs more is kept than is to be', { reason: messageOf(error) })
    }
  }

  /** As many ended jobs are remembered as the run directory archives. */
  async #forgetOldest(): Promise<void> {
    const { runDirectory, directory, configuration, fileSystems } = this.#services
    const ended = [...this.#jobs.values()].filter(({ phase }) => phase === 'ended')
    for (const { jobId } of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) {
      if ((await runDirectory.archivedJob(jobId)) !== undefined) continue
      this.#jobs.delete(jobId)
      await directory.forget(jobId)
      await forgetStored(jobId, configuration, fileSystems)
    }
  }

  /** Nothing is kept of it: it was never accepted, or somebody has removed what was. */
  async #lost(job: SessionJob): Promise<void> {
    const { runDirectory, directory, logger, programs } = this.#services
    if (job.record.output !== undefined) {
      logger.warn('nothing is kept any more of a job that was accepted', { jobId: job.jobId })
    }
    const archived = await runDirectory.archivedJob(job.jobId)
    if (archived !== undefined) {
      await this.#hasEnded(job, archived.state)
      return
    }
    this.#services.slots.release(job.jobId)
    this.#jobs.delete(job.jobId)
    await directory.forget(job.jobId)
    await this.#tidy(() => programs.giveUp(job.jobId))
  }

  #died(job: SessionJob): void {
    if (this.isClosing) return
    job.phase = 'dead'
    this.#starts.again(job)
  }
}
