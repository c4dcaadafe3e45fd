import { causeOf, isError } from '../core/errors/thrown-value.js'
import { FlinkError } from '../core/errors/flink-error.js'
import type { Clock, TimerHandle } from '../core/time/clock.js'

/** Time in which a program comes to its end with the failure of its job, where it does nothing about it. */
const GRACE_MS = 1000
const DEEPEST_CAUSE = 16

/**
 * Failures of jobs that may still be told in full by the error that the program ends with. One that the program passes over is
 * told in its one line after all: when the program goes on without it, or ends otherwise.
 */
export class UnreportedFailures {
  readonly #clock: Clock
  readonly #tell: (text: string) => void
  readonly #lines = new Map<string, string>()
  readonly #timers: TimerHandle[] = []

  constructor(clock: Clock, tell: (text: string) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  failed(jobId: string, line: string): void {
    this.#lines.set(jobId, line)
  }

  /** From here on the program can know of it. */
  jobEnded(jobId: string): void {
    if (!this.#lines.has(jobId)) return
    const timer = this.#clock.setTimer(GRACE_MS, () => {
      this.#tellOf(jobId)
    })
    this.#timers.push(timer)
  }

  /** `error`: what the program ended with, where it did not just return. */
  programEnded(error?: unknown): void {
    for (const timer of this.#timers) timer.cancel()
    const toldOf = jobIn(error)
    for (const jobId of [...this.#lines.keys()]) if (jobId !== toldOf) this.#tellOf(jobId)
  }

  #tellOf(jobId: string): void {
    const line = this.#lines.get(jobId)
    this.#lines.delete(jobId)
    if (line !== undefined) this.#tell(line)
  }
}

/** The job whose failure an error is, or was caused by. */
function jobIn(error: unknown): string | undefined {
  let cause = error
  for (let depth = 0; isError(cause) && depth < DEEPEST_CAUSE; depth += 1) {
    if (FlinkError.is(cause, 'JOB_EXECUTION_FAILED')) return String(cause.details['jobId'])
    cause = causeOf(cause)
  }
  return undefined
}
