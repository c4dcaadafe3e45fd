// Duty: how an operator that makes watermarks emits them: what generators and sources write to.
// Invariants: watermarks rise, and an output that is not idle any more is said to be active before its watermark. A watermark
// that is not done downstream is pending at the task; whatever the operator emits next finishes it first. Nothing is allocated
// a watermark.
// Thread: the task worker that owns the operator.
import type { Watermark } from '../../../api/eventtime/watermark.js'
import type { WatermarkOutput } from '../../../api/eventtime/watermark-output.js'
import { NO_TIMESTAMP } from '../network/stream-element.js'
import type { PendingTime } from './pending-time.js'
import type { TimeTarget } from './time-target.js'
import { timestampOf } from './watermark-timestamp.js'

export class WatermarkEmitter implements WatermarkOutput {
  readonly #output: TimeTarget
  readonly #time: PendingTime
  readonly #emitAgain: () => boolean
  #current = NO_TIMESTAMP
  #isIdle = false
  #isPending = false

  constructor(output: TimeTarget, time: PendingTime) {
    this.#output = output
    this.#time = time
    this.#emitAgain = () => {
      this.#isPending = !output.emitWatermark(this.#current)
      return !this.#isPending
    }
  }

  /** The last one; NO_TIMESTAMP before the first. */
  get currentWatermark(): number {
    return this.#current
  }

  get isIdle(): boolean {
    return this.#isIdle
  }

  emitWatermark(watermark: Watermark | number): void {
    const timestamp = timestampOf(watermark)
    if (timestamp <= this.#current) return
    this.finishPending()
    this.#setIdle(false)
    this.#current = timestamp
    if (this.#output.emitWatermark(timestamp)) return
    this.#isPending = true
    this.#time.defer(this.#emitAgain)
  }

  markIdle(): void {
    this.#setIdle(true)
  }

  markActive(): void {
    this.#setIdle(false)
  }

  /** Before a record of the operator passes. */
  finishPending(): void {
    if (this.#isPending) this.#time.finish(this.#emitAgain)
  }

  #setIdle(idle: boolean): void {
    if (this.#isIdle === idle) return
    this.finishPending()
    this.#isIdle = idle
    this.#output.emitWatermarkStatus(idle ? 'idle' : 'active')
  }
}
