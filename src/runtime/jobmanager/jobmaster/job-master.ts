// Duty: one job from its plan to its end, and the answers to whoever asks about it or wants something of it.
//
//   start -> restore checked -> attempts (restart-loop.ts) -> FINISHED | CANCELED | FAILED
//
// Invariants: what the job is and how it ends is job-lifecycle.ts's to say; `outcome` settles exactly once, when tasks,
// checkpoints and workers have been cleaned up.
// Thread: main thread; user code never runs here.
import { SavepointOptions } from '../../../core/config/savepoint-options.js'
import { withReason } from '../../../core/errors/failure-text.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import { asError } from '../../../core/errors/thrown-value.js'
import type { AccumulatorResults } from '../../protocol/accumulators.js'
import type { QueryableStateInfo } from '../../protocol/state-queries.js'
import type { CheckpointCoordinator } from '../checkpoint/checkpoint-coordinator.js'
import { CheckpointStatistics, type CheckpointDetails } from '../checkpoint/checkpoint-statistics.js'
import type { JobEnvironment } from '../job-environment.js'
import { diagnoseWatermarks, type VertexTime } from '../watermarks/watermark-diagnosis.js'
import type { NamedResult } from './attempt-accumulators.js'
import { describeJob } from './describe-job.js'
import type { EndedSubtaskDetails, JobDetails } from './job-details.js'
import { sentence } from './job-notices.js'
import { JobLifecycle, type TerminalStatus } from './job-lifecycle.js'
import type { JobStatus } from './job-status.js'
import type { TaskMetrics } from './metric-store.js'
import { QueryableStateNames, type StateQueryOutcome } from './queryable-state-names.js'
import { RestartLoop, type RestartLoopInput } from './restart-loop.js'
import { StackSamples, type VertexStacks } from './stack-samples.js'
import type { StateQuery } from './state-queries.js'

const CLOSE_GRACE_MS = 5000
const CHECKPOINT_HISTORY = 10

/** How the job ended. */
export interface JobOutcome {
  readonly jobId: string
  readonly status: TerminalStatus
  readonly netRuntimeMs: number
  /** Of a job that has FINISHED. */
  readonly accumulatorResults: AccumulatorResults
  readonly error: Error | undefined
  /** URI of the checkpoint with which the job was stopped. */
  readonly finalCheckpoint: string | undefined
}

/** The fields beyond ten: what is known of its stacks is asked for from outside, and answered by its workers. */
export class JobMaster {
  readonly jobId: string
  readonly outcome: Promise<JobOutcome>
  readonly #environment: JobEnvironment
  readonly #input: RestartLoopInput
  readonly #lifecycle: JobLifecycle
  readonly #statistics: CheckpointStatistics
  readonly #stackSamples: StackSamples
  readonly #loop: RestartLoop
  readonly #queryable = new QueryableStateNames()
  readonly #awaitingFailure: ((error: Error) => void)[] = []
  #settle: (outcome: JobOutcome) => void = () => undefined

  constructor(input: RestartLoopInput) {
    const { environment } = input
    this.#environment = environment
    this.#input = input
    this.jobId = environment.jobId
    this.#lifecycle = new JobLifecycle(environment, input.earlierFailure)
    this.#statistics = new CheckpointStatistics(CHECKPOINT_HISTORY, () => environment.clock.now())
    this.#stackSamples = new StackSamples(environment.clock, environment.configuration)
    this.#loop = new RestartLoop(input, {
      lifecycle: this.#lifecycle,
      statistics: this.#statistics,
      stackSamples: this.#stackSamples,
      listener: {
        onFinished: () => void this.#finish(),
        onFailure: (error) => {
          this.#onFailure(error)
        },
        onFailed: (cause) => void this.#end('FAILED', cause),
        onQueryableState: (info) => {
          if (this.#queryable.add(info)) input.onQueryableStates?.(this.#queryable.all())
        },
      },
    })
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get status(): JobStatus {
    return this.#lifecycle.status
  }

  /** Ahead of `start`: workers begin and load the program. The job itself has not begun. */
  preload(): Promise<void> {
    return this.#loop.preload()
  }

  /** Opens the snapshot to restore from and checks it against the plan; the job runs when the promise resolves. */
  async start(): Promise<void> {
    try {
      const point = await this.#input.repository.open()
      for (const note of point.notes) this.#input.tell(note)
      if (point.choice !== undefined) this.#input.inform(point.choice)
    } catch (error) {
      await this.#end('FAILED', asError(error))
      throw error
    }
    if (this.#lifecycle.ending.kind === 'cancel') {
      await this.#end('CANCELED')
    } else {
      this.#lifecycle.moveTo('CREATED')
      await this.#acquireSlots()
      // Whoever waited for them may have been cancelled meanwhile.
      if (this.status === 'CREATED') this.#loop.run()
    }
  }

