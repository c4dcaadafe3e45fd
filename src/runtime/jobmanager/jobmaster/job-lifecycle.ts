// Duty: where a job is in its life: its status and when it came there, what went wrong, and how it is going to end.
//
//   open -> stop -> finish | fail -> cancel -> decided, where each but the first and the last may be left out
//
// Invariants: the status moves only along job-status.ts; an ending only moves to the right, and remembers whether
// a stop was asked for: then the checkpoints stay, whatever follows. Once decided, all that is left is to clean up.
// Thread: main thread.
import { stackWithCauses } from '../../../core/errors/failure-text.js'
import { FlinkError } from '../../../core/errors/flink-error.js'
import type { RunEnd } from '../checkpoint/retained-checkpoints.js'
import type { Execution } from '../executiongraph/execution.js'
import type { JobEnvironment } from '../job-environment.js'
import type { JobException, JobWarning } from './job-details.js'
import { EndedExecutions } from './ended-executions.js'
import { checkJobTransition, type JobStatus } from './job-status.js'

const EXCEPTION_HISTORY = 16

export type TerminalStatus = 'FINISHED' | 'CANCELED' | 'FAILED'

/** Somebody wants the job to go on later. */
export interface StopEnding {
  readonly kind: 'stop'
  /** URI of the checkpoint that holds all, once it is complete: the job must not run on from it. */
  readonly finalCheckpoint: string | undefined
}

export interface DecidedEnding {
  readonly kind: 'decided'
  readonly status: TerminalStatus
  /** What becomes of the checkpoints. */
  readonly retention: RunEnd
  readonly error: Error | undefined
  readonly finalCheckpoint: string | undefined
}

export type JobEnding =
  | { readonly kind: 'open' }
  | StopEnding
  /** All its tasks have finished. */
  | { readonly kind: 'finish'; readonly stop: StopEnding | undefined }
  /** No restart is left; it has failed when its tasks have ended. */
  | { readonly kind: 'fail'; readonly cause: Error; readonly stop: StopEnding | undefined }
  | { readonly kind: 'cancel'; readonly cause: Error | undefined; readonly stop: StopEnding | undefined }
  | DecidedEnding

export class JobLifecycle {
  readonly timestamps: Partial<Record<JobStatus, number>> = {}
  readonly endedExecutions: EndedExecutions = new EndedExecutions()
  readonly #environment: JobEnvironment
  readonly #exceptions: JobException[] = []
  readonly #warnings: JobWarning[] = []
  readonly #earlierCount: number
  #status: JobStatus = 'INITIALIZING'
  #ending: JobEnding = { kind: 'open' }

  /** `earlier`: why the job runs in another process than before. */
  constructor(environment: JobEnvironment, earlier?: Error) {
    this.#environment = environment
    this.timestamps.INITIALIZING = environment.clock.now()
    if (earlier !== undefined) this.recordException(earlier)
    this.#earlierCount = this.#exceptions.length
  }

  get status(): JobStatus {
    return this.#status
  }

  get ending(): JobEnding {
    return this.#ending
  }

  /** The newest ones, oldest first. */
  get exceptions(): readonly JobException[] {
    return this.#exceptions
  }

  /** The newest ones, oldest first. */
  get warnings(): readonly JobWarning[] {
    return this.#warnings
  }

