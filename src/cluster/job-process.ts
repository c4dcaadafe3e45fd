import { Configuration } from '../core/config/configuration.js'
import { SessionOptions } from '../core/config/session-options.js'
import { checkKnownOptions } from '../core/config/global-configuration.js'
import { RestOptions } from '../core/config/rest-options.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { asError, messageOf } from '../core/errors/thrown-value.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { generateJobId } from '../core/ids/job-id.js'
import type { Logger } from '../core/logging/logger.js'
import type { Random } from '../core/random/random.js'
import type { Clock, TimerHandle } from '../core/time/clock.js'
import type { ProcessesContext } from '../rest/processes/processes-context.js'
import type { RunDirectory } from '../client/run-directory.js'
import type { JobGraph } from '../graph/job-graph.js'
import { checkpointDirectoryOf } from '../runtime/jobmanager/checkpoint/checkpoint-storage-factory.js'
import { CheckpointRepository } from '../runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { JobMaster, type JobOutcome } from '../runtime/jobmanager/jobmaster/job-master.js'
import { slotCountOf } from '../runtime/jobmanager/scheduler/slot-assignment.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { JobSubmission } from '../runtime/protocol/program-messages.js'
import { checkCachedFiles } from './cached-files-check.js'
import { ClosingStack } from './closing-stack.js'
import { disposeSnapshot } from './dispose-snapshot.js'
import { ControlServer } from './control-server.js'
import { queryableStateMessageOf } from './queryable-states-of.js'
import type { JobEnvironment } from '../runtime/jobmanager/job-environment.js'
import { JobProcessGateway, type HostedJob, type JobStart } from './job-process-gateway.js'
import { maxTaskWorkers, terminateJobThreads, type JobThreads } from './job-threads.js'
import { MetricReporting } from './metric-reporting.js'
import { OptionWarnings } from './option-warnings.js'
import { ProgramEnd } from './program-end.js'
import { answerProgram, resultOf } from './program-requests.js'
import { starterNamingArchive } from './program-archive.js'
import { RecoverableJob, type RecoverableJobSettings } from './recoverable-job.js'
import { checkLocalDirectories } from './relative-directories.js'
import { SlotGate } from './slot-gate.js'
import { notesOfSources } from './source-notes.js'
import type { TakeOver } from './take-over.js'
import { UidWarning } from './uid-warning.js'
import type { WebOrder } from './web-endpoint.js'
import { UnreportedFailures } from './unreported-failures.js'
import { heapSizeMbOf, WorkerThreadStarter } from './worker-thread-starter.js'

/** Time that a program has to return after its jobs were ended from outside. */
const PROGRAM_GRACE_MS = 3000

/** What a JobMaster gets beside its job. */
interface AroundMaster {
  readonly starter: WorkerThreadStarter
  readonly slots: SlotGate | undefined
}

/** What the first job of the program starts from; without a path what its configuration says. */
export interface RestoreSettings {
  readonly path: string | undefined
  readonly allowNonRestoredState: boolean
}

export interface JobProcessListener {
  jobSubmitted(jobId: string): void
  jobEnded(outcome: JobOutcome): void
  warning(text: string): void
  /** No reason to worry. */
  note(text: string): void
}

export interface JobProcessInput {
  readonly program: ProgramDescriptor
  readonly restore: RestoreSettings
  /** Where the first job takes the place of another one, from whose savepoint it starts. */
  readonly takeOver?: TakeOver | undefined
  /** Of its first job, where whoever started it knows it already. */
  readonly jobId?: string | undefined
  /** A session has started it: its first job waits for slots of that. */
  readonly isSupervised?: boolean | undefined
  /** The job is recovered, as its process died without a word. */
  readonly hasDied?: boolean | undefined
  /** For whoever is to start the program again. */
  readonly start: Pick<JobStart, 'jobFile' | 'file' | 'workingDirectory' | 'web'>
  /** Started already; ended with the process of the job. */
  readonly threads: JobThreads
  /** Where the job is to outlive its process. */
  readonly recoverable?: RecoverableJobSettings | undefined
  /** Where its jobs are to be reached over TCP. */
  readonly web?: WebOrder | undefined
  readonly runDirectory: RunDirectory
  readonly version: string
  readonly logDirectory?: string | undefined
  readonly fileSystems: FileSystems
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly listener: JobProcessListener
}

/**
 * This process as the home of a program's jobs: the program worker, a JobMaster for each job, the task workers, and the
 * control server through which other terminals find the jobs. User code never runs on its thread. The fields beyond ten: what
 * came of the program, and how long it is waited for.
 */
