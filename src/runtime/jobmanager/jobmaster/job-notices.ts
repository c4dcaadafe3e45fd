// Duty: what whoever started the job is told while it runs: that it failed and tries again, that checkpoints fail and that
// they are taken again. One line each.
// Invariants: a job that fails again and again does not fill the terminal: after a few lines there is one now and then, with
// the number of those that were left out. Checkpoints that fail are told once, until one completes.
// Thread: main thread.
import type { DroppedRecords } from '../watermarks/dropped-records.js'
import { withReason } from '../../../core/errors/failure-text.js'
import { durationText } from '../../../core/time/duration-text.js'
import type { Clock } from '../../../core/time/clock.js'
import type { GrowingState } from './state-growth.js'

/** So many lines at once, and one more each so many ms. */
const BURST = 5
const REFILL_MS = 60_000
/** Checkpoints that were aborted without anybody's failure, in a row: none of them is a sign of trouble, so many are. */
const ABORTED_IN_A_ROW = 5
/** Tasks and coordinators that an end waits for. */
const NAMED_AT_END = 5
const HINT =
  'If it fails again each time: Ctrl-C or `flink-ts cancel` ends it, -D restart-strategy.type=none lets it fail at once.'

export interface JobNoticesInput {
  readonly name: string
  readonly jobId: string
  readonly clock: Clock
  readonly tell: (text: string) => void
  /** The last failure: whoever waits for the end of the job is told it as well. */
  readonly tellFailed: (text: string) => void
}

export interface FailedAttempt {
  readonly attempt: number
  readonly cause: Error
  /** Undefined: it was the last one. */
  readonly backoffMs: number | undefined
  /** What restarts where it is not all: `4 of 8 tasks`. */
  readonly tasks?: string | undefined
  readonly strategy: string
}

export class JobNotices {
  /** Name and id, as `"words" (0123...)`. */
  readonly #job: string
  readonly #jobId: string
  readonly #tell: (text: string) => void
  readonly #tellFailed: (text: string) => void
  readonly #restarts: LineBudget
  readonly #checkpoints: LineBudget
  #failedCheckpoints = 0
  #abortedCheckpoints = 0
  #isToldThatTheyFail = false
  #lateRecordsTold = 0

  constructor({ name, jobId, clock, tell, tellFailed }: JobNoticesInput) {
    this.#job = `"${name}" (${jobId})`
    this.#jobId = jobId
    this.#tell = tell
    this.#tellFailed = tellFailed
    this.#restarts = new LineBudget(clock)
    this.#checkpoints = new LineBudget(clock)
  }

  attemptFailed({ attempt, cause, backoffMs, tasks, strategy }: FailedAttempt): void {
    const what = `Attempt ${String(attempt)} of job ${this.#job} failed: ${sentence(withReason(cause))}`
    if (backoffMs === undefined) {
      this.#tellFailed(`${what} The job has failed.`)
      return
    }
    const line = this.#restarts.take()
    if (line === undefined) return
    const restarts = tasks === undefined ? 'It restarts' : `${tasks} restart`
    const when = `${restarts} in ${durationText(backoffMs)} as attempt ${String(attempt + 1)}, by ${strategy}`
    const hint = line.isFirst ? ` ${HINT}` : ''
    this.#tell(`${what} ${when}${ofOthers(line)}.${hint}`)
  }