  /** A failure counts only now: before there are no tasks, and afterwards they are ending, where they all restart as well. */
  get canFail(): boolean {
    return (this.#status === 'RUNNING' || this.#status === 'RESTARTING') && !this.#isSettled
  }

  get finalCheckpoint(): string | undefined {
    return this.#stop?.finalCheckpoint
  }

  /** Since the job was submitted. */
  get runtimeMs(): number {
    const now = this.#environment.clock.now()
    return now - (this.timestamps.INITIALIZING ?? now)
  }

  moveTo(status: JobStatus): void {
    checkJobTransition(this.#status, status)
    const { jobId, jobGraph, clock, logger } = this.#environment
    this.#status = status
    this.timestamps[status] = clock.now()
    logger.info(`job ${jobGraph.name} (${jobId}) is ${status}`)
  }

  /** `failed`: the task that it comes from, where it is one's. */
  recordException(error: Error, failed?: Execution): void {
    const { name, message } = error
    const task = failed && { name: failed.nameWithAttempt, executionId: failed.id }
    const about = { name, message, stack: stackWithCauses(error), ...(task && { task }) }
    this.#exceptions.push({ timestamp: this.#environment.clock.now(), ...about })
    if (this.#exceptions.length > EXCEPTION_HISTORY) this.#exceptions.shift()
  }

  recordWarning(message: string): void {
    this.#warnings.push({ timestamp: this.#environment.clock.now(), message })
    if (this.#warnings.length > EXCEPTION_HISTORY) this.#warnings.shift()
  }

  /** One that is being cancelled already stays cancelled. */
  askStop(): void {
    const stop = { kind: 'stop', finalCheckpoint: undefined } as const
    if (this.#ending.kind === 'open') this.#ending = stop
    else if (this.#ending.kind === 'fail') this.#ending = { ...this.#ending, stop: this.#ending.stop ?? stop }
  }

  /** The checkpoint that was asked for with the stop is complete; returns what the job has come to meanwhile. */
  stoppedWith(finalCheckpoint: string): JobStatus {
    const stop = { kind: 'stop', finalCheckpoint } as const
    if (this.#ending.kind === 'stop') this.#ending = stop
    else if ('stop' in this.#ending) this.#ending = { ...this.#ending, stop }
    return this.#status
  }

  /** True when its tasks are to be cancelled now; a job that has not begun sees it before it begins. */
  askCancel(): boolean {
    if (this.#isSettled) return false
    if (this.#ending.kind !== 'cancel') this.#ending = { kind: 'cancel', cause: this.#cause, stop: this.#stop }
    if (this.#status === 'CANCELLING' || this.#status === 'INITIALIZING') return false
    this.moveTo('CANCELLING')
    return true
  }

  /** Its status is RUNNING until it has been cleaned up. */
  finish(): void {
    this.#ending = { kind: 'finish', stop: this.#stop }
  }

  /** There is no further attempt. */
  fail(cause: Error): void {
    this.moveTo('FAILING')
    this.#ending = { kind: 'fail', cause, stop: this.#stop }
  }

  /** From here on nothing changes the outcome. */
  decide(status: TerminalStatus, error?: Error): DecidedEnding {
    if (this.#ending.kind === 'decided') {
      throw new FlinkError('ASSERTION_FAILED', { what: `a job that is to be ${this.#ending.status} is ${status}` })
    }
    const stop = this.#stop
    // A job that was stopped goes on later, also where a last checkpoint did not come about.
    const isStopped = stop?.finalCheckpoint !== undefined || (status === 'CANCELED' && stop !== undefined)
    const decided = {
      kind: 'decided',
      status,
      retention: isStopped ? 'STOPPED' : status,
      error: error ?? this.#cause,
      finalCheckpoint: stop?.finalCheckpoint,
    } as const
    this.#ending = decided
    return decided
  }

  /** All has been cleaned up. */
  end({ status, error }: DecidedEnding): void {
    this.moveTo(status)
    if (error !== undefined && this.#exceptions.length === this.#earlierCount) this.recordException(error)
  }

  /** Its tasks have finished, or more: neither a failure nor a cancellation changes how it ends. */
  get #isSettled(): boolean {
    return this.#ending.kind === 'finish' || this.#ending.kind === 'decided'
  }

  /** The stop that was asked for, whatever came after it. */
  get #stop(): StopEnding | undefined {
    if (this.#ending.kind === 'stop') return this.#ending
    return 'stop' in this.#ending ? this.#ending.stop : undefined
  }

  get #cause(): Error | undefined {
    return 'cause' in this.#ending ? this.#ending.cause : undefined
  }
}