  async #acquireSlots(): Promise<void> {
    const { slotsAcquired } = this.#input
    if (slotsAcquired === undefined) return
    try {
      await Promise.race([slotsAcquired(), this.outcome])
    } catch (error) {
      // One that is cancelled ends so.
      if (this.status !== 'CREATED') return
      await this.#end('FAILED', asError(error))
      throw error
    }
  }

  /** Instead of `start`, where the surroundings of the job could not be made. */
  async abandon(error: Error): Promise<void> {
    await this.#end('FAILED', error)
  }

  details(): JobDetails {
    const { attempt, restarts } = this.#loop
    const { status, timestamps, exceptions, warnings } = this.#lifecycle
    return describeJob(this.#environment, {
      status,
      timestamps,
      restarts,
      executions: attempt?.executions,
      statistics: this.#statistics,
      pendingCheckpoints: attempt?.coordinator.pendingCount ?? 0,
      exceptions,
      warnings,
    })
  }

  /** Attempts of a subtask before the one that it is at, as far as they are known, the newest first. */
  endedAttempts(vertexId: string, subtaskIndex: number): readonly EndedSubtaskDetails[] {
    return this.#lifecycle.endedExecutions.of(vertexId, subtaskIndex)
  }

  /** What each subtask said of a checkpoint; undefined where the history does not have it any more. */
  checkpointDetails(checkpointId: number): CheckpointDetails | undefined {
    return this.#statistics.details(checkpointId)
  }

  /** What the tasks of the newest attempt reported. */
  taskMetrics(): TaskMetrics {
    return this.#loop.attempt?.metrics.all() ?? { lastUpdate: 0, vertices: {}, reports: {} }
  }

  /** Has the tasks, those of a vertex or all, say what they have accumulated: `details` has it then. */
  async refreshAccumulators(vertexId?: string): Promise<void> {
    await this.#loop.attempt?.accumulators.refresh(vertexId)
  }

  /** What the tasks, those of a vertex or all, have accumulated so far, merged where the job runs or has FINISHED. */
  async accumulated(vertexId?: string): Promise<readonly NamedResult[]> {
    return (await this.#loop.attempt?.accumulators.soFar(vertexId)) ?? []
  }

  /** What the tasks of a vertex were seen at, if they were yet: they are now. */
  stacks(vertexId: string): VertexStacks | 'disabled' | undefined {
    if (!this.#stackSamples.isEnabled) return 'disabled'
    const { attempt } = this.#loop
    return attempt === undefined ? undefined : this.#stackSamples.of(vertexId, attempt)
  }

  /** Where event time stands in the newest attempt, as its workers say now; undefined before the first. */
  async watermarks(): Promise<VertexTime[] | undefined> {
    const { attempt } = this.#loop
    if (attempt === undefined) return undefined
    await attempt.refreshTime()
    return diagnoseWatermarks(this.#environment.jobGraph, attempt.time)
  }

  /** Those that the tasks have told of so far. */
  queryableStates(): QueryableStateInfo[] {
    return this.#queryable.all()
  }

  /** State of the tasks, or why it cannot be had now, with what there is instead. STATE_NOT_AVAILABLE where nothing is. */
  async queryState(query: StateQuery): Promise<StateQueryOutcome> {
    const { attempt } = this.#loop
    const isRunning = this.status === 'RUNNING' && attempt !== undefined
    const result = isRunning ? await attempt.stateQueries.query(query) : undefined
    if (result?.kind === 'values') return result
    const reason = result?.kind === 'unavailable' ? result.reason : `the job is ${this.status}`
    const isKnownToRun = isRunning && attempt.executions.allRunningOrFinished()
    const info = this.#queryable.find(query.name)
    if (info === undefined) throw this.#queryable.unknown(query.name, { jobId: this.jobId, reason, isKnownToRun })
    return { kind: 'unavailable', reason, info, checkpoint: this.#input.repository.newest() }
  }

  async triggerCheckpoint(): Promise<number> {
    const { checkpointId } = await this.#coordinator().triggerCheckpoint()
    return checkpointId
  }

  /** Resolves with the savepoint's URI. */
  async triggerSavepoint(targetDirectory: string, thenEnd?: 'cancel'): Promise<string> {
    const { externalPath } = await this.#coordinator().triggerSavepoint(targetDirectory, thenEnd)
    if (thenEnd === 'cancel') {
      this.#input.repository.endsWith(externalPath)
      this.cancelForGood()
    }
    return externalPath
  }

  /** Resolves with the savepoint's URI when the job has ended with it. */
  async stopWithSavepoint(targetDirectory: string, how: 'suspend' | 'drain'): Promise<string> {
    // A job that fails from here on may restart and run on without end, though its savepoint is complete: who asked for its
    // stop must not wait for that.
    const failed = new Promise<Error>((resolve) => this.#awaitingFailure.push(resolve))
    const { externalPath } = await this.#coordinator().triggerSavepoint(targetDirectory, how)
    const ended = this.outcome.then(({ status, error }) => (status === 'FINISHED' ? undefined : (error ?? status)))
    const cause = await Promise.race([ended, failed])
    if (cause === undefined) return externalPath
    throw new FlinkError('STOP_AFTER_SAVEPOINT_FAILED', { path: externalPath, jobId: this.jobId }, { cause })
  }

  /** Ends the job with a last checkpoint where checkpoints outlive a stop; else, or without success, cancels. */
  async stop(): Promise<void> {
    this.#lifecycle.askStop()
    if (!this.#input.repository.retainsOnStop) this.#input.inform(keepsNothing(this.jobId))
    if (this.status === 'INITIALIZING' || !this.#input.repository.retainsOnStop) {
      this.cancel()
      return
    }
    try {
      const { externalPath } = await this.#coordinator().triggerCheckpoint('suspend')
      // An attempt that failed while the checkpoint was written would be followed by one that nobody stops.
      if (this.#lifecycle.stoppedWith(externalPath) === 'RESTARTING') this.cancel()
    } catch (error) {
      this.#stopWithoutCheckpoint(asError(error))
    }
  }

  #stopWithoutCheckpoint(cause: Error): void {
    if (FlinkError.is(cause, 'JOB_STOPPED')) {
      // It ends already, as another wanted it to: only a failure would have it go on.
      if (this.status === 'RESTARTING') this.cancel()
      else this.#awaitingFailure.push(this.cancel.bind(this))
      return
    }
    const { kind } = this.#lifecycle.ending
    // Whoever has cancelled the job meanwhile has no use for it.
    if (kind === 'stop' || kind === 'fail') {
      this.#environment.logger.warn('no final checkpoint: the job is cancelled', { reason: cause.message })
      this.#input.tell(this.#withoutLastCheckpoint(cause))
    }
    this.cancel()
  }

  /** Ends the job as soon as its tasks have ended. One that is ending already waits for no merge of its accumulators any more. */
  cancel(): void {
    this.#loop.attempt?.accumulators.abandon('the job was cancelled meanwhile')
    if (!this.#lifecycle.askCancel()) return
    const reason = new FlinkError('JOB_CANCELED', { jobId: this.jobId })
    void this.#loop.stop(reason).then(() => this.#end('CANCELED'))
  }

  /** As its user asks for it. One that was told to stop, to go on in another process, does not go on there. */
  cancelForGood(): void {
    this.#input.repository.giveUp()
    this.cancel()
  }

  #withoutLastCheckpoint(cause: Error): string {
    const kept = this.#input.repository.newestPath()
    const failed = FlinkError.is(cause, 'JOB_NOT_RUNNING')
      ? `Job ${this.jobId} is ${this.status}: no last checkpoint can be taken.`
      : `The last checkpoint of job ${this.jobId} failed: ${sentence(withReason(cause))}`
    if (kept === undefined) return `${failed} None is complete: the next start begins at zero.`
    const isFound = this.#environment.configuration.get(SavepointOptions.RECOVER_FROM_LATEST)
    const next = isFound ? 'the next start goes on from it' : `a start with -s ${kept} goes on from it`
    return `${failed} ${kept} is kept, and ${next}: what came after it is processed again.`
  }

  #coordinator(): CheckpointCoordinator {
    const { attempt } = this.#loop
    if (attempt === undefined || this.status !== 'RUNNING') {
      throw new FlinkError('JOB_NOT_RUNNING', { jobId: this.jobId, state: this.status })
    }
    return attempt.coordinator
  }

  #onFailure(error: Error): void {
    // Stopped with a checkpoint that holds all: running on from it, the job would end at another time, with that one removed.
    if (this.#lifecycle.finalCheckpoint !== undefined) this.cancel()
    else for (const resolve of this.#awaitingFailure.splice(0)) resolve(error)
  }

  async #finish(): Promise<void> {
    this.#lifecycle.finish()
    await this.#loop.stop(new FlinkError('JOB_NOT_RUNNING', { jobId: this.jobId, state: 'FINISHED' }))
    await this.#end('FINISHED')
  }

  async #end(status: TerminalStatus, reason?: Error): Promise<void> {
    const decided = this.#lifecycle.decide(status, reason)
    const { retention, error, finalCheckpoint } = decided
    const accumulatorResults = status === 'FINISHED' ? ((await this.#loop.attempt?.accumulators.merged()) ?? {}) : {}
    this.#stackSamples.close()
    await this.#tolerate('remove checkpoints', () => this.#input.repository.shutdown(retention))
    await this.#tolerate('end the workers', () => this.#loop.close(CLOSE_GRACE_MS))
    this.#lifecycle.end(decided)
    const netRuntimeMs = this.#lifecycle.runtimeMs
    this.#settle({ jobId: this.jobId, status, netRuntimeMs, accumulatorResults, error, finalCheckpoint })
  }

  async #tolerate(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#environment.logger.warn(`could not ${what} of the ended job`, { reason: asError(error).message })
    }
  }
}

function keepsNothing(jobId: string): string {
  return (
    `Job ${jobId} keeps no checkpoints: it is cancelled, and nothing of it is kept. For a job that goes on after a stop set ` +
    'execution.checkpointing.interval, execution.checkpointing.dir and execution.state-recovery.from-latest: true.'
  )
}