  /** Whoever waits for its end would see nothing. */
  endIsSlow(waitsFor: readonly string[]): void {
    const named = waitsFor.slice(0, NAMED_AT_END).join('; ')
    const others = waitsFor.length - NAMED_AT_END
    const all = others > 0 ? `${named}; and ${String(others)} more` : named
    this.#tell(
      `Job ${this.#job} is at its end and still waits for: ${all}. Does a close or a promise not return there?`,
    )
  }

  /** The first ones; how many it becomes is said at the end. */
  lateRecordsDropped(dropped: readonly DroppedRecords[]): void {
    if (this.#lateRecordsTold > 0 || dropped.length === 0) return
    this.#lateRecordsTold = sumOf(dropped)
    this.#tell(
      `Job ${this.#job} drops late records: ${textOf(dropped)} so far. Watermarks had passed the end of their windows when they ` +
        'came. allowedLateness(...) keeps windows longer, sideOutputLateData(tag) gives such records out; ' +
        `\`flink-ts watermarks ${this.#jobId}\` counts them.`,
    )
  }

  /** It has finished. */
  ended(dropped: readonly DroppedRecords[]): void {
    if (sumOf(dropped) > this.#lateRecordsTold) {
      this.#tell(`Job ${this.#job} has dropped late records: ${textOf(dropped)} in its last attempt.`)
    }
  }

  /** Once a state; what was said. */
  stateOnlyGrows({ operator, state, first, last, forMs }: GrowingState): string {
    const text =
      `State '${state}' of "${operator}" in job ${this.#job} only grows: ${String(first)} keys became ${String(last)} in ` +
      `${durationText(forMs)}, it has no time to live, and no checkpoint found fewer. enableTimeToLive(...) of its ` +
      'descriptor, windows, or clear() in a timer keep it small; state.growth-warning.min-entries sets from how many keys on ' +
      'this is said, 0 never.'
    this.#tell(text)
    return text
  }

  workerTerminated(cause: Error): void {
    this.#tell(`Job ${this.#job}: ${sentence(cause.message)}`)
  }

  checkpointFailed(cause: Error, lastCompleted: string | undefined): void {
    this.#failedCheckpoints += 1
    this.#sayThatTheyFail(cause, lastCompleted)
  }

  checkpointAborted(cause: Error, lastCompleted: string | undefined): void {
    this.#failedCheckpoints += 1
    this.#abortedCheckpoints += 1
    if (this.#abortedCheckpoints >= ABORTED_IN_A_ROW) this.#sayThatTheyFail(cause, lastCompleted)
  }

  checkpointCompleted(checkpointId: number): void {
    if (this.#isToldThatTheyFail) {
      const failed = `${String(this.#failedCheckpoints)} failed`
      this.#tell(
        `Checkpoints of job ${this.#job} complete again, with chk-${String(checkpointId)}; ${failed} before it.`,
      )
    }
    this.#isToldThatTheyFail = false
    this.#failedCheckpoints = 0
    this.#abortedCheckpoints = 0
  }

  #sayThatTheyFail(cause: Error, lastCompleted: string | undefined): void {
    if (this.#isToldThatTheyFail || this.#checkpoints.take() === undefined) return
    this.#isToldThatTheyFail = true
    const last = lastCompleted === undefined ? 'None has completed yet' : `The last completed one is ${lastCompleted}`
    this.#tell(`Checkpoints of job ${this.#job} fail: ${sentence(withReason(cause))} ${last}; the job goes on.`)
  }
}

function sumOf(dropped: readonly DroppedRecords[]): number {
  return dropped.reduce((sum, { numDropped }) => sum + numDropped, 0)
}

/** `540 at "TumblingEventTimeWindows"` */
function textOf(dropped: readonly DroppedRecords[]): string {
  return dropped.map(({ operator, numDropped }) => `${String(numDropped)} at "${operator}"`).join(', ')
}

interface BudgetedLine {
  readonly isFirst: boolean
  /** How many were left out since the last line. */
  readonly leftOut: number
  readonly isLastForNow: boolean
}

/** Lines that may be told now. */
class LineBudget {
  readonly #clock: Clock
  #lines = BURST
  #refilledAt: number
  #leftOut = 0
  #isFirst = true

  constructor(clock: Clock) {
    this.#clock = clock
    this.#refilledAt = clock.monotonicMs()
  }

  /** Undefined: this one is left out as well. */
  take(): BudgetedLine | undefined {
    const refill = Math.floor((this.#clock.monotonicMs() - this.#refilledAt) / REFILL_MS)
    this.#lines = Math.min(BURST, this.#lines + refill)
    this.#refilledAt += refill * REFILL_MS
    if (this.#lines === 0) {
      this.#leftOut += 1
      return undefined
    }
    this.#lines -= 1
    const { leftOut, isFirst } = { leftOut: this.#leftOut, isFirst: this.#isFirst }
    this.#leftOut = 0
    this.#isFirst = false
    return { isFirst, leftOut, isLastForNow: this.#lines === 0 }
  }
}

/** What the line says of those before it that were left out, or of those after it that will be. */
function ofOthers({ leftOut, isLastForNow }: BudgetedLine): string {
  if (leftOut > 0) return `; ${String(leftOut)} more restarts since the last such line`
  return isLastForNow ? '; of further restarts a line tells once a minute' : ''
}

export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