export class JobProcess {
  readonly #input: JobProcessInput
  readonly #configuration: Configuration
  readonly #jobs = new Map<string, HostedJob>()
  /** Jobs whose end this process has to report: the program did not ask for it, or it was not the program's own. */
  readonly #unreported = new Set<string>()
  readonly #control: ControlServer
  readonly #optionWarnings: OptionWarnings
  readonly #failures: UnreportedFailures
  readonly #recoverable: RecoverableJob | undefined
  readonly #metrics: MetricReporting
  readonly #programEnd = new ProgramEnd()
  #isEnding = false
  #programGrace: TimerHandle | undefined

  constructor(input: JobProcessInput) {
    this.#input = input
    this.#configuration = Configuration.fromEntries(input.program.configuration)
    const { clock, random, logger, runDirectory, version, logDirectory, fileSystems, web } = input
    const gateway = new JobProcessGateway({
      jobs: this.#jobs,
      clock,
      configuration: this.#configuration,
      start: startOf(input),
      program: () => this.#programEnd.info,
      deleteSnapshot: (path) => disposeSnapshot(path, runDirectory, fileSystems),
    })
    const warn = (text: string): void => {
      input.listener.warning(text)
    }
    const note = (text: string): void => {
      input.listener.note(text)
    }
    this.#metrics = new MetricReporting({ jobs: this.#jobs, clock, logger, version, warn, note })
    this.#failures = new UnreportedFailures(clock, warn)
    this.#optionWarnings = new OptionWarnings(this.#configuration, warn)
    this.#recoverable = this.#recoverableJob()
    const storeDurationMs = this.#configuration.get(RestOptions.ASYNC_STORE_DURATION)
    const services = { gateway, clock, random, logger, runDirectory, version, logDirectory, warn, web }
    this.#control = new ControlServer({ ...services, storeDurationMs, processes: () => this.#openProcesses() })
  }

  /**
   * Resolves when the program has returned and its jobs have ended, with the exit code that it set; rejects with what went
   * wrong first.
   */
  async run(): Promise<number> {
    const { program, threads, runDirectory } = this.#input
    try {
      await runDirectory.prepare()
      await this.#control.openWeb()
      await this.#recoverable?.begin()
      const neverReturns = await threads.program.run(program, {
        submit: (submission) => this.#submit(submission),
        request: (jobId, request) => {
          if (request.kind === 'await-result' && !this.#isEnding) this.#unreported.delete(jobId)
          return answerProgram(this.#control.gateway, this.#jobs.get(jobId), jobId, request)
        },
        resultsNotTaken: (jobId) => {
          this.#warnOfUntaken(jobId)
        },
      })
      await this.#settleJobs()
      if (neverReturns !== undefined) throw neverReturns
      this.#failures.programEnded()
      this.#programEnd.returned()
      return threads.program.exitCode
    } catch (error) {
      this.#failures.programEnded(error)
      this.#programEnd.failed(error)
      throw error
    } finally {
      await this.#close()
    }
  }

  /** Cancels every job of this process; the program then sees its job as cancelled. */
  cancel(): void {
    this.#endJobs((master) => {
      master.cancel()
    })
  }

  /** Ends every job of this process after a last checkpoint where checkpoints are kept; cancels the others. */
  stop(): void {
    this.#endJobs((master) => void master.stop())
  }

