// Duty: tells when records have waited for as long as they may.
// Invariants: one timer at a time, for the oldest of those that wait: deadlines come in the order of arrival, and most records have their
// results long before. By the monotonic clock; it goes on while the operator finishes, or waits with a barrier.
// Thread: the task worker that owns the operator.
import type { TimerHandle } from '../../../core/time/clock.js'
import type { OperatorContext } from '../operators/stream-operator.js'
import type { AsyncRecord } from './async-record.js'
import type { WaitingRecords } from './waiting-records.js'

export class RecordTimeouts {
  readonly #timeoutMs: number
  readonly #records: WaitingRecords
  readonly #context: Pick<OperatorContext, 'clock' | 'enqueueMail'>
  readonly #onTimeout: (record: AsyncRecord) => void
  #timer: TimerHandle | undefined
  #isStopped = false

  /** `timeoutMs`: 0 for none. */
  constructor(
    timeoutMs: number,
    records: WaitingRecords,
    context: Pick<OperatorContext, 'clock' | 'enqueueMail'>,
    onTimeout: (record: AsyncRecord) => void,
  ) {
    this.#timeoutMs = timeoutMs
    this.#records = records
    this.#context = context
    this.#onTimeout = onTimeout
  }

  /** From now on. */
  begin(record: AsyncRecord): void {
    if (this.#timeoutMs === 0) return
    record.deadlineMs = this.#context.clock.monotonicMs() + this.#timeoutMs
    if (this.#timer === undefined) this.#setTimer(this.#timeoutMs)
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #setTimer(delayMs: number): void {
    this.#timer = this.#context.clock.setTimer(delayMs, () => {
      this.#context.enqueueMail(() => {
        this.#timer = undefined
        if (!this.#isStopped) this.#lookForDue()
      })
    })
  }

  #lookForDue(): void {
    const nowMs = this.#context.clock.monotonicMs()
    for (const record of this.#records) {
      if (record.results !== undefined || record.deadlineMs === Number.POSITIVE_INFINITY) continue
      if (record.deadlineMs > nowMs) {
        // A result that was there at once may have set it meanwhile.
        if (this.#timer === undefined) this.#setTimer(record.deadlineMs - nowMs)
        return
      }
      record.deadlineMs = Number.POSITIVE_INFINITY
      this.#onTimeout(record)
    }
  }
}
