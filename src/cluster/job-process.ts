import { Configuration } from '../core/config/configuration.js'
import { checkKnownOptions } from '../core/config/global-configuration.js'
import { warningsOfKeys } from '../core/config/key-warnings.js'
import { warningsOfOptionsWithoutEffect } from '../core/config/options-without-effect.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { asError, messageOf } from '../core/errors/thrown-value.js'
import type { FileSystems } from '../core/fs/file-systems.js'
import { generateJobId } from '../core/ids/job-id.js'
import type { Logger } from '../core/logging/logger.js'
import type { Random } from '../core/random/random.js'
import type { Clock, TimerHandle } from '../core/time/clock.js'
import type { JobResultData } from '../api/environment/pipeline-executor.js'
import type { RunDirectory } from '../client/run-directory.js'
import type { JobGraph } from '../graph/job-graph.js'
import { checkpointDirectoryOf } from '../runtime/jobmanager/checkpoint/checkpoint-storage-factory.js'
import { CheckpointRepository } from '../runtime/jobmanager/checkpoint/checkpoint-repository.js'
import { JobMaster, type JobOutcome } from '../runtime/jobmanager/jobmaster/job-master.js'
import type { ProgramDescriptor } from '../runtime/protocol/program-descriptor.js'
import type { JobRequest } from '../runtime/protocol/program-answers.js'
import type { JobSubmission } from '../runtime/protocol/program-messages.js'
import { checkCachedFiles } from './cached-files-check.js'
import { ClosingStack } from './closing-stack.js'
import { disposeSnapshot } from './dispose-snapshot.js'
import { ControlServer } from './control-server.js'
import { queryableStateMessageOf } from './queryable-states-of.js'
import type { JobEnvironment } from '../runtime/jobmanager/job-environment.js'
import { JobProcessGateway, type HostedJob } from './job-process-gateway.js'
import { maxTaskWorkers, terminateJobThreads, type JobThreads } from './job-threads.js'
import { starterNamingArchive } from './program-archive.js'
import { checkLocalDirectories, relativeDirectories } from './relative-directories.js'
import { notesOfSources } from './source-notes.js'
import { UidWarning } from './uid-warning.js'
import { UnreportedFailures } from './unreported-failures.js'
import { heapSizeMbOf, WorkerThreadStarter } from './worker-thread-starter.js'

/** Time that a program has to return after its jobs were ended from outside. */
const PROGRAM_GRACE_MS = 3000

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
  /** Started already; ended with the process of the job. */
  readonly threads: JobThreads
  readonly runDirectory: RunDirectory
  readonly version: string
  readonly fileSystems: FileSystems
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly listener: JobProcessListener
}

/**
 * This process as the home of a program's jobs: the program worker, a JobMaster for each job, the task workers, and the
 * control server through which other terminals find the jobs. User code never runs on its thread.
 */
export class JobProcess {
  readonly #input: JobProcessInput
  readonly #configuration: Configuration
  readonly #jobs = new Map<string, HostedJob>()
  /** Jobs whose end this process has to report: the program did not ask for it, or it was not the program's own. */
  readonly #unreported = new Set<string>()
  readonly #control: ControlServer
  /** Options without effect of which this process has warned. */
  readonly #warnedOptions = new Set<string>()
  readonly #failures: UnreportedFailures
  #isEnding = false
  #programGrace: TimerHandle | undefined

  constructor(input: JobProcessInput) {
    this.#input = input
    this.#configuration = Configuration.fromEntries(input.program.configuration)
    const { clock, random, logger, runDirectory, version, fileSystems } = input
    const gateway = new JobProcessGateway({
      jobs: this.#jobs,
      clock,
      configuration: this.#configuration,
      deleteSnapshot: (path) => disposeSnapshot(path, runDirectory, fileSystems),
    })
    const warn = (text: string): void => {
      input.listener.warning(text)
    }
    this.#failures = new UnreportedFailures(clock, warn)
    this.#control = new ControlServer({ gateway, clock, random, logger, runDirectory, version, warn })
  }