  /**
   * Jobs that the program started with executeAsync and did not wait for go on to their end. What a failed job means the
   * program decides; a failure that it never asked about, or an end that the user wanted, is this process's to report.
   */
  async #settleJobs(): Promise<void> {
    const { program } = this.#input.threads
    let settled = -1
    while (settled < this.#jobs.size) {
      settled = this.#jobs.size
      await program.unlessFailed(Promise.all([...this.#jobs.values()].map(({ master }) => master.outcome)))
      await program.heardOfJobs()
    }
    await Promise.all([...this.#unreported].map((jobId) => resultOf(this.#jobs.get(jobId), jobId)))
  }

  #endJobs(end: (master: JobMaster) => void): void {
    this.#isEnding = true
    this.#input.takeOver?.giveUp(canceled('not started'))
    const jobs = [...this.#jobs.values()]
    for (const [jobId, { outcome }] of this.#jobs) if (outcome === undefined) this.#unreported.add(jobId)
    for (const { master } of jobs) end(master)
    void Promise.all(jobs.map(({ master }) => master.outcome)).then(() => {
      this.#endProgram(jobs.length === 0 ? 0 : PROGRAM_GRACE_MS)
    })
  }

  /** The program hears how its jobs ended and may say so; it is not waited for any longer than that. */
  #endProgram(graceMs: number): void {
    const jobId = [...this.#jobs.keys()].at(-1) ?? 'not started'
    this.#programGrace ??= this.#input.clock.setTimer(graceMs, () => {
      void this.#input.threads.program.terminate(new FlinkError('JOB_CANCELED', { jobId }))
    })
  }

  async #submit(submission: JobSubmission): Promise<string> {
    if (this.#isEnding) throw new FlinkError('JOB_CANCELED', { jobId: 'not started' })
    const { random, listener } = this.#input
    const { jobGraph, operatorsWithoutUid } = submission
    this.#recoverable?.submitted()
    const given = this.#jobs.size === 0 ? this.#input.jobId : undefined
    const jobId = this.#recoverable?.jobId ?? given ?? generateJobId(random)
    const unguarded = this.#environmentOf(jobId, jobGraph)
    const { configuration } = unguarded
    // What the program has set; some of it would not be read before the job ends.
    checkKnownOptions(configuration)
    checkLocalDirectories(configuration)
    const checkpoints = checkpointDirectoryOf(unguarded)
    await checkCachedFiles(configuration, unguarded.fileSystems)
    const uids = new UidWarning(operatorsWithoutUid, (text) => {
      listener.warning(text)
    })
    uids.jobStarts(configuration)
    for (const note of notesOfSources(submission.sourcesAtMostOnce, configuration)) listener.note(note)
    this.#optionWarnings.jobStarts(configuration)
    await this.#metrics.jobStarts(configuration)
    const starter = this.#starterFor(configuration)
    const environment = (await this.#recoverable?.open(unguarded)) ?? unguarded
    const slots = this.#slotGateOf(jobGraph, configuration)
    const master = await this.#masterOrGiveUp(environment, submission, { starter, slots })
    const job: HostedJob = { master, jobGraph, configuration, uids, slots, outcome: undefined }
    this.#jobs.set(jobId, job)
    void this.#watch(job, starter)
    try {
      await this.#takePlace(master)
      if (this.#recoverable?.jobId !== undefined) await this.#input.runDirectory.succeed(jobId)
      const startTime = this.#input.clock.now()
      const place = {
        ...(checkpoints !== undefined && { checkpoints }),
        ...(this.#recoverable !== undefined && { isRecoverable: true }),
        ...(slots !== undefined && { slots: slots.slots, waitsForSlots: true }),
      }
      await this.#control.jobStarted({ jobId, name: jobGraph.name, startTime, ...place })
    } catch (error) {
      await master.abandon(asError(error))
      throw error
    }
    // It may wait long for its slots, which whoever has submitted it does not.
    if (slots !== undefined) listener.jobSubmitted(jobId)
    await master.start()
    if (slots === undefined) listener.jobSubmitted(jobId)
    this.#unreported.add(jobId)
    return jobId
  }

  /** Returns when the job in whose place this one comes has left its savepoint. Without one the program gets no other job. */
  async #takePlace(master: JobMaster): Promise<void> {
    const { takeOver } = this.#input
    if (takeOver === undefined) return
    if (this.#jobs.size > 1) {
      // Of a program that does not wait for its first one.
      await takeOver.begun
      return
    }
    await Promise.race([master.preload(), takeOver.begun])
    // What takes time and may fail comes before the old job is stopped.
    await this.#control.open(master.jobId)
    const savepoint = await takeOver.awaitSavepoint()
    await this.#recoverable?.startsFrom(savepoint)
  }

  #recoverableJob(): RecoverableJob | undefined {
    const { recoverable: settings, program, version, fileSystems, clock, random, logger } = this.#input
    if (settings === undefined) return undefined
    const services = { configuration: this.#configuration, fileSystems, clock, random, logger }
    return new RecoverableJob({ settings, program, version, services })
  }

  #environmentOf(jobId: string, jobGraph: JobGraph): JobEnvironment {
    const { clock, random, logger, fileSystems } = this.#input
    const configuration = Configuration.fromEntries(jobGraph.configuration)
    return {
      jobId,
      jobGraph,
      configuration,
      clock,
      random,
      logger,
      fileSystems: fileSystems.configuredBy(configuration),
    }
  }

  /** Of the job that its session knows; whatever else a program runs it runs at its own risk. */
  #slotGateOf(jobGraph: JobGraph, configuration: Configuration): SlotGate | undefined {
    if (this.#input.isSupervised !== true) return undefined
    return new SlotGate(
      slotCountOf(jobGraph),
      this.#input.clock,
      configuration.get(SessionOptions.SLOT_REQUEST_TIMEOUT),
    )
  }

  async #slotsAcquired(jobId: string, slots: SlotGate): Promise<void> {
    await slots.acquired()
    await this.#control.slotsGranted(jobId)
  }

  #warnOfUntaken(jobId: string): void {
    const name = this.#jobs.get(jobId)?.jobGraph.name ?? ''
    this.#input.listener.warning(
      `Job "${name}" (${jobId}) waits for its program to take the results of executeAndCollect, and main has returned without taking them. ` +
        'Go over them before main ends (for await), or close() them; Ctrl-C or `flink-ts cancel` ends the job.',
    )
  }

  /** The threads that wait already, unless the job's own configuration wants others. */
  #starterFor(configuration: Configuration): WorkerThreadStarter {
    const { starter, output } = this.#input.threads
    const heapSizeMb = heapSizeMbOf(configuration)
    return heapSizeMb === starter.heapSizeMb ? starter : new WorkerThreadStarter(heapSizeMb, output)
  }

