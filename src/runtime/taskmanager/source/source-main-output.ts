// Duty: what a source emits, in order, into the output of its operator: records, watermarks and idleness.
// Invariants: while the chain is in the middle of a watermark, what comes waits, records as copies, since their emitter goes on
// with the objects; otherwise everything goes straight on. Watermarks rise.
// Thread: the task worker that owns the task.
import type { Copier } from '../../../core/types/copier.js'
import type { WatermarkStatus } from '../network/stream-element.js'
import type { Output } from '../operators/output.js'

/** Emits one element; false: a watermark that is not done, to be told again. */
type Telling = () => boolean

export class SourceMainOutput {
  readonly #output: Output
  readonly #copier: Copier
  #waiting: Telling[] = []
  #isInWatermark = false
  #watermark = Number.NEGATIVE_INFINITY
  #status: WatermarkStatus = 'active'

  constructor(output: Output, copier: Copier) {
    this.#output = output
    this.#copier = copier
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  get isInWatermark(): boolean {
    return this.#isInWatermark
  }

  collect(record: unknown, timestamp: number): void {
    if (this.#waiting.length === 0) this.#output.collect(record, timestamp)
    else this.#waitWithRecord(record, timestamp)
  }

  emitWatermark(timestamp: number): void {
    if (timestamp <= this.#watermark) return
    this.#watermark = timestamp
    this.setStatus('active')
    this.#tell(() => {
      this.#isInWatermark = !this.#output.emitWatermark(timestamp)
      return !this.#isInWatermark
    })
  }

  setStatus(status: WatermarkStatus): void {
    if (status === this.#status) return
    this.#status = status
    this.#tell(() => {
      this.#output.emitWatermarkStatus(status)
      return true
    })
  }

  /** Emits what has waited longest; there must be something. False: the chain is not done with it. */
  emitNext(): boolean {
    const [oldest] = this.#waiting
    if (oldest?.() === false) return false
    this.#waiting.shift()
    return true
  }

  /** Nothing is to follow. False: not done, call again. */
  emitEndOfTime(timestamp: number): boolean {
    if (timestamp > this.#watermark) this.emitWatermark(timestamp)
    while (this.hasWaiting) if (!this.emitNext()) return false
    return true
  }

  #tell(telling: Telling): void {
    if (this.#waiting.length > 0 || !telling()) this.#waiting.push(telling)
  }

  #waitWithRecord(record: unknown, timestamp: number): void {
    const copy = this.#copier.copy(record)
    this.#waiting.push(() => {
      this.#output.collect(copy, timestamp)
      return true
    })
  }
}