  /**
   * Resolves when the program has returned and its jobs have ended, with the exit code that it set; rejects with what went
   * wrong first.
   */
  async run(): Promise<number> {
    const { program, threads, runDirectory } = this.#input
    try {
      await runDirectory.prepare()
      const neverReturns = await threads.program.run(program, {
        submit: (submission) => this.#submit(submission),
        request: (jobId, request) => this.#request(jobId, request),
        resultsNotTaken: (jobId) => {
          this.#warnOfUntaken(jobId)
        },
      })
      await this.#settleJobs()
      if (neverReturns !== undefined) throw neverReturns
      this.#failures.programEnded()
      return threads.program.exitCode
    } catch (error) {
      this.#failures.programEnded(error)
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
    await Promise.all([...this.#unreported].map((jobId) => this.#resultOf(jobId)))
  }

  #endJobs(end: (master: JobMaster) => void): void {
    this.#isEnding = true
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
    const jobId = generateJobId(random)
    const environment = this.#environmentOf(jobId, jobGraph)
    const { configuration } = environment
    // What the program has set; some of it would not be read before the job ends.
    checkKnownOptions(configuration)
    checkLocalDirectories(configuration)
    const checkpoints = checkpointDirectoryOf(environment)
    await checkCachedFiles(configuration, environment.fileSystems)
    const uids = new UidWarning(operatorsWithoutUid, (text) => {
      listener.warning(text)
    })
    uids.jobStarts(configuration)
    for (const note of notesOfSources(submission.sourcesAtMostOnce, configuration)) listener.note(note)
    this.#warnOfOptions(configuration)
    const starter = this.#starterFor(configuration)
    const master = this.#makeMaster(environment, submission, starter)
    const job: HostedJob = { master, jobGraph, configuration, uids, outcome: undefined }
    this.#jobs.set(jobId, job)
    void this.#watch(job, starter)
    try {
      const startTime = this.#input.clock.now()
      const place = checkpoints !== undefined && { checkpoints }
      await this.#control.jobStarted({ jobId, name: jobGraph.name, startTime, ...place })
    } catch (error) {
      await master.abandon(asError(error))
      throw error
    }
    await master.start()
    listener.jobSubmitted(jobId)
    this.#unreported.add(jobId)
    return jobId
  }

  #environmentOf(jobId: string, jobGraph: JobGraph): JobEnvironment {
    const { clock, random, logger, fileSystems } = this.#input
    const configuration = Configuration.fromEntries(jobGraph.configuration)
    return { jobId, jobGraph, configuration, clock, random, logger, fileSystems }
  }

  #warnOfOptions(configuration: Configuration): void {
    // Of the keys that the program was started with the command has told.
    for (const warning of warningsOfKeys(configuration, (key) => this.#configuration.getString(key) === undefined)) {
      this.#input.listener.warning(warning)
    }
    for (const warning of relativeDirectories(configuration)) this.#input.listener.warning(warning)
    for (const [key, warning] of warningsOfOptionsWithoutEffect(configuration)) {
      if (this.#warnedOptions.has(key)) continue
      this.#warnedOptions.add(key)
      this.#input.listener.warning(warning)
    }
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

  #makeMaster(environment: JobEnvironment, submission: JobSubmission, starter: WorkerThreadStarter): JobMaster {
    const { graphIndex, earlierAnswers } = submission
    const { program, version } = this.#input
    const restore = this.#jobs.size === 0 ? this.#input.restore : undefined
    const isJobRunning = (otherId: string): Promise<boolean> => this.#input.runDirectory.isJobRunning(otherId)
    const repository = new CheckpointRepository(environment, { restore, isJobRunning, version })
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
      onQueryableStates: (states) => {
        void this.#control.queryableStatesKnown(environment.jobId, states.map(queryableStateMessageOf))
      },
    })
  }

  async #watch(job: HostedJob, starter: WorkerThreadStarter): Promise<void> {
    const outcome = await job.master.outcome
    job.outcome = outcome
    await starter.close()
    this.#failures.jobEnded(job.master.jobId)
    this.#input.listener.jobEnded(outcome)
  }

  async #request(jobId: string, request: JobRequest): Promise<string | JobResultData> {
    const job = this.#jobs.get(jobId)
    if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    switch (request.kind) {
      case 'await-result':
        if (!this.#isEnding) this.#unreported.delete(jobId)
        return this.#resultOf(jobId)
      case 'status':
        return job.master.status
      case 'cancel':
        job.master.cancel()
        return job.master.status
      case 'savepoint':
        return this.#control.gateway.triggerSavepoint(jobId, { ...request, cancelJob: false })
      case 'stop':
        return this.#control.gateway.stopWithSavepoint(jobId, request)
    }
  }

  async #resultOf(jobId: string): Promise<JobResultData> {
    const job = this.#jobs.get(jobId)
    if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', { jobId })
    const { status, error, netRuntimeMs, accumulatorResults } = await job.master.outcome
    if (status === 'FAILED') throw new FlinkError('JOB_EXECUTION_FAILED', { jobId }, { cause: error })
    if (status === 'CANCELED') throw new FlinkError('JOB_CANCELED', { jobId })
    return { jobId, netRuntimeMs, accumulatorResults }
  }

  /** Never rejects: what could not be closed is told, and the job ends as it has ended. */
  async #close(): Promise<void> {
    this.#programGrace?.cancel()
    const closing = new ClosingStack((error) => {
      this.#input.listener.warning(messageOf(error))
    })
    closing.push(() => this.#control.close())
    closing.push(async () => {
      for (const { master } of this.#jobs.values()) master.cancel()
      await Promise.all([...this.#jobs.values()].map(({ master }) => master.outcome))
    })
    closing.push(() => terminateJobThreads(this.#input.threads))
    await closing.close()
  }
}