  /** Until there is a JobMaster nobody else ends what the recoverable job has begun. */
  async #masterOrGiveUp(
    environment: JobEnvironment,
    submission: JobSubmission,
    around: AroundMaster,
  ): Promise<JobMaster> {
    try {
      // On a slow disk that took a while, in which somebody may have lost patience.
      if (this.#isEnding) throw new FlinkError('JOB_CANCELED', { jobId: 'not started' })
      return this.#makeMaster(environment, submission, around)
    } catch (error) {
      await this.#recoverable?.giveUp()
      throw error
    }
  }

  /** For whoever asks about this process for the first time. */
  async #openProcesses(): Promise<ProcessesContext> {
    const { jobProcesses } = await import('./process/job-processes.js')
    const { clock, logDirectory } = this.#input
    return jobProcesses({ jobs: this.#jobs, configuration: this.#configuration, logDirectory, clock })
  }

  #makeMaster(environment: JobEnvironment, submission: JobSubmission, { starter, slots }: AroundMaster): JobMaster {
    const { graphIndex, earlierAnswers } = submission
    const { program, version } = this.#input
    const isFirst = this.#jobs.size === 0
    const takeOver = isFirst ? this.#input.takeOver : undefined
    const restore = isFirst ? restoreOf(this.#input.restore, takeOver) : undefined
    const isJobRunning = (otherId: string): Promise<boolean> => this.#input.runDirectory.isJobRunning(otherId)
    const recovery = this.#recoverable?.store
    const repository = new CheckpointRepository(environment, { restore, isJobRunning, version, recovery })
    return new JobMaster({
      environment,
      program,
      graphIndex,
      earlierAnswers,
      repository,
      starter: starterNamingArchive(starter, program),
      maxWorkers: maxTaskWorkers(),
      tell: (text) => {
        this.#input.listener.warning(text)
      },
      tellFailed: (text) => {
        this.#failures.failed(environment.jobId, text)
      },
      inform: (text) => {
        this.#input.listener.note(text)
      },
      takesPlace: takeOver !== undefined,
      ...(this.#input.hasDied === true && {
        earlierFailure: new FlinkError('SESSION_JOB_DIED', { jobId: environment.jobId }),
      }),
      ...(slots !== undefined && { slotsAcquired: () => this.#slotsAcquired(environment.jobId, slots) }),
      onAllRunning: () => {
        takeOver?.runs(environment.jobId)
      },
      onQueryableStates: (states) => {
        void this.#control.queryableStatesKnown(environment.jobId, states.map(queryableStateMessageOf))
      },
    })
  }

  async #watch(job: HostedJob, starter: WorkerThreadStarter): Promise<void> {
    const outcome = await job.master.outcome
    job.outcome = outcome
    this.#metrics.jobEnded(job)
    // Another job of the program would begin without what the old one had.
    if (this.#input.takeOver?.ended(outcome.error ?? canceled(outcome.jobId)) === true) this.#endJobs(() => undefined)
    await starter.close()
    this.#failures.jobEnded(job.master.jobId)
    this.#input.listener.jobEnded(outcome)
  }

  /** Never rejects: what could not be closed is told, and the job ends as it has ended. */
  async #close(): Promise<void> {
    this.#isEnding = true
    this.#programGrace?.cancel()
    const closing = new ClosingStack((error) => {
      this.#input.listener.warning(messageOf(error))
    })
    closing.push(() => this.#recoverable?.close())
    closing.push(() => this.#control.close())
    closing.push(() => this.#metrics.close())
    closing.push(async () => {
      for (const { master } of this.#jobs.values()) master.cancel()
      await Promise.all([...this.#jobs.values()].map(({ master }) => master.outcome))
    })
    closing.push(() => terminateJobThreads(this.#input.threads))
    await closing.close()
  }
}

function canceled(jobId: string): FlinkError {
  return new FlinkError('JOB_CANCELED', { jobId })
}

/** What the job starts from is there when it begins, and not before. */
function restoreOf(settings: RestoreSettings, takeOver: TakeOver | undefined): RestoreSettings {
  if (takeOver === undefined) return settings
  return {
    ...settings,
    get path() {
      return takeOver.savepoint
    },
  }
}

function startOf({ start, program }: JobProcessInput): JobStart {
  const { entry, args, configuration } = program
  return { ...start, entry: entry ?? null, args, configuration }
}
